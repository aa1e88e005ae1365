"""HTTP for acts on many dossiers at once. Parse, one call, shape."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from auth.http import CurrentActor
from dossiers import batches
from dossiers.batches import Item
from dossiers.controllers import OFFICER
from portal.core.http import DbSession, IdempotencyKey


class ChosenIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A dossier, and the version (`seq`) that was seen of it."""

    id: UUID
    seq: Annotated[int, Meta(ge=0, le=2**53)]


class BatchIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One act (receive, start, release) on up to 500 dossiers."""

    act: Annotated[str, Meta(max_length=32)]
    items: Annotated[list[ChosenIn], Meta(min_length=1, max_length=batches.MOST)]


class BatchOut(Struct, frozen=True, kw_only=True):
    """How far a batch is; `items` in the order given, refused ones first, each with why."""

    id: UUID
    act: str
    total: int
    done: int
    refused: int
    made_at: datetime
    ended_at: datetime | None
    items: list[Item]


def batch_out(found: batches.Progress) -> BatchOut:
    """A batch as the API shows it."""
    return BatchOut(
        id=found.id,
        act=found.act,
        total=found.total,
        done=found.done,
        refused=found.refused,
        made_at=found.made_at,
        ended_at=found.ended_at,
        items=found.items,
    )


class BatchController(Controller):
    """Acts on many dossiers at once."""

    path = "/api/v1/desk/batch"
    tags = ("Desk",)
    guards = [OFFICER]

    @post("", status_code=202, sync_to_thread=True)
    def begin(
        self, session: DbSession, actor: CurrentActor, data: JSONBody[BatchIn], key: IdempotencyKey = None
    ) -> BatchOut:
        """Take one act on many dossiers in hand: each is done, or refused with its reason, by itself."""
        chosen = [batches.Chosen(one.id, one.seq) for one in data.items]
        batch_id = batches.begin(session, actor, data.act, chosen, key=key)
        return batch_out(batches.progress(session, actor, batch_id))

    @get("/{batch_id:uuid}", sync_to_thread=True)
    def progress(self, session: DbSession, actor: CurrentActor, batch_id: FromPath[UUID]) -> BatchOut:
        """Tell how far one's own batch is."""
        return batch_out(batches.progress(session, actor, batch_id))


route_handlers: list[Any] = [BatchController]
