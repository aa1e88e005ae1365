"""What lies in the repository: locks without hosts, an alembic folder that shadows nothing, all assets."""

import json
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.house.running import ROOT

LOCKS = [*sorted(path.name for path in ROOT.glob("requirements*.lock")), "package-lock.json"]
HOST = re.compile(r"https?://|--index-url|--extra-index-url|--find-links|file:///|\"resolved\"")


def test_there_are_locks():
    assert {"requirements.lock", "requirements-dev.lock", "package-lock.json"} <= set(LOCKS)


@pytest.mark.parametrize("name", LOCKS)
def test_locks_name_no_host(name):
    assert not HOST.search((ROOT / name).read_text())


@pytest.mark.parametrize("name", [name for name in LOCKS if name.startswith("requirements")])
def test_every_locked_package_has_hashes(name):
    entries = re.split(r"\n(?=[a-z0-9])", (ROOT / name).read_text().strip(), flags=re.IGNORECASE)
    assert entries
    assert all("==" in entry and "--hash=sha256:" in entry for entry in entries)


def test_locks_hold_what_pyproject_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = project["project"]["dependencies"] + project["project"]["optional-dependencies"]["embedded"]
    locked = set(re.findall(r"^([a-z0-9.-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    names = {re.split(r"[\[<>=~; ]", each)[0].lower().replace("_", "-") for each in asked}
    assert names <= locked

    development = set(
        re.findall(r"^([a-z0-9.-]+)==", (ROOT / "requirements-dev.lock").read_text(), re.MULTILINE)
    )
    tools = {re.split(r"[\[<>=~; ]", each)[0].lower() for each in project["dependency-groups"]["dev"]}
    assert tools | names <= development


def test_npm_lock_holds_what_package_json_asks_for():
    asked = json.loads((ROOT / "package.json").read_text())["dependencies"]
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for name, version in asked.items():
        assert locked[f"node_modules/{name}"]["version"] == version
        assert locked[f"node_modules/{name}"]["integrity"].startswith("sha512-")


def test_uv_lock_and_assets_are_not_committed():
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert "uv.lock" not in tracked
    assert not [
        name for name in tracked if name.startswith(("portal/web/static/vendor/", "node_modules/", "var/"))
    ]


def test_alembic_folder_shadows_nothing():
    assert not list((ROOT / "alembic").rglob("__init__.py"))
    import alembic

    import auth
    import portal

    assert Path(alembic.__file__).is_relative_to(sys.prefix)
    assert Path(auth.__file__).is_relative_to(ROOT)
    assert Path(portal.__file__).is_relative_to(ROOT)


def test_assets_are_there_with_their_licences():
    vendor = ROOT / "portal" / "web" / "static" / "vendor"
    for package in ("bootstrap", "bootstrap-icons", "htmx.org", "echarts", "@fontsource/be-vietnam-pro"):
        assert (vendor / package / "LICENSE").is_file()
    for style in vendor.rglob("*.css"):
        for target in re.findall(r"url\((?![\"']?data:)[\"']?([^)\"'?#]+)", style.read_text()):
            assert (style.parent / target).is_file(), f"{style.name} names {target}"


def test_a_built_wheel_carries_pages_and_assets_and_shadows_nothing(tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)

    (wheel,) = tmp_path.glob("motcua-*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert "portal/web/static/vendor/bootstrap/dist/css/bootstrap.min.css" in names
    assert any(name.startswith("portal/web/templates/") for name in names)
    assert any(name.startswith("services_catalog/seed/procedures/") for name in names)
    tops = {name.split("/")[0] for name in names}
    assert tops - {"portal", "services_catalog", "dossiers", "auth"} == {
        wheel.name.split("-py3")[0] + ".dist-info"
    }
