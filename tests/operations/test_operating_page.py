"""What docs/operating.md and watching.md name exists: commands, options, units, files, settings, alerts."""

import argparse
import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from portal import cli
from portal.core import observability
from portal.core.settings import Settings
from portal.embedded.store import binary
from portal.operations import measures
from tests.conftest import ROOT

PAGE = (ROOT / "docs/operating.md").read_text("utf-8")
WATCHING = (ROOT / "docs/watching.md").read_text("utf-8")
DEPLOY = ROOT / "deploy"
EMBEDDED = {"MOTCUA_VAR", "MOTCUA_PORT", "MOTCUA_STORE_PORT"}  # of `portal up`, not of the settings
RULES = yaml.safe_load((DEPLOY / "prometheus/motcua.rules.yml").read_text("utf-8"))
ALERTS = [rule["alert"] for group in RULES["groups"] for rule in group["rules"]]


def commands() -> dict[str, argparse.ArgumentParser]:
    made = cli.parser()
    (choices,) = [one.choices for one in made._actions if isinstance(one, argparse._SubParsersAction)]
    return dict(choices)


def named() -> list[tuple[str, list[str]]]:
    """Each `portal …` of the page: the command and its options; only where code stands."""
    code = re.findall(r"`([^`\n]+)`", PAGE) + re.findall(r"^```sh\n(.*?)^```", PAGE, flags=re.M | re.S)
    found = []
    for piece in code:
        for line in re.split(r"\n|&&", piece):
            if hit := re.search(r"(?:^|[\s/])portal ([a-z][a-z-]*)([^#`;]*)", line):
                found.append((hit[1], re.findall(r"(?<!\S)--[a-z-]+", hit[2])))
    return found


def test_each_command_of_the_page_and_each_of_its_options_exists() -> None:
    known = commands()
    seen = named()

    assert {"doctor", "backup", "restore", "verify", "migrate", "create-admin"} <= {name for name, _ in seen}
    for name, options in seen:
        assert name in known, name
        assert set(options) <= set(known[name]._option_string_actions), (name, options)


def test_a_command_that_does_not_exist_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "PAGE", PAGE + "\n`portal prune --hard`\n")

    assert ("prune", ["--hard"]) in named()


def test_each_unit_of_the_page_exists() -> None:
    units = {path.name for path in DEPLOY.rglob("*") if path.suffix in (".service", ".timer", ".socket")}
    names = set(re.findall(r"\b(?:motcua|seaweedfs)-[a-z0-9]+(?:@\d?)?\.(?:service|timer|socket)\b", PAGE))
    short = set(re.findall(r"\bmotcua-(?:web|worker|background|backup|verify)@?", PAGE))

    assert {re.sub(r"@\d", "@", name) for name in names} <= units
    assert {name.rstrip("@") for name in short} <= {re.split(r"[@.]", unit)[0] for unit in units}
    assert {unit for unit in units if unit.startswith("seaweedfs")} <= names


def test_each_file_of_the_page_exists_and_each_of_deploy_is_named() -> None:
    for path in re.findall(r"`(deploy/[\w./-]+\.\w+)`", PAGE + WATCHING):
        assert (ROOT / path).is_file(), path
    for path in re.findall(r"\]\(([\w/.-]+\.md)", PAGE + WATCHING):
        assert (ROOT / "docs" / path).is_file(), path
    for path in DEPLOY.rglob("*"):
        stem = path.name.replace("motcua-backup.timer", "motcua-backup.service")
        assert path.is_dir() or stem.replace("verify.timer", "verify.service") in PAGE, path


def test_each_setting_of_the_page_exists() -> None:
    known = {f"MOTCUA_{name.upper()}" for name in Settings.model_fields} | EMBEDDED

    assert set(re.findall(r"\bMOTCUA_[A-Z_]+[A-Z]\b", PAGE + WATCHING)) <= known


