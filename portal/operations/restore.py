"""`portal restore FOLDER`: a checked backup into an empty database and empty buckets."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
from psycopg import sql

from portal.core.settings import Settings
from portal.core.storage import Storage
from portal.operations import postgres_tools, vault
from portal.operations.backup import COPIES, Say, keys_of
from portal.operations.vault import Kept, Marker, Unusable

ROLES = ("motcua_owner", "motcua_app", "motcua_worker")
_EMPTY = """
    SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v')
"""


def restore(
    settings: Settings, storage: Storage, folder: Path, say: Say, *, name: str = "", replace: bool = False
) -> Marker:
    """Put a backup in place; the caller runs `verify` after it.

    Args:
        settings: with the owner's address; its keys must be those of the backup.
        storage: the store to fill.
        folder: where the backups are.
        say: told each step.
        name: which backup; the latest complete one when empty.
        replace: empty a database that holds something, and fill buckets that do; their files stay.

    Raises:
        Unusable: the backup is damaged, the keys differ, or the target is not empty.
    """
    if settings.database_url_owner is None:
        raise Unusable("Cần MOTCUA_DATABASE_URL_OWNER để phục hồi.")
    backup, marker = vault.chosen(folder, name)
    say(f"Kiểm tra bản sao lưu {backup.name}: {marker.objects} tệp, {marker.bytes} byte")
    if wrong := vault.faults(folder, backup, marker):
        shown = "\n".join(f"  ✗ {line}" for line in wrong[:20])
        raise Unusable(f"Bản sao lưu {backup.name} không nguyên vẹn, chưa ghi gì:\n{shown}")
    if differing := [key for key, known in keys_of(settings).items() if marker.keys.get(key) != known]:
        names = ", ".join(f"MOTCUA_{key.upper()}" for key in differing)
        raise Unusable(f"Khoá không phải của bản sao lưu này: {names}. Hãy đặt lại đúng khoá rồi chạy lại.")
    owner = settings.database_url_owner.get_secret_value()
    with psycopg.connect(owner.replace("+psycopg", ""), connect_timeout=10) as connection:
        server = connection.info.server_version // 10000
        full = _ready(connection, replace)
    _buckets_ready(settings, storage, replace)  # before anything is dropped
    if full:
        with psycopg.connect(owner.replace("+psycopg", ""), connect_timeout=10) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
    say("Phục hồi cơ sở dữ liệu và quyền của ba vai trò")
    program = postgres_tools.program("pg_restore", max(server, marker.server_version))
    postgres_tools.run(
        program,
        owner,
        [
            *("--exit-on-error", "--single-transaction", "--no-owner", "--dbname"),
            *(_database(owner), backup / vault.DUMP),
        ],
    )
    with psycopg.connect(owner.replace("+psycopg", ""), connect_timeout=10) as connection:
        _carry_on_numbering(connection, marker)
        connection.execute("DELETE FROM web_session")  # one that was ended since must not live again
    say("Phục hồi tệp")
    buckets = {"files": settings.store_bucket, "anchors": settings.anchor_bucket}

    def put(kept: Kept) -> None:
        storage.put_file(kept.key, vault.place(folder, kept.sha256), bucket=buckets[kept.bucket])

    with ThreadPoolExecutor(COPIES) as threads:
        list(threads.map(put, vault.manifest(backup)))
    return marker


def _database(url: str) -> str:
    return url.rsplit("/", 1)[1].split("?")[0]


def _ready(connection: psycopg.Connection, replace: bool) -> bool:
    """Whether the database holds something that is to be dropped."""
    known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
    if missing := [role for role in ROLES if role not in known]:
        raise Unusable(
            f"Thiếu vai trò {', '.join(missing)}; tạo chúng như docs/operating.md mục 3 rồi chạy lại."
        )
    count = connection.execute(_EMPTY).fetchone()
    held = count[0] if count else 0
    if held and not replace:
        raise Unusable(
            f"Cơ sở dữ liệu đích đã có {held} bảng; hãy tạo cơ sở dữ liệu trống, "
            "hoặc thêm --replace để xoá hết dữ liệu đang có."
        )
    return bool(held)


def _buckets_ready(settings: Settings, storage: Storage, replace: bool) -> None:
    storage.ensure_bucket()
    storage.ensure_bucket(settings.anchor_bucket, object_lock=True)
    for bucket in (settings.store_bucket, settings.anchor_bucket):
        held = next((one for one in storage.listing(bucket=bucket) if not one.key.startswith(".")), None)
        if held is not None and not replace:
            raise Unusable(f"Thùng {bucket} đã có tệp; hãy dùng thùng trống, hoặc thêm --replace.")


def _carry_on_numbering(connection: psycopg.Connection, marker: Marker) -> None:
    """Let the journal's transaction numbers go on above those of the backup, on a server that counts anew."""
    row = connection.execute("SELECT pg_current_xact_id()::text::bigint").fetchone()
    base = max(0, marker.journal_end - (row[0] if row else 0) + 1)
    connection.execute(
        sql.SQL(
            "CREATE OR REPLACE FUNCTION journal_base() RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE "
            "AS {body}"
        ).format(body=sql.Literal(f"SELECT {base}::bigint"))
    )
