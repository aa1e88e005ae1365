"""The table of malformed requests to the API: every kind of write endpoint × every kind of bad body, and more.

A line is (name, who, method, path, headers, body). Each must be refused by a problem document and leave nothing.
"""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import uuid4

from tests import factories
from tests.authorisation.world import AGENCY, STOP


class Bad(NamedTuple):
    """One bad request; `<names>` in path and headers are filled by the ground."""

    name: str
    who: str
    method: str
    path: str
    headers: Any = None
    body: bytes | None = None


JSON = {"content-type": "application/json"}
D = "/api/v1/dossiers"

# who may use it, method, path, and a body that would be right
ENDPOINTS: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "register": ("anonymous", "POST", "/api/v1/auth/register",
                 {"name": "Trần Văn B", "email": "b@example.vn", "password": "hoa sen nở 2026"}),
    "login": ("anonymous", "POST", "/api/v1/auth/login", {"email": "owner@example.vn", "password": "x"}),
    "token": ("owner", "POST", "/api/v1/auth/token", {"grant_type": "urn:motcua:session"}),
    "tracking": ("anonymous", "POST", "/api/v1/tracking", {"number": "ABCDEFGH9", "factor": "5678"}),
    "open": ("owner", "POST", D, {"submission_id": str(uuid4()), "procedure": "<code>", "agency_id": "<agency>"}),
    "answers": ("owner", "PATCH", f"{D}/<draft>/answers", {"seq": 1, "answers": {"full_name": "Bình"}}),
    "attachment": ("owner", "POST", f"{D}/<draft>/attachments",
                   {"requirement_key": "proof", "filename": "a.pdf", "size": 900}),
    "completion": ("owner", "POST", f"{D}/<draft>/attachments/<draft_file>/completion", {"parts": []}),
    "reception": ("holder", "POST", f"{D}/<submitted>/reception", {"seq": None}),
    "refusal": ("holder", "POST", f"{D}/<submitted>/refusal", {"reason": "Thiếu giấy tờ"}),
    "claim": ("holder", "POST", f"{D}/<accepted>/claim", {"seq": None}),
    "release": ("holder", "POST", f"{D}/<processing>/release", {"seq": None}),
    "fee": ("holder", "POST", f"{D}/<processing>/fee-settlement", {"fee_line_id": str(uuid4())}),
    "approval": ("holder", "POST", f"{D}/<processing>/approval", {"ground": "Đủ", "result_attachment_id": "<processing_result>"}),
    "rejection": ("holder", "POST", f"{D}/<processing>/rejection", {"ground": "Không đủ"}),
    "delivery": ("holder", "POST", f"{D}/<settled>/delivery", {"seq": None}),
    "message": ("owner", "POST", f"{D}/<submitted>/messages", {"text": "Cho tôi hỏi", "attachment_ids": []}),
    "reading": ("holder", "POST", f"{D}/<submitted>/messages/reading", {"seq": 1}),
    "touch": ("holder", "POST", f"{D}/<processing>/touches", {"kind": "visit", "note": "Đến ký"}),
    "note": ("holder", "POST", f"{D}/<processing>/notes", {"text": "Gọi lại cho người nộp"}),
    "forwarding": ("holder", "POST", f"{D}/<accepted>/forwarding", {"note": "Kèm bản gốc"}),
    "question": ("holder", "POST", f"{D}/<processing>/opinions",
                 {"agency_id": "<agency>", "question": "Cho ý kiến", "working_days": 3}),
    "sending": ("holder", "POST", f"{D}/<settled>/result-sending", {"tracking_number": "RR123456785VN"}),
    "reopening": ("holder", "POST", f"{D}/<settled>/reopening", {"reason": "Ghi sai năm sinh"}),
    "return way": ("owner", "POST", f"{D}/<submitted>/return-way", {"return_way": "online"}),
    "rating": ("owner", "POST", f"{D}/<returned>/rating", {"score": 5, "reasons": [], "comment": ""}),
    "complaint": ("owner", "POST", f"{D}/<submitted>/complaint", {"text": "Chậm"}),
    "draft": ("editor", "PUT", "/api/v1/procedures/<drafted>/draft", {"content": factories.simple(), "offers": [], "effective_on": None}),
    "review": ("editor", "POST", "/api/v1/procedures/<drafted>/draft/review", {"reason": "Luật mới", "seq": None}),
    "return": ("reviewer", "POST", "/api/v1/procedures/<reviewed>/draft/return", {"reason": "Thiếu căn cứ"}),
    "create": ("editor", "POST", "/api/v1/procedures",
               {"code": "9.888888", "content": factories.simple(), "offers": [], "effective_on": None}),
    "check": ("editor", "POST", "/api/v1/procedures/<drafted>/draft/check", {"content": factories.simple(), "offers": [], "effective_on": None}),
    "call off": ("reviewer", "POST", "/api/v1/procedures/<waiting>/revisions/2/cancellation", {"reason": "Lùi ngày"}),
    "keep open": ("reviewer", "POST", "/api/v1/procedures/<waiting>/withdrawal/cancellation", {"reason": "Lùi ngày"}),
    "stop": ("admin", "POST", "/api/v1/downtimes", STOP),
    "call off stop": ("reviewer", "POST", "/api/v1/downtimes/<downtime>/cancellation", {"reason": "Không ngừng nữa"}),
    "agency": ("editor", "POST", "/api/v1/agencies", AGENCY | {"code": "H98.01"}),
    "agency change": ("admin", "PUT", "/api/v1/agencies/<agency_code>", AGENCY),
    "withdrawal": ("reviewer", "POST", "/api/v1/procedures/<code>/withdrawal", {"seq": None}),
}  # fmt: skip


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def first_of(right: dict[str, Any]) -> str:
    return next(iter(right))


