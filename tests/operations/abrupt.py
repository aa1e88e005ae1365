"""A web process with a fault: it closes its connections without a word."""

import sys

from portal import cli
from portal.operations.serving import Draining


async def _at_once(_: Draining) -> None:
    """What a process without drain does."""


if __name__ == "__main__":
    Draining.drain = _at_once  # type: ignore[method-assign, assignment]
    sys.exit(cli.main(["web", *sys.argv[1:]]))
