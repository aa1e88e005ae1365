"""What the framework leaves out of the OpenAPI document: strictness, refusals, and proof of identity.

Structs that refuse unknown members say `additionalProperties: false`; every operation names the problem
documents (RFC 9457) it may answer with; those behind a guard name their security; patterns are ECMA's.
"""

from collections.abc import Iterator
from typing import Any, Final

import msgspec
from litestar import Litestar, Request
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Schema
from litestar.plugins import OpenAPISchemaPlugin
from litestar.typing import FieldDefinition

from portal.core.problems import HTTP_WORDS

PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "title": "Problem",
    "description": "A problem document (RFC 9457); further members depend on `type`.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "pattern": "^/problems/[A-Za-z0-9]+$"},
        "title": {"type": "string", "description": "The kind of problem, in Vietnamese"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "What happened and what to do, in Vietnamese"},
        "errors": {"type": "array", "items": {"type": "object"}, "description": "By field"},
    },
}
_WORDS: Final = {
    409: "Trạng thái hiện tại không cho phép",
    422: "Nội dung chưa đúng",
    503: "Dịch vụ tạm gián đoạn",
}
_LIMITED: Final = ("/auth/login", "/auth/register", "/tracking")  # tries are counted here
_NAMED: Final = ("/api/v1/statistics", "/api/v1/desk")  # an agency or a view, by a name that may be none
_UNSAFE: Final = frozenset({"post", "put", "patch", "delete"})


class StrictStructs(OpenAPISchemaPlugin):
    """Structs with `forbid_unknown_fields` as the framework describes them, closed."""

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        """Whether it is a struct that refuses unknown members."""
        if field_definition.is_union or not field_definition.is_subclass_of(msgspec.Struct):
            return False
        return bool(field_definition.annotation.__struct_config__.forbid_unknown_fields)

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: Any) -> Schema:
        """The framework's schema of the struct, without room for more."""
        usual = next(
            plugin
            for plugin in schema_creator.plugins
            if isinstance(plugin, OpenAPISchemaPlugin)
            and plugin is not self
            and plugin.is_plugin_supported_field(field_definition)
        )
        schema: Schema = usual.to_openapi_schema(field_definition, schema_creator)
        schema.additional_properties = False
        return schema


class Contract(JsonRenderPlugin):
    """Renders /schema/openapi.json with the refusals of every operation."""

    def __init__(self) -> None:
        super().__init__()
        self._ready: bytes | None = None  # the routes never change while the process lives

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The document, completed once."""
        if self._ready is None:
            complete(request.app, openapi_schema)
            self._ready = self.render_json(request, openapi_schema)
        return self._ready


def complete(app: Litestar, document: dict[str, Any]) -> None:
    """Add to the framework's document what it does not know."""
    parts = document["components"]
    parts["schemas"]["Problem"] = PROBLEM
    parts["responses"] = {f"Problem{status}": _response(status) for status in (*HTTP_WORDS, *_WORDS)}
    for path, method, handler in _operations(app):
        operation = document["paths"].get(path, {}).get(method)
        if operation is None or not path.startswith("/api/"):
            continue
        operation["responses"].get("204", {}).pop("content", None)
        guarded = bool(handler.resolve_guards())
        for status in sorted(_refusals(path, method, operation, guarded=guarded)):
            operation["responses"][str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
        if guarded:
            operation["security"] = [{"session": []}, {"bearer": []}]
    _to_ecma(document)


def _operations(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    for route in app.routes:
        for handler in getattr(route, "route_handlers", []):
            if isinstance(handler, HTTPRouteHandler):
                for method in handler.http_methods:
                    yield route.path_format, method.lower(), handler


def _refusals(path: str, method: str, operation: dict[str, Any], *, guarded: bool) -> set[int]:
    """Statuses the operation may refuse with: what is said here, no more and no less, is tested."""
    found = {400, 401, 422, 503}  # 401 everywhere: a bearer token that does not hold is never ignored
    if guarded or method in _UNSAFE:
        found |= {403}
    if "{" in path or path.startswith(_NAMED):
        found |= {404}
    if "requestBody" in operation:
        found |= {413, 415}
    if method in _UNSAFE and ("{" in path or path.endswith("/dossiers")):
        found |= {404, 409, 415}
    if path.endswith(_LIMITED):
        found |= {404, 429}
    return found


def _response(status: int) -> dict[str, Any]:
    title = HTTP_WORDS[status][0] if status in HTTP_WORDS else _WORDS[status]
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": title, "content": {"application/problem+json": {"schema": schema}}}


def _to_ecma(part: Any) -> None:
    """Python's end of text in a pattern is a letter Z to JSON Schema: write it as JSON Schema does."""
    if isinstance(part, dict):
        pattern = part.get("pattern")
        if isinstance(pattern, str) and pattern.endswith(r"\Z"):
            part["pattern"] = pattern.removesuffix(r"\Z") + "$"
        for inner in part.values():
            _to_ecma(inner)
    elif isinstance(part, list):
        for inner in part:
            _to_ecma(inner)
