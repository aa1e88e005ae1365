"""Ten thousand ways to falsify an exported journal; the program must see each (G12)."""

import hashlib
import json
import random
import re
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from portal.core import events
from tests.verify.journals import PROGRAM

Lines = list[bytes]
Mutation = Callable[[Lines, random.Random], None]
TAG = events.TAG


def flip(lines: Lines, chance: random.Random) -> None:
    n = chance.randrange(len(lines))
    at = chance.randrange(len(lines[n]))
    lines[n] = lines[n][:at] + bytes([lines[n][at] ^ (1 << chance.randrange(8))]) + lines[n][at + 1 :]


def delete(lines: Lines, chance: random.Random) -> None:
    del lines[chance.randrange(len(lines))]


def swap(lines: Lines, chance: random.Random) -> None:
    a, b = chance.sample(range(len(lines)), 2)
    lines[a], lines[b] = lines[b], lines[a]


def repeat(lines: Lines, chance: random.Random) -> None:
    lines.insert(chance.randrange(len(lines) + 1), chance.choice(lines))


def truncate(lines: Lines, chance: random.Random) -> None:
    del lines[chance.randrange(len(lines)) :]


def cut_bytes(lines: Lines, chance: random.Random) -> None:
    n = chance.randrange(len(lines))
    lines[n] = lines[n][: chance.randrange(len(lines[n]))]


def forge(
    change: Callable[[list[dict[str, Any]], random.Random], None],
) -> Callable[[Lines, random.Random], None]:
    """Change a stream's events, then number, chain and count everything anew: only signatures are left."""

    def act(lines: Lines, chance: random.Random) -> None:
        told = [json.loads(line) for line in lines]
        rows = [one for one in told if one["kind"] == "event"]
        stream = json.loads(chance.choice(rows)["body"])["stream_id"]
        mine = [one for one in rows if json.loads(one["body"])["stream_id"] == stream]
        first = told.index(mine[0])
        told = [one for one in told if one not in mine]
        change(mine, chance)
        previous = events.GENESIS
        for seq, one in enumerate(mine, 1):
            body = re.sub(r'"seq":\d+', f'"seq":{seq}', one["body"], count=1)
            one |= {"body": body, "prev": previous.hex()}
            previous = hashlib.sha256(TAG + previous + body.encode()).digest()
            one["hash"] = previous.hex()
        told[first:first] = mine
        told[-1]["events"] = sum(one["kind"] == "event" for one in told)
        raw = [json.dumps(one, separators=(",", ":"), ensure_ascii=False).encode() + b"\n" for one in told]
        told[-1]["sha256"] = hashlib.sha256(b"".join(raw[:-1])).hexdigest()
        raw[-1] = json.dumps(told[-1], separators=(",", ":")).encode() + b"\n"
        lines[:] = raw

    act.__name__ = f"forge {change.__name__}"
    return act


def edit(mine: list[dict[str, Any]], chance: random.Random) -> None:
    one = chance.choice(mine)
    place = [found.start(1) for found in re.finditer(r'(\d)[^:]*"name":', one["body"])][-1:]
    digits = [found.start() for found in re.finditer(r"\d", one["body"]) if found.start() > (place or [0])[0]]
    at = chance.choice(digits)
    other = str((int(one["body"][at]) + 1 + chance.randrange(8)) % 10)
    one["body"] = one["body"][:at] + other + one["body"][at + 1 :]


def drop(mine: list[dict[str, Any]], chance: random.Random) -> None:
    del mine[chance.randrange(len(mine))]


def shorten(mine: list[dict[str, Any]], chance: random.Random) -> None:
    del mine[-1 - chance.randrange(len(mine)) :]


def invent(mine: list[dict[str, Any]], chance: random.Random) -> None:
    mine.append({**chance.choice(mine)})


MUTATIONS = [
    flip,
    flip,
    delete,
    swap,
    repeat,
    truncate,
    cut_bytes,
    *(forge(change) for change in (edit, drop, shorten, invent)),
]


def judge(given: SimpleNamespace) -> Callable[[Lines], list[str]]:
    """The program's own check, loaded as a module so that thousands of journals can be judged."""
    module: Any = ModuleType("verify_journal")
    exec(compile(PROGRAM.read_text("utf-8"), str(PROGRAM), "exec"), module.__dict__)
    key = load_pem_public_key(given.key.read_bytes())

    def check(lines: Lines) -> list[str]:
        given.journal.write_bytes(b"".join(lines))
        journal = module.Journal(given.journal, key)
        return [] if journal.check() else list(journal.faults)

    return check


def mutate(given: SimpleNamespace, times: int, seed: int) -> tuple[int, list[str]]:
    """(how many mutations changed something, those that were not seen)."""
    truth = given.journal.read_bytes().splitlines(keepends=True)
    check, chance = judge(given), random.Random(seed)
    assert check(truth) == []
    changed, unseen = 0, []
    for n in range(times):
        lines = list(truth)
        act = chance.choice(MUTATIONS)
        act(lines, chance)
        if lines == truth:
            continue
        changed += 1
        if not check(lines):
            unseen.append(f"mutation {n} of seed {seed}: {act.__name__}")
    return changed, unseen


def test_no_mutation_of_a_journal_passes(given: SimpleNamespace) -> None:
    changed, unseen = mutate(given, 300, seed=20261123)

    assert unseen == []
    assert changed > 290


@pytest.mark.long
def test_ten_thousand_mutations_of_a_journal_are_all_seen(given: SimpleNamespace) -> None:
    """G12: 10,000 of 10,000."""
    changed, unseen = mutate(given, 10_050, seed=20261124)

    assert unseen == []
    assert changed >= 10_000
