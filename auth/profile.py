"""What a person says about themselves: its shape, its checks, and how it is sealed."""

from collections.abc import Callable
from datetime import date
from typing import TypeVar
from uuid import UUID

import msgspec
from sqlmodel import Session

from auth import identifiers
from portal.core import clock, crypto, text
from portal.core.errors import Invalid

T = TypeVar("T")


class ProfileIncomplete(Invalid):
    """Some entries are missing or wrong; `errors` names each."""

    title = "Thông tin chưa đúng"


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """A person's own data. `personal_id` is what they said, unverified. Empty = not given."""

    name: str
    email: str
    phone: str = ""
    personal_id: str = ""
    birth: date | None = None


class Entries:
    """Checks entries one by one and keeps every complaint, so that a form shows them all at once."""

    def __init__(self) -> None:
        self.errors: list[dict[str, str]] = []

    def take(self, field: str, check: Callable[[str], T], value: str, otherwise: T) -> T:
        """The checked value, or `otherwise` and a complaint."""
        try:
            return check(value)
        except Invalid as error:
            self.errors.append({"field": field, "message": error.detail})
            return otherwise

    def close(self) -> None:
        """Raise what was found.

        Raises:
            ProfileIncomplete: there was a complaint.
        """
        if self.errors:
            raise ProfileIncomplete("Xem lại các mục được đánh dấu.", errors=self.errors)


def checked(
    entries: Entries, *, name: str, email: str, phone: str, personal_id: str, birth: date | None
) -> Profile:
    """A profile in normal form; complaints go into `entries`."""
    if birth is not None and not date(1900, 1, 1) <= birth <= clock.today():
        entries.errors.append({"field": "birth", "message": "Ngày sinh chưa đúng."})
    return Profile(
        name=entries.take("name", _name, name, ""),
        email=entries.take("email", identifiers.email, email, ""),
        phone=entries.take("phone", identifiers.phone, phone, "") if phone.strip() else "",
        personal_id=(
            entries.take("personal_id", identifiers.personal_id, personal_id, "")
            if personal_id.strip()
            else ""
        ),
        birth=birth,
    )


def _name(value: str) -> str:
    name = text.clean(value, max_length=100)
    if len(name) < 2 or not any(letter.isalpha() for letter in name):
        raise Invalid("Nhập họ và tên, như trên giấy tờ.")
    return name


def seal(session: Session, account_id: UUID, profile: Profile) -> dict[str, bytes | None]:
    """The columns of `person`: the profile under the account's key, and its blind indexes."""
    key = crypto.subject_key(session, account_id, create=True)
    return {
        "sealed": crypto.encrypt(key, msgspec.json.encode(profile), f"person|{account_id}"),
        "personal_id_index": crypto.blind("personal_id", profile.personal_id)
        if profile.personal_id
        else None,
        "phone_index": crypto.blind("phone", profile.phone) if profile.phone else None,
    }


def unseal(session: Session, account_id: UUID, sealed: bytes) -> Profile:
    """The profile back from its column."""
    key = crypto.subject_key(session, account_id)
    return msgspec.json.decode(crypto.decrypt(key, sealed, f"person|{account_id}"), type=Profile)
