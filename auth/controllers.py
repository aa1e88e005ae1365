"""HTTP for accounts and sign-in: parse, one call, shape."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import JSONBody

from auth import queries, service, sessions, tokens
from auth.actor import Actor
from auth.http import ClientAddress, CurrentActor, ended_cookie, requires, session_cookie
from auth.schemas import (
    AgencyOut,
    LoginIn,
    LoginOut,
    MeOut,
    RegisterIn,
    RegisterOut,
    SessionOut,
    SessionPage,
    TokenIn,
    TokenOut,
)
from portal.core import clock
from portal.core.errors import Forbidden
from portal.core.http import AppSettings, DbSession

REGISTERED = (
    "Đã ghi nhận. Nếu thư điện tử này chưa có tài khoản thì tài khoản đã được tạo; mời bạn đăng nhập. "
    "Nếu đã có, chúng tôi gửi thư nhắc đến địa chỉ đó."
)


class AuthController(Controller):
    """Registration, sign-in and sign-out, tokens, and who one is."""

    path = "/api/v1/auth"
    tags = ("Auth",)

    @post("/register", status_code=202, sync_to_thread=True)
    def register(self, session: DbSession, address: ClientAddress, data: JSONBody[RegisterIn]) -> RegisterOut:
        """Register a person. The answer does not tell whether the e-mail was known."""
        service.register(
            session,
            name=data.name,
            email=data.email,
            password=data.password,
            phone=data.phone,
            personal_id=data.personal_id,
            birth=data.birth,
            address=address,
        )
        return RegisterOut(message=REGISTERED)

    @post("/login", status_code=200, sync_to_thread=True)
    def login(
        self, session: DbSession, actor: CurrentActor, address: ClientAddress, data: JSONBody[LoginIn]
    ) -> Response[LoginOut]:
        """Sign in: answers with the session cookie `__Host-motcua`."""
        token, account = service.sign_in(
            session, data.email, data.password, address=address, replaces=replaced_by_sign_in(actor)
        )
        return Response(LoginOut(id=account.id), cookies=[session_cookie(token)])

    @post("/logout", status_code=204, sync_to_thread=True)
    def logout(self, session: DbSession, actor: CurrentActor) -> Response[None]:
        """Sign out: the session and the tokens exchanged for it are worth nothing from now on."""
        service.sign_out(session, actor)
        return Response(None, status_code=204, cookies=[ended_cookie()])

    @post("/token", status_code=200, guards=[requires()], sync_to_thread=True)
    def token(
        self,
        actor: CurrentActor,
        settings: AppSettings,
        data: JSONBody[TokenIn],  # noqa: ARG002  (its shape is checked)
    ) -> TokenOut:
        """Exchange the browser session for a bearer token of ten minutes, which ends with the session."""
        if actor.id is None or actor.bearer:
            raise Forbidden("Chỉ phiên đăng nhập của trình duyệt đổi được mã truy cập.")
        issued = tokens.shared(settings).issue(actor.id, actor.session_hash, clock.now().timestamp())
        return TokenOut(access_token=issued, token_type="Bearer", expires_in=tokens.LIFETIME_SECONDS)  # noqa: S106

    @get("/me", guards=[requires()], sync_to_thread=True)
    def me(self, session: DbSession, actor: CurrentActor) -> MeOut:
        """Who one is, with the roles and agencies of this moment."""
        assert actor.id is not None  # guarded
        agencies = queries.agencies_of(session, actor.agency_ids)
        return MeOut(
            id=actor.id,
            name=actor.name,
            roles=sorted(actor.roles),
            agencies=[AgencyOut(id=id_, code=code, name=name) for id_, code, name in agencies],
        )

    @get("/sessions", guards=[requires()], sync_to_thread=True)
    def web_sessions(self, session: DbSession, actor: CurrentActor, settings: AppSettings) -> SessionPage:
        """One's browser sessions that can still be used, latest use first."""
        assert actor.id is not None  # guarded
        rows = queries.web_sessions(session, actor.id)
        idle = settings.session_idle_minutes
        return SessionPage(
            items=[
                SessionOut(
                    id=row.token_hash.hex()[:16],
                    created_at=row.created_at,
                    seen_at=row.seen_at,
                    expires_at=row.expires_at,
                    current=row.token_hash == actor.session_hash,
                )
                for row in rows
                if sessions.alive(row.seen_at, row.expires_at, idle_minutes=idle)
            ]
        )


def replaced_by_sign_in(actor: Actor) -> bytes | None:
    """The browser's present session, which a new sign-in ends."""
    return None if actor.bearer else actor.session_hash


route_handlers: list[Any] = [AuthController]
