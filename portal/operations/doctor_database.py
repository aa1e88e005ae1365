"""The doctor's questions to PostgreSQL: version, roles, schema, guards, clock, room."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from alembic.config import Config
from alembic.script import ScriptDirectory
from pydantic import SecretStr

from portal.core.lifeline import GRACE_SECONDS, Bounded
from portal.core.settings import Settings
from portal.operations.findings import Result, broken, doubtful, well

ROOT = Path(__file__).resolve().parents[2]
OLDEST = 15
SECONDS = 5
CLOCK_SECONDS = 2.0
GUARDED = ("dossier", "attachment", "document", "event", "event_private", "person")
TRIGGERS = {
    "event_is_append_only": "event",
    "event_is_never_emptied": "event",
    "access_log_is_append_only": "access_log",
    "procedure_revision_is_immutable": "procedure_revision",
    "offering_is_immutable": "offering",
}
FORBIDDEN = (("UPDATE", "event"), ("DELETE", "event"), ("UPDATE", "access_log"), ("DELETE", "anchor"))
Connection = psycopg.Connection[Any]


def examine(settings: Settings) -> Iterator[Result]:
    """Ask as each role; a database that does not answer ends it."""
    roles: list[tuple[str, SecretStr | None]] = [
        ("motcua_app", settings.database_url),
        ("motcua_worker", settings.database_url_worker),
        ("motcua_owner", settings.database_url_owner),
    ]
    for role, url in roles:
        if url is None:
            yield doubtful(
                f"vai trò {role}", "không có địa chỉ", "chỉ cần khi chạy migrate, backup, restore; giữ riêng"
            )
            continue
        try:
            with _connected(url) as connection:
                yield _role(connection, role)
                if role == "motcua_worker":
                    yield from _whole(connection)
        except psycopg.Error as error:
            yield broken(
                f"vai trò {role}",
                f"không nối được ({type(error).__name__})",
                f"xem PostgreSQL có chạy không, và mật khẩu trong MOTCUA_DATABASE_URL của {role}",
            )


def _connected(url: SecretStr) -> Connection:
    """A line that gives up on a server that is silent."""
    made = Bounded.connect(
        url.get_secret_value().replace("+psycopg", ""),
        connect_timeout=SECONDS,
        autocommit=True,
        options=f"-c statement_timeout={1000 * SECONDS}",
    )
    made.patience = SECONDS + GRACE_SECONDS
    return made


def _row(connection: Connection, query: str, *given: Any) -> tuple[Any, ...]:
    found = connection.execute(query, given).fetchone()
    return tuple(found) if found else ()


def _role(connection: Connection, role: str) -> Result:
    part = f"vai trò {role}"
    user, powerful, bypass, creates = _row(
        connection,
        "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user",
    )
    if user != role:
        return broken(part, f"đang nối bằng {user}", f"sửa địa chỉ để nối bằng {role}")
    if powerful or bypass or creates:
        return broken(
            part,
            "có quyền vượt chính sách từng dòng (SUPERUSER, BYPASSRLS hoặc CREATEROLE)",
            f"ALTER ROLE {role} NOSUPERUSER NOBYPASSRLS NOCREATEROLE",
        )
    if role != "motcua_owner":
        try:
            held = [
                f"{right} {table}"
                for right, table in FORBIDDEN
                if _row(connection, "SELECT has_table_privilege(%s, %s)", table, right)[0]
            ]
        except psycopg.errors.UndefinedTable:
            return broken(part, "chưa có bảng", "chạy portal migrate")
        if held:
            return broken(
                part,
                f"được quyền thừa: {', '.join(held)}",
                f"REVOKE {held[0].replace(' ', ' ON ')} FROM {role}",
            )
    return well(part, "đúng người, đúng quyền")


def _whole(connection: Connection) -> Iterator[Result]:
    version = connection.info.server_version // 10000
    yield (
        well("phiên bản PostgreSQL", str(version))
        if version >= OLDEST
        else broken("phiên bản PostgreSQL", str(version), f"nâng lên PostgreSQL {OLDEST} trở lên")
    )
    yield _clock(connection)
    try:
        yield _head(connection)
        yield _guards(connection)
        yield _triggers(connection)
    except psycopg.errors.UndefinedTable:
        yield broken("lược đồ", "chưa có bảng", "chạy portal migrate")
    yield _room(connection)
    yield _durable(connection)
    others = [
        row[0] for row in connection.execute("SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'")
    ]
    yield (
        doubtful(
            "phần mở rộng", ", ".join(others), "cổng không cần phần nào; giữ lại nếu bạn dùng cho việc khác"
        )
        if others
        else well("phần mở rộng", "không cần, không có")
    )


def _clock(connection: Connection) -> Result:
    before = time.time()
    (theirs,) = _row(connection, "SELECT extract(epoch FROM clock_timestamp())::float8")
    apart = theirs - (before + time.time()) / 2
    seen = f"lệch {apart:+.2f} giây so với cơ sở dữ liệu"
    if abs(apart) > CLOCK_SECONDS:
        return broken("đồng hồ", seen, "bật đồng bộ giờ (chrony hoặc systemd-timesyncd) trên cả hai máy")
    return well("đồng hồ", seen)


def _head(connection: Connection) -> Result:
    found = {row[0] for row in connection.execute("SELECT version_num FROM alembic_version")}
    wanted = set(ScriptDirectory.from_config(Config(toml_file=str(ROOT / "pyproject.toml"))).get_heads())
    if found == wanted:
        return well("lược đồ", f"mới nhất ({', '.join(sorted(found))})")
    return broken("lược đồ", f"đang ở {', '.join(sorted(found)) or 'trống'}", "chạy portal migrate")


def _guards(connection: Connection) -> Result:
    rows = connection.execute(
        "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND relkind IN ('r', 'p') AND relrowsecurity",
        (list(GUARDED),),
    )
    if off := sorted(set(GUARDED) - {row[0] for row in rows}):
        return broken(
            "chính sách từng dòng",
            f"đang tắt ở {', '.join(off)}",
            f"ALTER TABLE {off[0]} ENABLE ROW LEVEL SECURITY, rồi portal verify",
        )
    (open_,) = _row(
        connection,
        "SELECT count(*) FROM pg_class c WHERE c.relname ~ '^event_p[0-9]+$' AND c.relkind = 'r'"
        " AND has_table_privilege('motcua_app', c.oid, 'SELECT')",
    )
    if open_:
        return broken(
            "chính sách từng dòng",
            f"motcua_app đọc thẳng được {open_} phần của nhật ký",
            "REVOKE ALL trên các bảng event_p*",
        )
    return well("chính sách từng dòng", f"bật ở {len(GUARDED)} bảng")


def _triggers(connection: Connection) -> Result:
    rows = connection.execute(
        "SELECT tgname FROM pg_trigger WHERE tgname = ANY(%s) AND tgenabled IN ('O', 'A') AND tgparentid = 0",
        (list(TRIGGERS),),
    )
    if gone := sorted(set(TRIGGERS) - {row[0] for row in rows}):
        return broken(
            "trigger bảo vệ",
            f"thiếu hoặc tắt: {', '.join(gone)}",
            f"ALTER TABLE {TRIGGERS[gone[0]]} ENABLE TRIGGER {gone[0]}, rồi portal verify",
        )
    return well("trigger bảo vệ", f"{len(TRIGGERS)} trigger đang canh giữ")


def _room(connection: Connection) -> Result:
    used, most = _row(
        connection,
        "SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),"
        " current_setting('max_connections')::int",
    )
    seen = f"{used}/{most} kết nối đang dùng"
    if used > most * 0.9:
        return broken(
            "kết nối", seen, "tăng max_connections hoặc giảm MOTCUA_REQUEST_THREADS × số tiến trình web"
        )
    if used > most * 0.7:
        return doubtful("kết nối", seen, "sắp hết; xem docs/operating.md mục 13")
    return well("kết nối", seen)


def _durable(connection: Connection) -> Result:
    values = {
        name: _row(connection, "SELECT current_setting(%s)", name)[0]
        for name in ("fsync", "full_page_writes", "synchronous_commit")
    }
    if off := [name for name, value in values.items() if value == "off"]:
        return broken("độ bền", f"{', '.join(off)} đang tắt: mất điện là mất hồ sơ", f"đặt {off[0]} = on")
    return well("độ bền", "fsync, full_page_writes và synchronous_commit đều bật")
