"""The secret of a payment gateway: a weak one keeps the portal from starting; the sandbox is for the demo."""

import pytest

from portal.core.settings import Settings, WeakSettings
from tests.conftest import settings_for

STRONG = "k7Qm2xVw9Lr4Tn8Zp3Hs6Yd1Bf5Gj0Ce"


def changed(migrated, **more) -> Settings:
    made = {"demo": False, "store_secret_key": STRONG, "public_url": "https://dichvucong.example.vn"}
    return settings_for(migrated, "motcua", **{**made, **more})


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"payment_secret": ""}, "PAYMENT_SECRET"),
        ({"payment_secret": "short"}, "PAYMENT_SECRET"),
        ({"payment_secret": "demo" * 10}, "PAYMENT_SECRET"),
        ({"payment_secret": STRONG}, "demo only"),
        ({"payment_gateway": "unknown", "payment_secret": STRONG}, "no gateway of this name"),
        ({"demo": True, "payment_secret": "short"}, "PAYMENT_SECRET"),
    ],
)
def test_a_weak_secret_or_a_gateway_that_is_none_keeps_the_portal_from_starting(migrated, more, told):
    with pytest.raises(Exception, match=told):
        changed(migrated, **{"payment_gateway": "sandbox", **more})


def test_without_a_gateway_no_secret_is_asked_for(migrated):
    assert changed(migrated, payment_gateway="", payment_secret="").payment_gateway == ""


def test_weak_settings_never_quote_the_secret(migrated):
    with pytest.raises(ValueError, match="MOTCUA_PAYMENT_SECRET") as refused:
        changed(migrated, payment_gateway="sandbox", payment_secret="a weak one")
    assert "a weak one" not in str(WeakSettings(refused.value.errors()[0]["msg"]))
