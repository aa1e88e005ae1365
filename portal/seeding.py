"""What `portal seed` puts into an empty portal: agencies, the catalogue, and in the demo, people."""

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import msgspec
import sqlalchemy as sa
from sqlmodel import Session

from auth import queries as people
from auth import service as auth_service
from auth.actor import Role
from portal.core import crypto, outbox
from portal.core.settings import Settings
from portal.core.work import unit_of_work
from services_catalog import importing

SEED = Path(importing.__file__).resolve().parent / "seed"
WORDS = (
    "sen",
    "lua",
    "song",
    "nui",
    "tre",
    "dua",
    "mai",
    "cau",
    "trang",
    "gio",
    "bien",
    "rung",
    "hoa",
    "mua",
    "sao",
)


class DemoRole(msgspec.Struct, frozen=True):
    role: Role
    agency: str | None = None  # code of the agency an officer serves


class DemoPerson(msgspec.Struct, frozen=True):
    """One person of seed/people.json."""

    email: str
    name: str
    roles: list[DemoRole]
    about: str
    birth: date | None = None
    phone: str = ""
    personal_id: str = ""


class Login(msgspec.Struct, frozen=True):
    """A demo login as `portal up` prints it."""

    email: str
    password: str
    role: str


def demo_password(email: str) -> str:
    """The demo password of an address: words drawn by this installation's own index key.

    Nothing is stored and each installation has others; it exists only with MOTCUA_DEMO=1.
    """
    drawn = crypto.blind("demo password", email)
    words = "-".join(WORDS[byte % len(WORDS)] for byte in drawn[:5])
    return f"{words}-{10 + drawn[5] % 90}{drawn[6] % 10}"


def digest() -> str:
    """The SHA-256 over all seed files: what a finished seed is known by."""
    whole = hashlib.sha256()
    for path in sorted(SEED.rglob("*")):
        if path.is_file():
            whole.update(path.name.encode() + path.read_bytes())
    return whole.hexdigest()


def run(settings: Settings, *, progress: Callable[[str], None]) -> list[Login]:
    """Load everything that is missing; running it again changes nothing. Returns the demo logins.

    Each part commits by itself, so an interrupted seed goes on where it stopped; a finished one is
    remembered, and skipped until a seed file changes.
    """
    channel = settings.payment_gateway
    key = f"seed:{digest()}:{'demo' if settings.demo else 'plain'}:{channel}"
    with unit_of_work() as session:
        finished = outbox.done(session, key)
    if not finished:
        _load(progress, channel=bool(channel))
        _analyse(settings)
    logins = demo_people(progress, create=not finished) if settings.demo else []
    with unit_of_work() as session:
        outbox.effect(session, key)
    return logins


def _analyse(settings: Settings) -> None:
    """Let the planner know the 5,670 new rows at once, where this process may act as the owner."""
    if settings.database_url_owner is None:
        return
    engine = sa.create_engine(settings.database_url_owner.get_secret_value(), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text("ANALYZE procedure, procedure_revision, offering, sector, agency"))
    engine.dispose()


def _load(progress: Callable[[str], None], *, channel: bool) -> None:
    with unit_of_work() as session:
        importing.seed_agencies(session, SEED / "agencies.json")
        replaced = importing.import_replaced(session, SEED / "replaced_papers.tsv")
    progress(f"Đã nạp cơ quan và {replaced.total} giấy tờ được thay bằng dữ liệu.")
    files = sorted((SEED / "procedures").glob("*.json"))
    for number, path in enumerate(files, 1):
        with unit_of_work() as session:
            row = importing.import_file(session, path, importing.machine_hands(session), channel=channel)
        if row.outcome == "refused":
            progress(f"Không nạp được {path.stem}: {row.reason}")
        elif number % 10 == 0 or number == len(files):
            progress(f"Đã nạp {number}/{len(files)} thủ tục đầy đủ.")
    with unit_of_work() as session:
        report = importing.import_listing(session, SEED / "listing.tsv")
    progress(f"Danh mục quốc gia: {report.total} thủ tục.")


def demo_people(progress: Callable[[str], None], *, create: bool = True) -> list[Login]:
    """Create the demo people that are missing; returns the logins of all of them."""
    listed = msgspec.json.decode((SEED / "people.json").read_bytes(), type=list[DemoPerson])
    for person in listed if create else ():
        with unit_of_work() as session:
            _person(session, person)
    progress(f"Tài khoản dùng thử: {len(listed)}.")
    return [Login(person.email, demo_password(person.email), person.about) for person in listed]


def _person(session: Session, person: DemoPerson) -> None:
    if people.account_of_email(session, auth_service.email_index(person.email)) is not None:
        return
    account = auth_service.create_account(
        session,
        name=person.name,
        email=person.email,
        password=demo_password(person.email),
        phone=person.phone,
        personal_id=person.personal_id,
        birth=person.birth,
    )
    for held in person.roles:
        agency_id = importing.agency_ids(session)[held.agency] if held.agency else None
        auth_service.grant(session, account.id, held.role, agency_id, by=None)
