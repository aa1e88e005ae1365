"""Server-rendered pages: they call the same services as the API."""

from typing import Any

route_handlers: list[Any] = []
