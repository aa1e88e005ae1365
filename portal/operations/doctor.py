"""`portal doctor`: every part the portal stands on, asked by doing what the portal does with it."""

import contextlib
import os
import secrets
import shutil
import smtplib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

from portal.core.errors import DomainError
from portal.core.mail import Mailer
from portal.core.settings import DEMO_WORDS, Settings
from portal.operations import doctor_database, doctor_store
from portal.operations.findings import Result, broken, doubtful, well

SECONDS = 5
PATIENCE = 40  # seconds for all the questions to one part; what is silent longer is away
TIME_SERVERS = ("time.cloudflare.com", "pool.ntp.org")
NTP_EPOCH = 2_208_988_800
LETTERS = "ăâđêôơưĂÂĐÊÔƠƯàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ"


def examine(settings: Settings, *, send_to: str = "") -> list[Result]:
    """Every line, in the order a person mends things.

    Args:
        settings: of the portal to examine.
        send_to: also send one message to this address; none is sent otherwise.
    """
    asked: dict[str, Callable[[], Iterator[Result]]] = {
        "địa chỉ": lambda: addresses(settings),
        "bí mật": lambda: keys(settings),
        "cơ sở dữ liệu": lambda: doctor_database.examine(settings),
        "kho tệp": lambda: doctor_store.examine(settings),
        "hàng đợi": lambda: queue(settings),
        "thư": lambda: mail(settings, send_to),
        "quét mã độc": lambda: scanner(settings),
        "phông chữ": lambda: fonts(),
        "đĩa": lambda: disk(settings),
        "giờ mạng": lambda: network_time(),
    }
    visits = [Visit(part, ask) for part, ask in asked.items()]
    until = time.monotonic() + PATIENCE
    return [result for visit in visits for result in visit.outcome(until)]


class Visit:
    """The questions to one part, asked beside the others, so that a silent part keeps nobody waiting."""

    def __init__(self, part: str, ask: Callable[[], Iterator[Result]]) -> None:
        self.part, self.found = part, list[Result]()
        self._thread = threading.Thread(target=self._go, args=(ask,), daemon=True)
        self._thread.start()

    def _go(self, ask: Callable[[], Iterator[Result]]) -> None:
        try:
            self.found.extend(ask())
        except Exception as error:
            mend = "xem phần này có chạy không; nếu có, đây là lỗi của doctor: hãy báo"
            self.found.append(broken(self.part, f"không hỏi được ({type(error).__name__})", mend))

    def outcome(self, until: float) -> list[Result]:
        """What was found by then, and that the part is silent if it still is."""
        self._thread.join(max(0.0, until - time.monotonic()))
        if not self._thread.is_alive():
            return self.found
        mend = "xem phần này có treo không, và tường lửa có nuốt gói tin không"
        return [*self.found, broken(self.part, f"im lặng quá {PATIENCE} giây", mend)]


def addresses(settings: Settings) -> Iterator[Result]:
    """Whether browsers will keep the session and reach the store."""
    public, store = urlsplit(settings.public_url), urlsplit(settings.store_public_url)
    local = public.hostname in ("localhost", "127.0.0.1", "::1")
    if public.scheme != "https" and not local:
        yield broken("địa chỉ cổng", settings.public_url, "đặt MOTCUA_PUBLIC_URL=https://… sau máy chủ TLS")
    elif settings.demo:
        yield doubtful(
            "địa chỉ cổng", f"{settings.public_url}, chế độ dùng thử", "MOTCUA_DEMO=0 khi chạy thật"
        )
    else:
        yield well("địa chỉ cổng", settings.public_url)
    if public.scheme == "https" and store.scheme != "https":
        yield broken(
            "địa chỉ kho",
            settings.store_public_url,
            "trình duyệt chặn http trong trang https: dùng https cho kho",
        )
    elif public.netloc == store.netloc:
        yield broken("địa chỉ kho", settings.store_public_url, "kho phải ở một tên miền khác với cổng")
    else:
        yield well("địa chỉ kho", settings.store_public_url)