def test_each_alert_has_its_line_and_each_line_its_alert() -> None:
    assert re.findall(r"^\| (Motcua\w+) \|", WATCHING, flags=re.M) == ALERTS


def test_each_measure_of_the_page_exists() -> None:
    source = Path(measures.__file__).read_text("utf-8") + Path(observability.__file__).read_text("utf-8")
    known = {f"motcua_{name}" for name in measures.FACTS} | set(re.findall(r'"(motcua_[a-z_]+)"', source))

    assert set(re.findall(r"`(motcua_[a-z_]+)`", WATCHING)) == known


def test_the_sections_the_page_points_to_exist() -> None:
    heads = re.findall(r"^## (\d+\. .*)$", PAGE, flags=re.M)
    places = {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}

    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= places
    assert set(re.findall(r"operating\.md#([^)]+)\)", WATCHING)) <= places
    assert {int(number) for number in re.findall(r"§(\d+)", PAGE)} <= set(range(1, len(heads) + 1))


def test_patroni_keeps_a_commit_on_two_machines_and_lets_in_only_the_roles() -> None:
    made = yaml.safe_load((DEPLOY / "patroni/patroni.yml").read_text("utf-8"))
    shared = made["bootstrap"]["dcs"]
    roles = (DEPLOY / "patroni/roles.sql").read_text("utf-8")

    assert shared["synchronous_mode"] is shared["synchronous_mode_strict"] is True
    assert {shared["postgresql"]["parameters"][name] for name in ("fsync", "synchronous_commit")} == {"on"}
    assert made["postgresql"]["pg_hba"][-1].endswith("reject")
    doors = [line for line in made["postgresql"]["pg_hba"] if line.startswith("hostssl")]
    for role in ("motcua_owner", "motcua_app", "motcua_worker"):
        assert any(f" {role} " in line for line in doors)
        assert re.search(rf"ROLE {role} +LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOBYPASSRLS", roles)


def test_the_portals_key_of_the_store_is_for_its_buckets_only() -> None:
    made = json.loads((DEPLOY / "seaweedfs/s3.json").read_text("utf-8"))
    portal = next(one for one in made["identities"] if one["name"] == "motcua")

    assert {action.partition(":")[2] for action in portal["actions"]} == {"motcua", "motcua-anchors"}
    assert "PutObjectRetention:motcua-anchors" in portal["actions"]
    assert not [action for action in portal["actions"] if "Admin" in action or "Bypass" in action]
    assert all("REPLACE" in key["secretKey"] for one in made["identities"] for key in one["credentials"])
    assert tomllib.loads((DEPLOY / "seaweedfs/filer.toml").read_text("utf-8"))["postgres2"]["enabled"]


@pytest.mark.parametrize("part", ["master", "volume", "filer", "s3"])
def test_the_store_knows_each_option_of_its_units(part: str, tmp_path: Path) -> None:
    text = (DEPLOY / f"seaweedfs/seaweedfs-{part}.service").read_text("utf-8")
    line = re.search(rf"^ExecStart=/usr/local/bin/weed {part} (.*)$", text, flags=re.M)
    said = subprocess.run([binary(tmp_path), part, "-h"], check=False, capture_output=True, text=True)
    known = set(re.findall(r"^  -([\w.]+)", said.stdout + said.stderr, flags=re.M))

    assert line
    assert known
    assert set(re.findall(r"(?:^| )-([\w.]+)=?", line[1])) <= known


def test_prometheus_asks_with_the_secret_at_the_inner_port() -> None:
    made = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text("utf-8"))
    job = next(one for one in made["scrape_configs"] if one["job_name"] == "motcua")
    site = (DEPLOY / "nginx/motcua.conf").read_text("utf-8")

    assert job["authorization"]["type"] == "Bearer"
    assert all(target.endswith(":9808") for one in job["static_configs"] for target in one["targets"])
    assert re.search(r"listen 9808;.*?allow 127\.0\.0\.1;.*?deny all;", site, flags=re.S)
