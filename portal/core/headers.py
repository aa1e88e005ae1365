"""Security headers on every answer, of whatever status (decision 21)."""

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from portal.core.settings import Settings


def content_security_policy(store: str) -> str:
    """The policy without nonce and without inline, so that cached pages may carry it.

    `store` is the object store's public origin: browsers send files straight to it.
    """
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "font-src 'self'",
            f"img-src 'self' data: {store}",
            f"connect-src 'self' {store}",
            f"form-action 'self' {store}",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )


def secured(app: ASGIApp, settings: Settings) -> ASGIApp:
    """Wrap the whole application; what a handler set itself stays."""
    fixed = [
        (b"content-security-policy", content_security_policy(settings.store_public_url).encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"same-origin"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cross-origin-resource-policy", b"same-origin"),
        (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=()"),
        (b"cache-control", b"no-store"),
    ]
    if settings.public_url.startswith("https://"):
        fixed.append((b"strict-transport-security", b"max-age=31536000; includeSubDomains"))

    async def secure(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(pair for pair in fixed if pair[0] not in present),
                ]
            await send(message)

        await app(scope, receive, with_headers)

    return secure
