"""Hostile tokens as a client sends them, and a valid one with any byte changed: none opens anything."""

import os
import random
import time
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives import serialization
from jose import jwt

from auth import tokens
from auth.tokens import InvalidToken, Tokens
from portal.core.settings import Settings
from tests.hostile.forge import Forge
from tests.hostile.ground import Ground, wrong_with
from tests.hostile.tables.tokens import hostile

ADDRESS = "/api/v1/auth/me"
SEED = int(os.environ.get("HOSTILE_SEED", "20261123"))


@pytest.fixture
def forge(ground: Ground, settings: Settings) -> Forge:
    """A forger with the portal's own key, who forges in the name of the dossier's owner."""
    pem = settings.token_key.get_secret_value().encode()
    key: Any = serialization.load_pem_private_key(pem, password=None)
    owner = ground.world.actors["owner"].id
    assert owner is not None
    return Forge(key, settings.public_url, time.time(), owner)


def asked_with(ground: Ground, token: str) -> Any:
    sent = token.encode("utf-8", "surrogatepass").replace(b"\n", b"\\n")
    return ground.ask("anonymous", "GET", ADDRESS, headers={"authorization": b"Bearer " + sent})[0]


def accepted(ground: Ground, forge: Forge) -> list[str]:
    """The names of the forged tokens that were not refused in words."""
    return [
        name
        for name, token in hostile(forge).items()
        if (answer := asked_with(ground, token)).status_code != 401 or wrong_with(answer, page=False)
    ]


def mutations(good: str, draw: random.Random, count: int) -> list[str]:
    """Valid tokens with one byte changed, left out or put in."""
    made = []
    while len(made) < count:
        place, byte = draw.randrange(len(good)), chr(draw.randrange(256))
        kind = draw.randrange(4)
        changed = good[:place] + (byte if kind else "") + good[place + (kind < 3) :]
        if changed != good:
            made.append(changed)
    return made


def let_in(verifier: Tokens, made: list[str]) -> int:
    """How many of them verify; anything but InvalidToken goes through."""
    count = 0
    for token in made:
        try:
            verifier.verify(token, time.time())
            count += 1
        except InvalidToken:
            pass
    return count


def test_the_right_token_opens(ground: Ground, forge: Forge) -> None:
    answer = asked_with(ground, forge.good)

    assert answer.status_code == 200
    assert UUID(answer.json()["id"]) == forge.account


def test_no_forged_token_opens_anything(
    ground: Ground, forge: Forge, capsys: pytest.CaptureFixture[str]
) -> None:
    found = accepted(ground, forge)

    with capsys.disabled():
        print(f"\nforged tokens sent: {len(hostile(forge))}, accepted or badly refused: {len(found)}")
    assert found == []
    assert len(hostile(forge)) >= 200


def test_every_token_issued_has_no_twin(ground: Ground, settings: Settings) -> None:
    issuer = tokens.shared(settings)
    owner = ground.world.actors["owner"].id
    assert owner is not None
    made = [issuer.issue(owner, None, time.time()) for _ in range(50)]

    assert let_in(issuer, made) == 50


def test_one_byte_changed_and_nothing_opens(forge: Forge) -> None:
    made = mutations(forge.good, random.Random(SEED), 1_500)

    assert let_in(forge.tokens, made) == 0, f"HOSTILE_SEED={SEED}"


def test_one_byte_changed_and_the_portal_says_401(ground: Ground, forge: Forge) -> None:
    made = [one for one in mutations(forge.good, random.Random(SEED + 1), 400) if one.isprintable()]

    answers = {asked_with(ground, token).status_code for token in made[:150]}

    assert answers == {401}, f"HOSTILE_SEED={SEED}"


@pytest.mark.long
def test_every_byte_changed_in_ten_thousand_ways(ground: Ground, forge: Forge) -> None:
    draw = random.Random(SEED)
    good = forge.good
    each = [
        good[:n] + chr(code) + good[n + 1 :] for n in range(len(good)) for code in draw.sample(range(256), 64)
    ]
    made = [one for one in each if one != good]

    assert len(made) >= 10_000
    assert let_in(forge.tokens, made) == 0
    sent = {asked_with(ground, token).status_code for token in made if token.isprintable()}
    assert sent == {401}


def test_fault_signatures_not_checked(ground: Ground, forge: Forge, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: claims are read, the signature is not."""
    monkeypatch.setattr(jwt, "decode", lambda token, *_, **__: None)

    assert "another key, same kid" in accepted(ground, forge)
    assert (
        let_in(Tokens(settings_key(forge), forge.issuer), mutations(forge.good, random.Random(SEED), 1_500))
        > 0
    )


def test_fault_python_jose_alone(ground: Ground, forge: Forge, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: what stands before and after python-jose is gone."""

    def read(self: Tokens, token: str, now: float) -> Any:
        claims = jwt.decode(token, self._private.public_key(), algorithms=["ES256"], audience=self.audience)
        return tokens.Claims(**{**{"aud": "", "iss": "", "jti": ""}, **claims, "sub": UUID(claims["sub"])})

    monkeypatch.setattr(Tokens, "_read", read)

    assert {"typ of a refresh token", "crit unknown", "no kid"} <= set(accepted(ground, forge))


def settings_key(forge: Forge) -> str:
    from tests.hostile.forge import pem

    return pem(forge.key)
