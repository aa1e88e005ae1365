"""The bodies of `portal backup`, `restore` and `doctor`: what they print, and their exit codes."""

import sys
from pathlib import Path

import msgspec
import psycopg
from minio.error import S3Error

from portal.core.clock import ZONE
from portal.core.errors import DomainError
from portal.core.settings import Settings
from portal.core.storage import Storage
from portal.operations import backup as saving
from portal.operations import restore as returning
from portal.operations.vault import Marker, Unusable

FAILURES = (Unusable, DomainError, OSError, psycopg.Error, S3Error)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _complain(line: str) -> None:
    sys.stderr.write(line + "\n")


def _told(marker: Marker) -> str:
    last = (
        marker.last_event_at.astimezone(ZONE).strftime("%H:%M:%S %d/%m/%Y") if marker.last_event_at else "—"
    )
    return (
        f"{marker.events} sự kiện, {marker.dossiers} hồ sơ đã nộp, {marker.objects} tệp; "
        f"thời điểm cuối cùng có trong bản này: {last}"
    )


def _reason(error: Exception) -> str:
    """Why it ended, in one sentence."""
    if isinstance(error, S3Error):
        where = f" (thùng {error.bucket_name})" if error.bucket_name else ""
        return (
            f"Kho tệp từ chối: {error.code}{where}. Xem MOTCUA_STORE_ACCESS_KEY, MOTCUA_STORE_SECRET_KEY, "
            "MOTCUA_STORE_BUCKET và MOTCUA_ANCHOR_BUCKET."
        )
    return str(getattr(error, "detail", "") or error)


def backup(settings: Settings, folder: Path) -> int:
    """Make one backup; 0, or 1 when the store lacks a file that the database names, 2 when none was made."""
    try:
        target, marker = saving.backup(settings, Storage(settings), folder, _say)
    except FAILURES as error:
        _complain(f"✗ Chưa sao lưu được: {_reason(error)}")
        return 2
    _say(f"✓ {target}: {_told(marker)}")
    for key in marker.missing:
        _complain(f"✗ kho đã thiếu tệp {key}; chạy portal verify")
    return 1 if marker.missing else 0


def restore(settings: Settings, folder: Path, *, name: str = "", replace: bool = False) -> int:
    """Restore a backup; 0, or 2 with the reason when nothing, or not all, was restored."""
    try:
        marker = returning.restore(settings, Storage(settings), folder, _say, name=name, replace=replace)
    except FAILURES as error:
        _complain(f"✗ Chưa phục hồi được: {_reason(error)}")
        return 2
    _say(f"✓ Đã phục hồi: {_told(marker)}")
    _say("· Mọi phiên đăng nhập đã kết thúc; mọi người đăng nhập lại.")
    return 0


def doctor(settings: Settings, *, json: bool = False, send_to: str = "") -> int:
    """Examine every part; 0 when none is broken."""
    from portal.operations import doctor as examining

    results = examining.examine(settings, send_to=send_to)
    if json:
        _say(msgspec.json.encode(results).decode())
    else:
        for result in results:
            _say(result.line)
    return 1 if any(result.mark == "✗" for result in results) else 0