def bodies(right: dict[str, Any]) -> dict[str, bytes]:
    """Bad bodies for an endpoint that would take `right`."""
    key = first_of(right)
    whole = json.dumps(right).encode()

    def with_(raw: str | bytes) -> bytes:
        value = raw if isinstance(raw, bytes) else raw.encode()
        rest = b"".join(
            b"," + json.dumps(k).encode() + b":" + json.dumps(v).encode()
            for k, v in right.items()
            if k != key
        )
        return b'{"' + key.encode() + b'":' + value + rest + b"}"

    return {
        "half": whole[:-1],
        "two documents": whole + whole,
        "a comma too many": whole[:-1] + b",}",
        "single quotes": whole.replace(b'"', b"'"),
        "a comment": b"/* */" + whole,
        "byte order mark": b"\xef\xbb\xbf" + whole,
        "UTF-16": whole.decode().encode("utf-16"),
        "invalid UTF-8": with_(b'"\xc3\x28\xff"'),
        "an overlong NUL": with_(b'"\xc0\x80"'),
        "a raw control character": with_(b'"a\x01b"'),
        "a lone surrogate": with_('"\\ud800"'),
        "a surrogate in UTF-8": with_(b'"\xed\xa0\x80"'),
        "NaN": with_("NaN"),
        "1e999": with_("1e999"),
        "a huge integer": with_("9" * 4000),
        "deep, in a member": with_(nested(50_000)),
        "deep, whole": nested(100_000),
        "deep objects": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
        "deep, unknown member": whole[:-1] + b',"x":' + nested(20_000) + b"}",
        "an unknown member": whole[:-1] + b',"status":"settled"}',
        "__proto__": whole[:-1] + b',"__proto__":{"admin":true}}',
        "twice, the second wrong": whole[:-1] + b',"' + key.encode() + b'":{"a":[]}}',
        "an array": b"[" + whole + b"]",
        "a string": json.dumps(whole.decode()).encode(),
        "a number": b"42",
        "null": b"null",
        "true": b"true",
        "another type": with_('{"$gt":""}'),
        "nothing": b"",
        "spaces": b"   \n",
        "over the limit": b'{"' + key.encode() + b'":"' + b"x" * 2_200_000 + b'"}',
    }


def bad_bodies() -> Iterator[Bad]:
    """Every endpoint × every bad body."""
    for name, (who, method, path, right) in ENDPOINTS.items():
        for kind, body in bodies(right).items():
            yield Bad(f"{name}: {kind}", who, method, path, JSON, body)


KINDS = {
    "text/plain": "text/plain",
    "a form": "application/x-www-form-urlencoded",
    "multipart": "multipart/form-data; boundary=x",
    "multipart without boundary": "multipart/form-data",
    "XML": "application/xml",
    "HTML": "text/html",
    "msgpack": "application/x-msgpack",
    "octets": "application/octet-stream",
    "almost JSON": "application/jsonx",
    "two kinds": "application/json, text/plain",
    "a word": "json",
    "spaces": "   ",
    "absent": "",
    "a NUL": b"application/json\x00",
    "not ASCII": "application/jsön",
}


