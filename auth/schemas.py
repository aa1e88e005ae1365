"""What the API of sign-in shows and accepts; tables never cross the wire."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from auth.actor import Role

Short = Annotated[str, Meta(max_length=400)]
Line = Annotated[str, Meta(max_length=1000)]
Secret = Annotated[str, Meta(max_length=512)]


class RegisterIn(Struct, forbid_unknown_fields=True, kw_only=True):
    name: Short
    email: Line
    password: Secret
    phone: Short = ""
    personal_id: Short = ""
    birth: date | None = None


class RegisterOut(Struct, kw_only=True):
    message: str


class LoginIn(Struct, forbid_unknown_fields=True, kw_only=True):
    email: Line
    password: Secret


class LoginOut(Struct, kw_only=True):
    id: UUID


class TokenIn(Struct, forbid_unknown_fields=True, kw_only=True):
    grant_type: Literal["urn:motcua:session"]


class TokenOut(Struct, kw_only=True):
    access_token: str
    token_type: str
    expires_in: int  # seconds


class AgencyOut(Struct, kw_only=True):
    id: UUID
    code: str
    name: str


class MeOut(Struct, kw_only=True):
    id: UUID
    name: str
    roles: list[Role]
    agencies: list[AgencyOut]


class SessionOut(Struct, kw_only=True):
    id: str  # names the session, opens nothing
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    current: bool


class SessionPage(Struct, kw_only=True):
    items: list[SessionOut]
    next: str | None = None
