"""Sending over real SMTP, and what the demo's inbox page reads."""

import secrets

import pytest

from portal.core.mail import Mailer, MailRefused, MailUnavailable, inbox
from tests.conftest import settings_for


@pytest.fixture(scope="module")
def mail_settings(migrated, smtp):
    return settings_for(smtp, "postgres")


def test_a_message_arrives_whole_with_its_marks(mail_settings):
    subject = f"Hồ sơ của bạn đã được tiếp nhận {secrets.token_hex(4)}"

    Mailer(mail_settings).send(
        to="huong@example.vn", subject=subject, text="Chào Nguyễn Thị Ễ", html="<p>Chào</p>", message_id="e1"
    )

    (message,) = [one for one in inbox(mail_settings.mail_sink) if one.subject == subject]
    assert (message.to, message.text) == ("huong@example.vn", "Chào Nguyễn Thị Ễ\n")


@pytest.mark.parametrize("code", ["H99", "H99.12", "H99.123456"])
def test_no_space_is_lost_where_a_subject_is_folded(mail_settings, code):
    """CPython folds "từ chối" into "từchối" at some lengths."""
    mark = secrets.token_hex(2)
    endings = ("bị từ chối giải quyết", "đã được tiếp nhận", "đang được giải quyết")
    subjects = {f"Hồ sơ {code}-261122-{mark}: {ending}" for ending in endings}

    for subject in subjects:
        Mailer(mail_settings).send(
            to="a@example.vn", subject=subject, text="x", message_id=f"fold-{len(subject)}"
        )

    assert {one.subject for one in inbox(mail_settings.mail_sink) if f"-{mark}:" in one.subject} == subjects


def test_a_subject_cannot_add_a_header(mail_settings):
    mark = secrets.token_hex(4)

    Mailer(mail_settings).send(
        to="a@example.vn", subject=f"{mark}\r\nBcc: b@example.vn", text="x", message_id="e2"
    )

    (message,) = [one for one in inbox(mail_settings.mail_sink) if one.subject.startswith(mark)]
    assert message.subject == f"{mark} Bcc: b@example.vn"
    assert message.to == "a@example.vn"


@pytest.mark.parametrize("to", ["", "huong", "a b@example.vn", "a@example.vn\r\nBcc: b@example.vn", "a@b@c"])
def test_an_address_that_cannot_be_is_refused_for_good(mail_settings, to):
    with pytest.raises(MailRefused):
        Mailer(mail_settings).send(to=to, subject="x", text="x", message_id="e3")


def test_a_relay_that_is_away_is_worth_another_try(mail_settings):
    with pytest.raises(MailUnavailable):
        Mailer(mail_settings.model_copy(update={"smtp_port": 9})).send(
            to="a@example.vn", subject="x", text="x", message_id="e4"
        )


def test_without_a_sink_the_inbox_is_empty():
    assert inbox("") == []
    assert inbox("/nowhere") == []
