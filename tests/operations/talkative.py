"""A web process with a fault: it also logs the address as it was typed."""

import sys
from typing import Any

import structlog

from portal import cli
from portal.core import headers

_secured = headers.secured


def quoting(app: Any, settings: Any) -> Any:
    """The application, and one line too much for each request."""
    inner = _secured(app, settings)

    async def quote(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            structlog.get_logger("web").info(
                "asked", name=f"{scope['path']}?{scope['query_string'].decode()}"
            )
        await inner(scope, receive, send)

    return quote


if __name__ == "__main__":
    headers.secured = quoting
    sys.exit(cli.main(["web", *sys.argv[1:]]))