def bad_kinds() -> Iterator[Bad]:
    """Right bodies under a content type that is not JSON, or in an encoding that nobody unpacks."""
    for name in ("open", "answers", "tracking", "approval", "draft"):
        who, method, path, right = ENDPOINTS[name]
        for kind, value in KINDS.items():
            yield Bad(
                f"{name} as {kind}", who, method, path, {"content-type": value}, json.dumps(right).encode()
            )
        for coding in ("gzip", "br", "deflate", "gzip, gzip", "x"):
            headers = JSON | {"content-encoding": coding}
            yield Bad(f"{name} in {coding}", who, method, path, headers, json.dumps(right).encode())


KEYS = {
    "empty": "",
    "too long": "x" * 201,
    "far too long": "x" * 60_000,
    "not ASCII": "khóa".encode(),
    "a tab": "a\tb",
    "NUL": b"a\x00b",
    "DEL": b"a\x7fb",
    "latin": b"\xe9\xff",
}


def bad_keys() -> Iterator[Bad]:
    for name, who, path, body in (
        ("submission", "owner", f"{D}/<draft>/submission", None),
        ("reception", "holder", f"{D}/<submitted>/reception", b"{}"),
        ("rejection", "holder", f"{D}/<processing>/rejection", '{"ground":"Thiếu"}'.encode()),
        ("publication", "reviewer", "/api/v1/procedures/<reviewed>/publication", None),
    ):
        for kind, value in KEYS.items():
            headers = {"idempotency-key": value} | (JSON if body else {})
            yield Bad(f"key of {name}: {kind}", who, "POST", path, headers, body)


CURSORS = (
    "%00", "%ff", "%ed%a0%80", "a", "====", "W10", "WzEsMl0", "bnVsbA", "e30", "W1tbW1tbW1td", "x" * 3900,
    "WyIyMDI2IiwiYSJd", "..%2f..%2f", "'%20OR%201=1--", "WzFlOTk5LDFd", "WyIiLCIiLCIiLCIiLCIiXQ",
)  # fmt: skip
LISTS = {
    "mine": ("owner", D),
    "desk": ("holder", "/api/v1/desk/dossiers"),
    "procedures": ("anonymous", "/api/v1/procedures"),
    "agencies": ("anonymous", "/api/v1/agencies"),
    "roots": ("anonymous", "/api/v1/journal/roots"),
}
LIMITS = ("0", "-1", "101000", "9e9", "1.5", "NaN", "x", "", "9" * 40, "0x10", "%00", "true")
QUERIES = (
    ("owner", f"{D}?status=nope"),
    ("owner", f"{D}?status="),
    ("holder", "/api/v1/desk/dossiers?view=nope"),
    ("holder", "/api/v1/desk/dossiers?view=" + "x" * 7000),
    ("anonymous", "/api/v1/procedures?query=%00"),
    ("anonymous", "/api/v1/procedures?query=" + "a" * 201),
    ("anonymous", "/api/v1/procedures?level=nope"),
    ("anonymous", "/api/v1/procedures?audience=%5B%5D"),
    ("anonymous", "/api/v1/procedures?life_event=1"),
    ("anonymous", "/api/v1/procedures?origin=*"),
    ("anonymous", "/api/v1/procedures?sector=" + "x" * 201),
    ("anonymous", "/api/v1/procedures?agency=%00"),
    ("anonymous", "/api/v1/agencies?offering=" + "9" * 36),
    ("anonymous", "/api/v1/agencies?offering=%00"),
    ("anonymous", "/api/v1/statistics/online-rates?period=2026-13"),
    ("anonymous", "/api/v1/statistics/online-rates?period=0000"),
    ("anonymous", "/api/v1/statistics/online-rates?period=9999-Q9"),
    ("anonymous", "/api/v1/statistics/online-rates?period=%00"),
    ("anonymous", "/api/v1/statistics/online-rates?level=x"),
    ("anonymous", "/api/v1/statistics/dossiers?period=99999"),
    ("anonymous", "/api/v1/statistics/dossiers.csv?period=-1"),
    ("anonymous", "/api/v1/statistics/online-rates.csv?agency=%00"),
)


