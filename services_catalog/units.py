"""Provinces and communes in force since 01/07/2025: to suggest, and to notice what is not among them.

Never a ground to refuse an answer, since older papers name older places.
"""

import csv
import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec

from portal.core.settings import Settings
from portal.core.text import fold

SEED: Final = Path(__file__).parent / "seed"
_MARKS = re.compile(r"[^a-z0-9]+")
_KINDS = re.compile(r"^(tinh|thanh pho|tp|thu do|xa|phuong|dac khu)\s+")
_COMMITTEE: Final = "Ủy ban nhân dân "


class Unit(msgspec.Struct, frozen=True):
    """A province or a commune by its national code; `code` is empty for the demo's invented ones."""

    code: str
    name: str


class Directory:
    """The units of a portal, by province."""

    def __init__(self, rows: Iterable[tuple[Unit, Unit]]) -> None:
        """Rows are pairs of province and commune, in the order they are shown."""
        found: dict[str, list[Unit]] = {}
        self.provinces: list[Unit] = []
        for province, commune in rows:
            if _key(province.name) not in found:
                self.provinces.append(province)
            found.setdefault(_key(province.name), []).append(commune)
        self.provinces.sort(key=lambda unit: _key(unit.name))
        self._communes = {
            key: sorted(units, key=lambda unit: _key(unit.name)) for key, units in found.items()
        }
        self._keys = {key: {_key(unit.name) for unit in units} for key, units in found.items()}
        self._codes = {unit.code: _key(unit.name) for unit in self.provinces if unit.code}

    def communes(self, province: str) -> list[Unit]:
        """The communes of a province named in any usual way, or by its code; [] when it is unknown."""
        return self._communes.get(self._codes.get(province) or _key(province), [])

    def unknown(self, address: Mapping[str, str]) -> str | None:
        """The part of an address ("province", "commune") that names no unit in force; None when both do."""
        province, commune = address.get("province"), address.get("commune")
        if not province:
            return None
        communes = self._keys.get(_key(province))
        if communes is None:
            return "province"
        return "commune" if commune and _key(commune) not in communes else None


def _key(name: str) -> str:
    """How names are compared: "Tỉnh Đắk Lắk" is "đắk lắk", "Xã Thuận Hòa" is "Thuận Hoà"."""
    return _KINDS.sub("", _MARKS.sub(" ", fold(name)).strip()) or fold(name)


def in_force(settings: Settings) -> Directory:
    """The directory of the portal with these settings; the demo's invented province is part of it."""
    return directory(settings.province_name if settings.demo else "")


@lru_cache(maxsize=4)
def directory(invented: str = "") -> Directory:
    """The directory; `invented` is the name of the demo's province, whose communes stand in the seed."""
    with (SEED / "units.tsv").open(encoding="utf-8", newline="") as file:
        rows = [
            (Unit(row["province_code"], row["province"]), Unit(row["code"], row["name"]))
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        ]
    if invented:
        rows += [(Unit("", _capital(invented)), Unit("", name)) for name in _invented_communes()]
    return Directory(rows)


def _invented_communes() -> list[str]:
    agencies = json.loads((SEED / "agencies.json").read_bytes())
    names = [one["name"] for one in agencies if one["kind"] == "commune"]
    return [_capital(name.removeprefix(_COMMITTEE)) for name in names if name.startswith(_COMMITTEE)]


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
