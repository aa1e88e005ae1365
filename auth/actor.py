"""Who is asking: the plain value that guards, rules and row-level security read."""

from collections.abc import Iterable
from enum import StrEnum
from uuid import UUID

import msgspec


class Role(StrEnum):
    """What a person may be in the portal. Every account is a CITIZEN; the rest are dated memberships."""

    CITIZEN = "citizen"
    OFFICER = "officer"
    HEAD = "head"  # of an agency's desk or unit: gives work to others; an officer too
    CATALOGUE_EDITOR = "catalogue_editor"
    CATALOGUE_REVIEWER = "catalogue_reviewer"  # publishes what somebody else drafted
    ADMINISTRATOR = "administrator"


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """The person behind a request as they are at this moment; `id` None is anonymous.

    `agency_ids` are the agencies served as an officer now, `headed_ids` those headed. `name` is for the
    page's header. `personal_id_index`, of who has a function: the blind index of the personal id they gave.
    `session_hash` and `csrf` exist only for browsers; `bearer` says that a token proved the person.
    """

    id: UUID | None = None
    roles: frozenset[Role] = frozenset()
    agency_ids: frozenset[UUID] = frozenset()
    headed_ids: frozenset[UUID] = frozenset()
    name: str = ""
    personal_id_index: bytes | None = None
    session_hash: bytes | None = None
    csrf: str | None = None
    bearer: bool = False

    @property
    def signed_in(self) -> bool:
        """Whether the person is known."""
        return self.id is not None

    def has(self, *roles: Role) -> bool:
        """Whether the person holds at least one of the roles."""
        return not self.roles.isdisjoint(roles)


ANONYMOUS = Actor()


def held(
    pairs: Iterable[tuple[str, str | None]],
) -> tuple[frozenset[Role], frozenset[UUID], frozenset[UUID]]:
    """Roles, the agencies served, and those headed, from present memberships; a head is an officer too."""
    present = [(Role(role), UUID(agency) if agency else None) for role, agency in pairs]
    served = frozenset(agency for role, agency in present if role in (Role.OFFICER, Role.HEAD) and agency)
    headed = frozenset(agency for role, agency in present if role is Role.HEAD and agency)
    roles = {Role.CITIZEN, *(role for role, _ in present)} | ({Role.OFFICER} if headed else set())
    return frozenset(roles), served, headed
