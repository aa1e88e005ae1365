"""What an officer searches for, on its way through addresses: a name, phone or personal id only sealed.

Addresses stay in histories and logs; a dossier's number may, a person's may not.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Response, post

from auth.actor import Actor
from auth.http import CurrentActor
from dossiers import desk_search
from dossiers.blind_search import Kind
from dossiers.controllers import OFFICER
from portal.core import crypto
from portal.core.text import BadText, clean
from portal.web.pages import WITH_FORM, PostedForm, see_other

LONGEST: Final = 120  # characters of a search


def _aad(actor: Actor) -> str:
    return f"desk.search|{actor.id}"


def query_of(actor: Actor, text: str) -> dict[str, str]:
    """The part of an address that carries this search: plain for a number, sealed for a person."""
    try:
        meant = desk_search.understood(text)
    except BadText:
        return {}
    if meant is None:
        return {}
    if meant.kind is Kind.NUMBER:
        return {"query": text}
    sealed = crypto.encrypt_master(text.encode(), _aad(actor))
    return {"tim": urlsafe_b64encode(sealed).decode().rstrip("=")}


def opened(actor: Actor, sealed: str) -> str:
    """The search an address carries sealed; "" where it is another officer's, or none of ours."""
    try:
        raw = urlsafe_b64decode(sealed.encode("ascii") + b"=" * (-len(sealed) % 4))
        return crypto.decrypt_master(raw, _aad(actor)).decode()
    except (crypto.Unreadable, binascii.Error, ValueError):
        return ""


@post("/can-bo/tim", sync_to_thread=True, include_in_schema=False, guards=[OFFICER], dependencies=WITH_FORM)
def seek(actor: CurrentActor, form: PostedForm) -> Response[Any]:
    """Lead to the list that answers the search."""
    try:
        text = clean(form.get("query")[:LONGEST], max_length=LONGEST)
    except BadText:
        text = ""
    kept = {name: form.get(name)[:40] for name in ("view", "procedure", "channel")}
    told = {name: value for name, value in kept.items() if value} | query_of(actor, text)
    return see_other(f"/can-bo?{urlencode(told)}")


route_handlers: list[Any] = [seek]