def keys(settings: Settings) -> Iterator[Result]:
    """Whether the keys are what they must be; never what they are."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    for name in ("token_key", "anchor_key"):
        try:
            key = load_pem_private_key(getattr(settings, name).get_secret_value().encode(), None)
            good = isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name == "secp256r1"
        except ValueError:
            good = False
        if not good:
            yield broken(f"MOTCUA_{name.upper()}", "không phải khoá EC P-256", "tạo lại bằng openssl genpkey")
    weak = [
        name
        for name in ("store_secret_key", "database_url", "database_url_worker", "broker_url")
        if _weak(getattr(settings, name).get_secret_value())
    ]
    same = settings.token_key == settings.anchor_key
    if weak:
        names = ", ".join(f"MOTCUA_{name.upper()}" for name in weak)
        mend = "đặt mật khẩu ngẫu nhiên từ 16 ký tự"
        yield (doubtful if settings.demo else broken)("bí mật", f"yếu hoặc trống: {names}", mend)
    elif same:
        yield broken("bí mật", "khoá ký token và khoá ký neo là một", "mỗi việc một khoá")
    else:
        yield well("bí mật", "đủ dài, không phải mẫu")


def _weak(value: str) -> bool:
    word = urlsplit(value).password or "" if "://" in value else value
    return len(word) < 16 or any(sample in word.lower() for sample in DEMO_WORDS)


def queue(settings: Settings) -> Iterator[Result]:
    """Send a message through a queue of our own and take it back; then whether the broker keeps them."""
    from kombu import Connection
    from kombu.exceptions import KombuError
    from redis.exceptions import RedisError

    part, url = "hàng đợi", settings.broker_url.get_secret_value()
    redis_like = url.startswith(("redis", "valkey"))
    options = {"socket_timeout": SECONDS, "socket_connect_timeout": SECONDS} if redis_like else {}
    try:
        with Connection(url, connect_timeout=SECONDS, transport_options=options) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0.1, timeout=SECONDS)
            name, word = f"motcua-doctor-{uuid4().hex[:8]}", secrets.token_hex(8)
            line = connection.SimpleQueue(name)
            line.put({"word": word})
            taken = line.get(timeout=SECONDS)
            taken.ack()
            line.queue.delete()
            line.close()
            if taken.payload != {"word": word}:
                yield broken(part, "trả lại khác với đã gửi", "kiểm tra broker")
                return
            kept = not redis_like or _appends(connection)
    except (OSError, KombuError, RedisError, ValueError) as error:
        yield broken(
            part,
            f"không dùng được ({type(error).__name__})",
            "xem broker có chạy không, sửa MOTCUA_BROKER_URL",
        )
        return
    except Exception as error:
        yield broken(part, f"gửi mà không nhận lại được ({type(error).__name__})", "kiểm tra broker")
        return
    yield well(part, "gửi và nhận lại được")
    if not kept:
        yield doubtful(
            "hàng đợi bền", "Valkey không ghi ra đĩa", "đặt appendonly yes: mất hàng đợi thì thư đi chậm"
        )


def _appends(connection: object) -> bool:
    client = connection.default_channel.client  # type: ignore[attr-defined]
    return bool(client.info("persistence").get("aof_enabled"))


def mail(settings: Settings, send_to: str) -> Iterator[Result]:
    """Greet the relay, encrypt, sign in; a message only where one is asked for."""
    part = f"thư ({settings.smtp_host}:{settings.smtp_port})"
    try:
        with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=SECONDS) as relay:
            relay.ehlo()
            if settings.smtp_tls:
                relay.starttls(context=ssl.create_default_context())
                relay.ehlo()
            if settings.smtp_user:
                relay.login(settings.smtp_user, settings.smtp_password.get_secret_value())
    except (OSError, smtplib.SMTPException) as error:
        yield broken(
            part, f"không chào được ({type(error).__name__})", "xem máy chủ thư và các biến MOTCUA_SMTP_…"
        )
        return
    local = settings.smtp_host in ("127.0.0.1", "localhost", "::1")
    if not settings.smtp_tls and not local:
        yield doubtful(part, "không mã hoá trên đường đi", "đặt MOTCUA_SMTP_TLS=1")
    else:
        yield well(part, "chào được" + (", đã mã hoá" if settings.smtp_tls else ", ngay trên máy này"))
    if send_to:
        try:
            Mailer(settings).send(
                to=send_to,
                subject="Kiểm tra đường thư của Cổng Dịch vụ công",
                text="Thư này do portal doctor gửi để thử. Bạn không cần làm gì.",
                message_id=f"doctor.{uuid4()}",
            )
            yield well("thư thử", "máy chủ thư đã nhận")
        except DomainError as error:
            yield broken("thư thử", error.detail, "xem địa chỉ nhận và quyền gửi của MOTCUA_MAIL_FROM")


def scanner(settings: Settings) -> Iterator[Result]:
    """clamd, where files wait for its verdict."""
    if not settings.clamd_address:
        yield doubtful("quét mã độc", "chưa đặt", "cài clamd và đặt MOTCUA_CLAMD_ADDRESS")
        return
    host, _, port = settings.clamd_address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), SECONDS) as line:
            line.sendall(b"zPING\0")
            alive = line.recv(16).startswith(b"PONG")
    except (OSError, ValueError):
        alive = False
    if alive:
        yield well("quét mã độc", settings.clamd_address)
    else:
        yield broken(
            "quét mã độc", f"{settings.clamd_address} không trả lời", "tệp sẽ chờ mãi: khởi động clamd"
        )


def fonts() -> Iterator[Result]:
    """Every Vietnamese letter in the fonts that documents are printed with, and the library that prints."""
    from fontTools.ttLib import TTFont

    from dossiers import pdf_child

    files = sorted(pdf_child.FONTS.glob("*-400-normal.woff2")) if pdf_child.FONTS.is_dir() else []
    have: set[int] = set()
    for file in files:
        with TTFont(file) as font:
            have |= set(font.getBestCmap())
    if gone := [letter for letter in LETTERS if ord(letter) not in have]:
        seen = f"thiếu {len(gone)} chữ ({''.join(gone[:8])}…)" if files else "không thấy phông Be Vietnam Pro"
        yield broken("phông chữ", seen, "chạy script/setup để lấy phông")
    else:
        yield well("phông chữ", f"đủ {len(LETTERS)} chữ tiếng Việt có dấu")
    try:
        import weasyprint

        yield well("in PDF", f"WeasyPrint {weasyprint.__version__}")
    except OSError:
        yield broken(
            "in PDF", "thiếu thư viện Pango", "cài libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
        )


def disk(settings: Settings) -> Iterator[Result]:
    """Room where this machine writes."""
    folders = [Path.cwd(), Path(os.environ.get("TMPDIR") or "/tmp")]  # noqa: S108
    folders += [Path(value) for value in (os.environ.get("MOTCUA_VAR"), settings.mail_sink) if value]
    seen: set[int] = set()
    for folder in folders:
        if not folder.is_dir() or (device := folder.stat().st_dev) in seen:
            continue
        seen.add(device)
        usage = shutil.disk_usage(folder)
        part, text = f"đĩa {folder}", f"còn {usage.free / 2**30:.1f} GB ({100 * usage.free // usage.total} %)"
        if usage.free < 300 * 2**20:
            yield broken(part, text, "giải phóng ít nhất 300 MB ngay")
        elif usage.free < 2 * 2**30 or usage.free < usage.total // 20:
            yield doubtful(part, text, "sắp đầy: dọn hoặc mở rộng")
        else:
            yield well(part, text)


def network_time() -> Iterator[Result]:
    """The difference to a public clock, where one can be reached."""
    for server in TIME_SERVERS:
        with contextlib.suppress(OSError, struct.error):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
                line.settimeout(1.5)
                line.sendto(b"\x1b" + bytes(47), (server, 123))
                answer, _ = line.recvfrom(64)
            apart = struct.unpack("!I", answer[40:44])[0] - NTP_EPOCH - time.time()
            if abs(apart) > 2:
                yield broken("giờ mạng", f"lệch {apart:+.1f} giây", "bật chrony hoặc systemd-timesyncd")
            else:
                yield well("giờ mạng", f"lệch {apart:+.1f} giây ({server})")
            return
    yield doubtful(
        "giờ mạng", "không tới được máy chủ giờ công cộng", "kiểm tra chrony với máy chủ giờ của tỉnh"
    )
