"""The `portal` command: everything an operator starts, makes or checks."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from portal.core.settings import Settings, from_environment

ROOT = Path(__file__).resolve().parent.parent
KINDS = ("national", "laythutuc", "listing", "replaced", "agencies", "own")  # imports.kinds.Kind


def fail(sentence: str) -> int:
    """Say one clear sentence and give the exit code for it."""
    print(sentence, file=sys.stderr)
    return 2


def _settings() -> Settings:
    """The settings, or one sentence that says what is wrong with them."""
    from pydantic import ValidationError

    try:
        return from_environment()
    except ValidationError as error:
        lines = [
            f"MOTCUA_{str(part['loc'][0]).upper() if part['loc'] else '?'}: {part['msg']}"
            for part in error.errors()
        ]
        raise SystemExit("Thiết lập chưa dùng được (settings): " + "; ".join(lines)) from None


def migrate(_: argparse.Namespace) -> int:
    """Bring the database to the newest schema, as motcua_owner."""
    from alembic import command
    from alembic.config import Config

    settings = _settings()
    if settings.database_url_owner is None:
        return fail("MOTCUA_DATABASE_URL_OWNER is needed to migrate.")
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.attributes["url"] = settings.database_url_owner.get_secret_value()
    command.upgrade(config, "head")
    return 0


def seed(args: argparse.Namespace) -> int:
    """Load the sample catalogue, the national listing and, in the demo, the demo people."""
    from portal import seeding
    from portal.core.work import open_as_worker

    settings = _settings()
    open_as_worker(settings)
    logins = seeding.run(settings, progress=print if not args.quiet else lambda _: None)
    for login in logins:
        print(f"{login.email}\t{login.password}\t{login.role}")
    if not args.dossiers and not args.rows:
        return 0
    from portal.core.errors import DomainError
    from portal.operations import filling
    from portal.worker import SUBSCRIBERS

    told = {"lived": args.dossiers, "rows": args.rows, "seed": args.seed}
    try:
        filling.fill(settings, **told, subscribers=SUBSCRIBERS, say=print)
    except DomainError as refused:
        return fail(refused.detail)
    return 0


def import_catalogue(args: argparse.Namespace) -> int:
    """Import files of procedures, listings, agencies (kind recognised); a report line for every row."""
    from portal.core.work import open_as_worker
    from portal.operations import catalogue

    open_as_worker(_settings())
    kind = None if args.kind == "auto" else args.kind
    return catalogue.import_files(
        args.files, kind=kind, dry_run=args.dry_run, report_to=args.report, say=print
    )


def export_catalogue(args: argparse.Namespace) -> int:
    """Write the whole catalogue as open data: JSON, CSV, the schema, the agencies."""
    from portal.core.work import open_as_worker
    from portal.operations import catalogue

    open_as_worker(_settings())
    return catalogue.export(args.folder, say=print)


def level_report(args: argparse.Namespace) -> int:
    """Compare the level another portal typed with what the words of its records demand."""
    from portal.operations import catalogue

    kind = None if args.kind == "auto" else args.kind
    return catalogue.level_report(args.file, kind=kind, report_to=args.report, say=print)


def create_admin(_: argparse.Namespace) -> int:
    """Print a one-time address at which the first administrator is made (24 hours)."""
    from auth import setup
    from portal.core.work import open_as_worker, unit_of_work

    settings = _settings()
    open_as_worker(settings)
    with unit_of_work() as session:
        token = setup.make_setup_token(session, lasts=timedelta(hours=24))
    print(f"{settings.public_url}/thiet-lap?ma={token}")
    return 0


def verify(args: argparse.Namespace) -> int:
    """Check the journal, the state, the files and the figures against each other; 1 when anything differs."""
    import msgspec

    from dossiers import verify as checks
    from portal.core import runtime
    from portal.core.errors import Unavailable
    from portal.core.work import open_as_worker
    from portal.worker import SUBSCRIBERS

    settings = _settings()
    open_as_worker(settings)

    def tell(line: str) -> None:
        print(f"\r{line:<60}", end="", file=sys.stderr, flush=True)

    try:
        with runtime.sessions() as session:
            findings = checks.run(
                session,
                None if args.without_store else runtime.storage,
                settings,
                subscribers=SUBSCRIBERS,
                progress=tell if sys.stderr.isatty() else lambda _: None,
            )
            session.rollback()
    except Unavailable as error:
        return fail(f"{error.title}: {error.detail}")
    if sys.stderr.isatty():
        tell("")
        print("\r", end="", file=sys.stderr)
    if args.json:
        print(msgspec.json.encode(findings.document()).decode())
    else:
        print("\n".join(findings.lines))
    return 0 if findings.green else 1


def export_journal(args: argparse.Namespace) -> int:
    """Write the journal, with its signed roots, to a file that script/verify-journal checks without us."""
    from dossiers.verification import export
    from portal.core import runtime
    from portal.core.errors import NotFound
    from portal.core.work import open_as_worker

    settings = _settings()
    open_as_worker(settings)
    try:
        with runtime.sessions() as session, open(args.file, "wb") as out:
            count = export.write(session, out, settings, receipt=args.receipt, progress=lambda _: None)
    except NotFound as error:
        os.unlink(args.file)
        return fail(f"{error.title}: {error.detail}")
    print(f"{args.file}: {count} events")
    return 0


def index_dossiers(_: argparse.Namespace) -> int:
    """Index the dossiers filed before there was a search by name, phone and personal id; once is enough."""
    from portal.core.work import open_as_worker
    from portal.operations import filling

    open_as_worker(_settings())
    filling.index()
    return 0


def anchor_key(_: argparse.Namespace) -> int:
    """Print the public key (PEM) that checks the signed roots; publish it where people can find it."""
    from portal.core import anchors

    print(anchors.public_key_pem(_settings().anchor_key.get_secret_value()), end="")
    return 0


def backup(args: argparse.Namespace) -> int:
    """Save the database in one snapshot, then every file it names; 1 when the store lacks one."""
    from portal.operations import commands

    return commands.backup(_settings(), Path(args.folder))


def restore(args: argparse.Namespace) -> int:
    """Check a backup, put it into an empty database and store, and verify the outcome."""
    from portal.operations import commands

    done = commands.restore(_settings(), Path(args.folder), name=args.name, replace=args.replace)
    if done != 0 or args.without_verify:
        return done
    return verify(argparse.Namespace(without_store=False, json=False))


def doctor(args: argparse.Namespace) -> int:
    """Check every part the portal stands on: a line each, and what to do; 1 when one is broken."""
    from portal.operations import commands

    return commands.doctor(_settings(), json=args.json, send_to=args.send_to)


def web(args: argparse.Namespace) -> int:
    """Serve the web application."""
    from portal.operations import serving

    settings = _settings()
    host = urlsplit(settings.public_url).hostname or "localhost"
    loopback = args.host in ("127.0.0.1", "::1", "localhost")
    if not loopback and not settings.public_url.startswith("https://"):
        return fail(
            "Ngoài máy này, trình duyệt chỉ giữ phiên đăng nhập qua HTTPS: "
            f"đặt MOTCUA_PUBLIC_URL=https://{host} và để máy chủ TLS phía trước "
            "(browsers keep the session cookie only over https)."
        )
    return serving.serve(
        host=args.host,
        port=args.port,
        workers=args.workers,
        fd=args.fd,
        trusted=settings.trusted_proxies,
    )


def run_worker(args: argparse.Namespace) -> int:
    """Run the Celery worker."""
    from portal import worker
    from portal.core.lines import log_everything
    from portal.core.queues import QUEUES

    settings = _settings()
    celery_app = worker.configure(settings)
    log_everything(settings.log_level)
    celery_app.worker_main(
        [
            "--quiet",
            "worker",
            "--concurrency",
            str(args.concurrency),
            "--loglevel",
            "WARNING",
            "--without-gossip",
            "--without-mingle",
            "--queues",
            ",".join(QUEUES),
            "--hostname",
            f"motcua-{os.getpid()}@%h",
        ]
    )
    return 0


def background(_: argparse.Namespace) -> int:
    """Run the relay, the folder of statistics, the anchoring and the timetable."""
    from portal import background as loops

    loops.run(_settings())
    return 0


def up(args: argparse.Namespace) -> int:
    """Start the embedded services and the whole portal on this machine, until Ctrl-C."""
    from portal.embedded.supervisor import up as start

    return start(args)


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    made = argparse.ArgumentParser(prog="portal", description=__doc__)
    commands = made.add_subparsers(required=True, metavar="command")

    def add(name: str, act: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        child = commands.add_parser(name, help=(act.__doc__ or "").split("\n")[0], description=act.__doc__)
        child.set_defaults(act=act)
        return child

    add("up", up)
    add("migrate", migrate)
    seeding = add("seed", seed)
    seeding.add_argument("--quiet", action="store_true", help="no progress lines")
    seeding.add_argument("--dossiers", type=int, default=0, metavar="N", help="and N lived dossiers (demo)")
    seeding.add_argument("--rows", type=int, default=0, metavar="N", help="and N bare rows for size (demo)")
    seeding.add_argument("--seed", type=int, default=1, metavar="S", help="what they are drawn from")
    importing = add("import-catalogue", import_catalogue)
    importing.add_argument("files", nargs="+", metavar="FILE", help="JSON or a table, at most 50 MB each")
    importing.add_argument("--kind", default="auto", choices=("auto", *KINDS), help="what the files are")
    importing.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")
    importing.add_argument("--report", default=None, metavar="CSV", help="write the report lines here")
    add("export-catalogue", export_catalogue).add_argument("folder", help="where to write the files")
    comparing = add("level-report", level_report)
    comparing.add_argument("file", help="records of another portal")
    comparing.add_argument("--kind", default="auto", choices=("auto", "national", "laythutuc"))
    comparing.add_argument("--report", default=None, metavar="CSV", help="write every sentence here")
    add("create-admin", create_admin)
    checking = add("verify", verify)
    checking.add_argument("--without-store", action="store_true", help="leave the files' bytes out")
    checking.add_argument("--json", action="store_true", help="findings as one JSON document")
    exporting = add("export-journal", export_journal)
    exporting.add_argument("file", help="where to write it (JSON lines)")
    exporting.add_argument("--receipt", default="", help="only the dossier of this receipt, with its proof")
    add("anchor-key", anchor_key)
    add("index-dossiers", index_dossiers)
    saving = add("backup", backup)
    saving.add_argument("folder", help="the folder of all backups; objects in it are kept once")
    returning = add("restore", restore)
    returning.add_argument("folder", help="the folder of all backups")
    returning.add_argument("--name", default="", help="which one (the latest complete one)")
    returning.add_argument(
        "--replace", action="store_true", help="empty the database first; files in the buckets stay"
    )
    returning.add_argument("--without-verify", action="store_true", help="leave the check at the end out")
    examining = add("doctor", doctor)
    examining.add_argument("--json", action="store_true", help="findings as one JSON document")
    examining.add_argument("--send-to", default="", help="also send one test message to this address")
    serving = add("web", web)
    serving.add_argument("--host", default="127.0.0.1")
    serving.add_argument("--port", type=int, default=8000)
    serving.add_argument("--workers", type=int, default=1)
    serving.add_argument("--fd", type=int, default=None, help="a listening socket passed to this process")
    add("worker", run_worker).add_argument("--concurrency", type=int, default=1)
    add("background", background)
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    args = parser().parse_args(argv)
    act: Callable[[argparse.Namespace], int] = args.act
    return act(args)


if __name__ == "__main__":
    sys.exit(main())
