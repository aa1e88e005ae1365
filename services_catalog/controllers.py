"""HTTP for the catalogue: parse, call one function, shape the answer."""

from typing import Annotated, Any, Literal

from litestar import Controller, Request, Response, get, post
from litestar.openapi.spec import Example
from litestar.params import JSONBody, PathParameter, QueryParameter

from auth.actor import Role
from auth.http import CurrentActor, requires
from portal.core.errors import NotFound
from portal.core.http import DbSession, IdempotencyKey
from services_catalog import drafting, forms, public_queries, queries
from services_catalog.caching import answer
from services_catalog.content import LifeEvent
from services_catalog.levels import Level
from services_catalog.models import Origin
from services_catalog.queries import Filters
from services_catalog.schemas import (
    DraftOut,
    FormOut,
    LevelIndex,
    ProcedureIn,
    ProcedureIndex,
    ProcedurePage,
    RevisionIndex,
    SectorIndex,
    SuggestionIndex,
)
from services_catalog.wire import draft_out

EDITOR = requires(Role.CATALOGUE_EDITOR)
REVIEWER = requires(Role.CATALOGUE_REVIEWER)
KEEPER = requires(Role.CATALOGUE_EDITOR, Role.CATALOGUE_REVIEWER)  # may look at drafts
AnyRequest = Request[Any, Any, Any]
Code = Annotated[
    str,
    PathParameter(
        max_length=35,
        description="National code of the procedure",
        examples=[Example(summary="Birth registration", value="1.001193")],
    ),
]
Number = Annotated[int, PathParameter(ge=1, le=1_000_000, description="Number of the revision")]
Words = Annotated[
    str | None,
    QueryParameter(
        name="query",
        max_length=200,
        required=False,
        description="Words with or without accents, the last one may be unfinished, or part of a code",
        examples=[
            Example(summary="Without accents, unfinished", value="dang ky khai si"),
            Example(summary="Part of a code", value="001193"),
        ],
    ),
]
SectorFilter = Annotated[
    str | None,
    QueryParameter(
        max_length=200,
        required=False,
        description="Code of a sector",
        examples=[Example(summary="Civil status", value="ho-tich")],
    ),
]
AgencyFilter = Annotated[
    str | None,
    QueryParameter(
        max_length=35,
        required=False,
        description="Code of an agency",
        examples=[Example(summary="A commune's centre", value="H99.12.05")],
    ),
]
AgencyCode = Annotated[
    str,
    PathParameter(
        max_length=35,
        description="Code of an agency",
        examples=[Example(summary="A commune's centre", value="H99.12.05")],
    ),
]
OfferedFilter = Annotated[
    str | None,
    QueryParameter(
        max_length=35,
        required=False,
        description="Code of a procedure",
        examples=[Example(summary="Birth registration", value="1.001193")],
    ),
]
LevelFilter = Annotated[Level | None, QueryParameter(required=False)]
Audience = Annotated[Literal["citizen", "organisation"] | None, QueryParameter(required=False)]
Life = Annotated[LifeEvent | None, QueryParameter(required=False)]
From = Annotated[Origin | None, QueryParameter(required=False, description="own: published here")]
After = Annotated[
    str | None, QueryParameter(max_length=4000, required=False, description="`next` of the page before")
]
Limit = Annotated[int, QueryParameter(ge=1, le=100)]


class ProcedureController(Controller):
    """What can be asked for: the public side. Answers carry an ETag of the catalogue's version."""

    path = "/api/v1/procedures"
    tags = ("Catalogue",)

    @get(sync_to_thread=True)
    def index(
        self,
        request: AnyRequest,
        session: DbSession,
        words: Words = None,
        sector: SectorFilter = None,
        agency: AgencyFilter = None,
        level: LevelFilter = None,
        audience: Audience = None,
        life_event: Life = None,
        origin: From = None,
        after: After = None,
        limit: Limit = 20,
    ) -> Response[ProcedureIndex]:
        """Find procedures: best matches first, what is received here before entries of the listing."""
        filters = Filters(
            sector=sector,
            agency=agency,
            level=level,
            audience=audience,
            life_event=life_event,
            origin=origin,
        )
        return answer(request, session, lambda: queries.search(session, words or "", filters, after, limit))

    @get("/suggestions", sync_to_thread=True)
    def suggestions(
        self, request: AnyRequest, session: DbSession, words: Words = None
    ) -> Response[SuggestionIndex]:
        """Suggest at most eight procedures for what is being typed, with the parts that matched."""
        return answer(request, session, lambda: SuggestionIndex(queries.suggestions(session, words or "")))

    @post(guards=[EDITOR], sync_to_thread=True)
    def create(
        self,
        session: DbSession,
        actor: CurrentActor,
        data: JSONBody[ProcedureIn],
        key: IdempotencyKey = None,
    ) -> DraftOut:
        """Begin a procedure: its code and first draft. A code that is kept here already is a conflict."""
        drafting.create(
            session,
            data.code,
            actor,
            content=data.content,
            offers=data.offers,
            effective_on=data.effective_on,
            key=key,
        )
        return draft_out(session, data.code)

    @get("/{code:str}", sync_to_thread=True)
    def show(self, request: AnyRequest, session: DbSession, code: Code) -> Response[ProcedurePage]:
        """Show a procedure: papers, fees, time, who offers it at which level and why."""
        return answer(request, session, lambda: queries.procedure_page(session, code))

    @get("/{code:str}/revisions", sync_to_thread=True)
    def revisions(self, request: AnyRequest, session: DbSession, code: Code) -> Response[RevisionIndex]:
        """List what was ever published of a procedure, newest first."""
        return answer(request, session, lambda: RevisionIndex(queries.revisions(session, code)))

    @get("/{code:str}/revisions/{number:int}", sync_to_thread=True)
    def revision(
        self, request: AnyRequest, session: DbSession, code: Code, number: Number
    ) -> Response[ProcedurePage]:
        """Show a procedure as a published revision says it. It never changes."""
        return answer(request, session, lambda: queries.procedure_page(session, code, number))

    @get("/{code:str}/levels", sync_to_thread=True)
    def levels(self, request: AnyRequest, session: DbSession, code: Code) -> Response[LevelIndex]:
        """List how the level came to be what it is at each agency: when, why, by which rule set."""
        return answer(request, session, lambda: LevelIndex(public_queries.level_changes(session, code)))

    @get("/{code:str}/form", sync_to_thread=True)
    def form(self, request: AnyRequest, session: DbSession, code: Code) -> Response[FormOut]:
        """Show the e-form: JSON Schema (2020-12) of the answers, and the layout."""
        return answer(request, session, lambda: form_out(queries.procedure_page(session, code)))


class BrowseController(Controller):
    """The ways into the catalogue."""

    path = "/api/v1"
    tags = ("Catalogue",)

    @get("/sectors", sync_to_thread=True)
    def sectors(self, request: AnyRequest, session: DbSession) -> Response[SectorIndex]:
        """List the sectors with how many procedures each holds."""
        return answer(request, session, lambda: SectorIndex(queries.sectors(session)))


def form_out(page: ProcedurePage) -> FormOut:
    """The form of a published procedure.

    Raises:
        NotFound: it has no e-form.
    """
    if page.content is None or page.number is None or page.content_hash is None or not page.content.form:
        raise NotFound("Thủ tục này chưa có tờ khai điện tử ở đây.")
    return FormOut(
        code=page.code,
        number=page.number,
        content_hash=page.content_hash,
        schema=forms.schema(page.content.form),
        layout=list(page.content.form),
    )


route_handlers: list[Any] = [ProcedureController, BrowseController]
