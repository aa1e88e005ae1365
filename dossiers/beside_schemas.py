"""What the API takes beside the course of a dossier: messages, touches, the return, ratings, complaints."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from dossiers.counter import Visitor
from dossiers.decision import Receiver
from dossiers.models import Channel, FiledAs
from dossiers.parties import Party
from dossiers.schemas import ActIn, Words
from dossiers.touches import Touch

Short = Annotated[str, Meta(max_length=1000)]
Line = Annotated[str, Meta(max_length=300)]


class CounterIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Start a dossier for who came ("counter") or wrote ("post"); `submission_id` as for one's own."""

    submission_id: UUID
    procedure: Annotated[str, Meta(min_length=3, max_length=40)]
    agency_id: UUID
    competent_agency_id: UUID | None = None  # who settles it, where another
    channel: Channel
    name: Annotated[str, Meta(max_length=100)]
    personal_id: Annotated[str, Meta(max_length=20)]
    phone: Annotated[str, Meta(max_length=20)]
    email: Annotated[str, Meta(max_length=254)] = ""
    address: Line = ""

    def visitor(self) -> Visitor:
        names = Visitor.__struct_fields__
        return Visitor(**{name: getattr(self, name) for name in names})


class PartyIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For whom it is filed; `number`: personal id, an organisation's tax code; `unit`: the helper's."""

    filed_as: FiledAs
    name: Annotated[str, Meta(max_length=200)] = ""
    number: Annotated[str, Meta(max_length=20)] = ""
    phone: Annotated[str, Meta(max_length=20)] = ""
    address: Line = ""
    unit: Annotated[str, Meta(max_length=200)] = ""

    def party(self) -> Party:
        return Party(**{name: getattr(self, name) for name in Party.__struct_fields__})


class MessageIn(ActIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A message; `attachment_ids` are checked files of the paper "message" (the desk: "reply")."""

    text: Annotated[str, Meta(min_length=1, max_length=4000)]
    attachment_ids: Annotated[list[UUID], Meta(max_length=5)] = []


class ReadIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Read up to the event of this number."""

    seq: Annotated[int, Meta(ge=0, le=2**53)]


class TouchIn(ActIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kind: Touch
    note: Short = ""


class NoteIn(ActIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    text: Words


class ReturnIn(ActIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the result goes: online, counter or post; by post, where to."""

    return_way: Annotated[str, Meta(max_length=16)]
    address: Line = ""


class ParcelIn(ActIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The parcel's number; `address` where the applicant told it to the desk."""

    tracking_number: Annotated[str, Meta(max_length=40)]
    address: Line = ""


class ReceiverIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who took the result, with the last four digits of their paper."""

    name: Annotated[str, Meta(max_length=100)]
    id_last4: Annotated[str, Meta(max_length=4)]
    authorisation: Line = ""

    def told(self) -> Receiver:
        return Receiver(self.name, self.id_last4, self.authorisation)


class DeliveryIn(ActIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    receiver: ReceiverIn | None = None
    signature_attachment_id: UUID | None = None


class ReopeningIn(ActIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    reason: Words


class RatingIn(ActIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """1 (bad) to 5 (good), once, after the end."""

    score: Annotated[int, Meta(ge=1, le=5)]
    reasons: Annotated[list[Annotated[str, Meta(max_length=40)]], Meta(max_length=9)] = []
    comment: Short = ""


class ComplaintIn(ActIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    text: Words
