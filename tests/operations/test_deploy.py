"""What deploy/ names exists: commands, settings, measures, paths of the site."""

import re
from configparser import ConfigParser
from pathlib import Path

import pytest

from portal import cli
from portal.core import observability
from portal.operations import measures
from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
HARDENED = (
    "NoNewPrivileges",
    "ProtectSystem",
    "ProtectHome",
    "PrivateTmp",
    "RestrictAddressFamilies",
    "UMask",
)


def read(unit: Path) -> ConfigParser:
    """A unit as sections; keys keep their case, and may come again."""
    parser = ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(unit.read_text("utf-8"))
    return parser


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_each_service_runs_a_command_that_exists(unit: Path) -> None:
    line = read(unit)["Service"]["ExecStart"].split()

    assert line[0] == "/opt/motcua/.venv/bin/portal"
    assert cli.parser().parse_args(line[1:]).act.__name__ in (line[1], f"run_{line[1]}")


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_each_service_is_confined(unit: Path) -> None:
    service = read(unit)["Service"]

    assert service["User"] == "motcua"
    assert [name for name in HARDENED if name not in service] == []


@pytest.mark.parametrize("unit", [one for one in UNITS if one.suffix == ".timer"], ids=lambda unit: unit.name)
def test_each_timer_has_its_service(unit: Path) -> None:
    assert unit.with_suffix(".service") in SERVICES
    assert "OnCalendar" in read(unit)["Timer"]


def test_only_the_backup_knows_the_owner() -> None:
    owners = [
        unit.name for unit in SERVICES if "owner.env" in re.sub(r"^#.*$", "", unit.read_text(), flags=re.M)
    ]

    assert owners == ["motcua-backup.service"]


def test_the_socket_outlives_its_processes() -> None:
    socket, web = read(DEPLOY / "systemd/motcua-web.socket"), read(DEPLOY / "systemd/motcua-web@.service")

    assert web["Service"]["Sockets"] == "motcua-web.socket"
    assert web["Service"]["Type"] == "notify"
    assert socket["Socket"]["ListenStream"] == "127.0.0.1:8000"


@pytest.mark.parametrize("name", ["web@", "worker", "background"])
def test_each_long_lived_process_keeps_its_measures_where_the_web_finds_them(name: str) -> None:
    service = read(DEPLOY / f"systemd/motcua-{name}.service")["Service"]

    assert service["Environment"] == "PROMETHEUS_MULTIPROC_DIR=/run/motcua/measures"
    assert service["RuntimeDirectory"] == "motcua/measures"
    assert service["RuntimeDirectoryPreserve"] == "yes"


def test_each_alert_watches_a_measure_that_exists() -> None:
    rules = (DEPLOY / "prometheus/motcua.rules.yml").read_text("utf-8")
    source = Path(measures.__file__).read_text("utf-8") + Path(observability.__file__).read_text("utf-8")
    known = {f"motcua_{name}" for name in measures.FACTS} | set(re.findall(r'"(motcua_[a-z_]+)"', source))
    named = {name.removesuffix("_bucket") for name in re.findall(r"\bmotcua_[a-z_]+\b", rules)}

    assert len(re.findall(r"- alert:", rules)) >= 12
    assert named - known == set()


def test_the_proxy_keeps_the_measures_inside_and_files_out() -> None:
    site = (DEPLOY / "nginx/motcua.conf").read_text("utf-8")

    assert re.search(r"location = /metrics \{\s+return 404;", site)
    assert "client_max_body_size 2m" in site
    assert "X-Forwarded-For $remote_addr" in site
    assert site.count("{") == site.count("}")