def bad_queries() -> Iterator[Bad]:
    for name, (who, path) in LISTS.items():
        for cursor in CURSORS:
            yield Bad(f"{name} after {cursor[:20]}", who, "GET", f"{path}?after={cursor}")
        for limit in LIMITS:
            yield Bad(f"{name}, limit {limit[:20]}", who, "GET", f"{path}?limit={limit}")
    for who, path in QUERIES:
        yield Bad(f"query {path[8:60]}", who, "GET", path)


PATHS = (
    "/api/v1/nowhere", "/api/v2/dossiers", "/api//v1/dossiers/x", f"{D}/not-an-id", f"{D}/%00", f"{D}/<none>",
    f"{D}/..%2f..%2fetc%2fpasswd", f"{D}/<none>%00", f"{D}/<none>/nothing", f"{D}/<none>;x=1", f"{D}/{{id}}",
    f"{D}/<none>/attachments/x", f"{D}/<none>/attachments/<none>", f"{D}/" + "a" * 9000, f"{D}/%ff%fe",
    f"{D}/%ed%a0%80", f"{D}/١٢", "/api/v1/procedures/%00", "/api/v1/procedures/%ff", "/api/v1/procedures/..%2f",
    "/api/v1/procedures/" + "9" * 36, "/api/v1/procedures/nothing", "/api/v1/procedures/nothing/form",
    "/api/v1/procedures/nothing/revisions/1", "/api/v1/procedures/<code>/revisions/0",
    "/api/v1/procedures/<code>/revisions/-1", "/api/v1/procedures/<code>/revisions/" + "9" * 40,
    "/api/v1/procedures/<code>/revisions/x", "/api/v1/procedures/<code>/revisions/1.0",
    "/api/v1/procedures/<code>%20/form", "/api/v1/procedures/' OR 1=1--/form", "/api/v1/%2e%2e/%2e%2e/health",
    "/api/v1/auth/oidc/x/login", "/api/v1/dossiers.json", "/api/v1/statistics/online-rates.exe",
)  # fmt: skip
METHODS = ("PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "MOVE", "FOO", "get", "CONNECT")


def bad_places() -> Iterator[Bad]:
    for path in PATHS:
        yield Bad(f"path {path[:60]}", "owner", "GET", path)
    for path in (D, "/api/v1/tracking", "/api/v1/auth/login"):
        for method in METHODS:
            if not (path == D and method == "get"):
                yield Bad(f"{method} {path}", "owner", method, path, JSON, b"{}")


FOREIGN = (
    {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"sec-fetch-site": "None"},
    {"origin": "https://evil.example"}, {"origin": "null"}, {"origin": "https://["}, {"origin": "https://]:99999"},
    {"origin": "https://testserver.local.evil.example"}, {"origin": "http://testserver.local"},
    {"origin": "https://testserver.local:99999999"}, {"origin": b"https://\xff"}, {"origin": "javascript:alert(1)"},
)  # fmt: skip
SIGNED = (
    "Bearer", "Bearer ", "Bearer x", "Bearer a.b.c", "Bearer a b", "bearer  ..", "Bearer " + "A" * 60_000,
    b"Bearer \xff\xfe", "Bearer null", "Bearer undefined",
)  # fmt: skip


def bad_proofs() -> Iterator[Bad]:
    """From another site, or with a proof of identity that holds nothing."""
    for name in ("open", "answers", "approval", "draft"):
        who, method, path, right = ENDPOINTS[name]
        for headers in FOREIGN:
            yield Bad(f"{name} from {headers}", who, method, path, JSON | headers, json.dumps(right).encode())
    for value in SIGNED:
        yield Bad(f"bearer {value[:20]!r}", "anonymous", "GET", D, {"authorization": value})
    for cookie in ("__Host-motcua=", "__Host-motcua=x", "__Host-motcua=" + "x" * 15_000, "=;=;=", b"\xff=\xfe",
                   "__Host-motcua=" + "A" * 43, "__Host-motcua=a; __Host-motcua=b", '__Host-motcua="'):  # fmt: skip
        yield Bad(f"cookie {cookie[:24]!r}", "anonymous", "GET", D, {"cookie": cookie})


def table() -> list[Bad]:
    """All of it."""
    makers = (bad_bodies, bad_kinds, bad_keys, bad_queries, bad_places, bad_proofs)
    return [bad for make in makers for bad in make()]
