"""Bad requests to the pages: forms, addresses, methods, cookies. Each answer is a page, never a 5xx.

A line says how it must end: `refused` (4xx page, nothing written) or `borne` (any page; nothing written).
"""

from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote


class BadPage(NamedTuple):
    """One bad request of a browser; <csrf> in the body is the session's token."""

    name: str
    who: str
    method: str
    path: str
    headers: Any = None
    body: bytes | None = None
    ends: str = "borne"


HTML = {"accept": "text/html"}
SENT = HTML | {"sec-fetch-site": "same-origin"}
URLENCODED = SENT | {"content-type": "application/x-www-form-urlencoded"}

FORMS: dict[str, tuple[str, str, str]] = {
    "sign in": ("anonymous", "/dang-nhap", "email=x&password=y"),
    "sign up": ("anonymous", "/dang-ky", "name=A&email=moi%40example.vn&password=x"),
    "tracking": ("anonymous", "/tra-cuu", "number=ABC&factor=1234"),
    "profile": ("owner", "/tai-khoan", "name=&phone=x"),
    "password": ("owner", "/tai-khoan/mat-khau", "old=x&new=y"),
    "form": ("owner", "/ho-so/<draft>/to-khai", "_section=nothing&copies_count=x"),
    "submit": ("owner", "/ho-so/<submitted>/kiem-tra", "confirm=1"),
    "receive": ("holder", "/can-bo/ho-so/<submitted>/tiep-nhan", "seq=x"),
    "refuse": ("holder", "/can-bo/ho-so/<submitted>/khong-tiep-nhan", "seq=0&note="),
    "fee": ("holder", "/can-bo/ho-so/<processing>/thu-phi", "seq=0&fee=x"),
    "decide": ("holder", "/can-bo/ho-so/<processing>/quyet-dinh", "seq=0&outcome=nothing"),
    "level": ("editor", "/quan-tri/thu-tuc/<drafted>/co-quan", "seq=x&groups.0.declared=nothing"),
    "papers": ("editor", "/quan-tri/thu-tuc/<drafted>/giay-to", "requirements.0.name=x&requirements.0.max_mb=x"),
    "rows": ("editor", "/quan-tri/thu-tuc/<drafted>/quy-trinh", "do=remove:steps.99&steps.0.hours=%00"),
    "new procedure": ("editor", "/quan-tri/thu-tuc/moi", "code=x&name=&sector=&source=&copy=%00"),
    "new paper form": ("editor", "/quan-tri/thu-tuc/<drafted>/giay-to/tep", "paper=x&file=y"),
    "end": ("reviewer", "/quan-tri/thu-tuc/<code>/ngung", "reason=x"),
}  # fmt: skip


def multipart(*parts: bytes, end: bool = True) -> bytes:
    body = b"".join(b"--x\r\n" + part + b"\r\n" for part in parts)
    return body + (b"--x--\r\n" if end else b"")


def field(name: str, value: bytes, more: str = "") -> bytes:
    return f'Content-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + value


def form_bodies(usual: str) -> dict[str, tuple[dict[str, str], bytes, str]]:
    """Bad bodies of a form: content type, bytes, how it must end."""
    m = "multipart/form-data; boundary=x"
    u = "application/x-www-form-urlencoded"
    raw = usual.encode()
    token = field("csrf", b"<csrf>")
    part = b'Content-Disposition: form-data; name="name"\r\n'
    fields = b"&".join(b"a%d=1" % n for n in range(5000))
    return {
        "no token": ({"content-type": u}, raw, "token"),
        "a wrong token": ({"content-type": u}, raw + b"&csrf=AAAA", "token"),
        "an empty token": ({"content-type": u}, raw + b"&csrf=", "token"),
        "the token twice, wrong last": ({"content-type": u}, b"csrf=<csrf>&" + raw + b"&csrf=x", "borne"),
        "invalid escapes": ({"content-type": u}, b"csrf=<csrf>&a=%ZZ%&" + raw, "borne"),
        "invalid UTF-8": ({"content-type": u}, b"csrf=<csrf>&email=%ff%fe&name=\xff&note=%c3%28", "borne"),
        "NUL and controls": (
            {"content-type": u},
            b"csrf=<csrf>&email=a%00b&name=a%00b&note=%1b%07&number=%00&old=%00",
            "borne",
        ),
        "a lone surrogate": (
            {"content-type": u},
            b"csrf=<csrf>&name=%ed%a0%80&note=%ed%a0%80&email=%ed%a0%80",
            "borne",
        ),
        "five thousand fields": ({"content-type": u}, b"csrf=<csrf>&" + fields, "refused"),
        "over the limit": ({"content-type": u}, b"csrf=<csrf>&name=" + b"x" * 2_200_000, "refused"),
        "JSON": ({"content-type": "application/json"}, b'{"csrf":"<csrf>"}', "token"),
        "plain text": ({"content-type": "text/plain"}, b"csrf=<csrf>", "token"),
        "no content type": ({}, raw, "token"),
        "multipart without boundary": ({"content-type": "multipart/form-data"}, multipart(token), "token"),
        "an empty boundary": ({"content-type": "multipart/form-data; boundary="}, multipart(token), "token"),
        "another boundary": ({"content-type": "multipart/form-data; boundary=y"}, multipart(token), "token"),
        "a boundary of 5,000": (
            {"content-type": "multipart/form-data; boundary=" + "x" * 5000},
            multipart(token),
            "token",
        ),
        "no last boundary": ({"content-type": m}, multipart(token, end=False), "borne"),
        "cut in a header": ({"content-type": m}, b"--x\r\nContent-Disposition: form-da", "token"),
        "a part without name": (
            {"content-type": m},
            multipart(token, b"Content-Disposition: form-data\r\n\r\nx"),
            "borne",
        ),
        "a part without headers": ({"content-type": m}, multipart(token, b"\r\n\r\nx"), "borne"),
        "a file for a text": (
            {"content-type": m},
            multipart(
                token,
                field("name", b"x", '; filename="../../a"'),
                field("email", b"x", '; filename="a"'),
                field("csrf", b"x", '; filename="a"'),
            ),
            "borne",
        ),
        "two thousand parts": (
            {"content-type": m},
            multipart(token, *[field(f"a{n}", b"") for n in range(2000)]),
            "refused",
        ),
        "a part in base64": (
            {"content-type": m},
            multipart(token, part + b"Content-Transfer-Encoding: base64\r\n\r\n!!!"),
            "borne",
        ),
        "an unknown charset": (
            {"content-type": m},
            multipart(token, part + b"Content-Type: text/plain; charset=nothing\r\n\r\n\xff"),
            "borne",
        ),
        "UTF-7": (
            {"content-type": m},
            multipart(token, part + b"Content-Type: text/plain; charset=utf-7\r\n\r\n+ADw-script+AD4-"),
            "borne",
        ),
        "a header of a part of 20,000": (
            {"content-type": m},
            multipart(token, b"X: " + b"x" * 20_000 + b"\r\n\r\nx"),
            "borne",
        ),
        "nothing": ({"content-type": u}, b"", "token"),
    }


def bad_forms() -> Iterator[BadPage]:
    for name, (who, path, usual) in FORMS.items():
        for kind, (headers, body, ends) in form_bodies(usual).items():
            if ends == "token":
                ends = "borne" if who == "anonymous" else "refused"
            yield BadPage(f"{name}: {kind}", who, "POST", path, SENT | headers, body, ends)


PATHS = (
    "/nowhere", "/thu-tuc/%00", "/thu-tuc/%ff", "/thu-tuc/" + "a" * 3000, "/thu-tuc/<code>/nothing",
    "/thu-tuc/..%2f..%2fetc%2fpasswd", "/thu-tuc/%3Cscript%3E", "/ho-so/not-an-id", "/ho-so/<none>",
    "/ho-so/<none>%00", "/ho-so/<none>/to-khai", "/can-bo/ho-so/<none>", "/can-bo/ho-so/x",
    "/quan-tri/thu-tuc/%00", "/kiem-tra/%00", "/kiem-tra/%ed%a0%80", "/kiem-tra/" + "A" * 5000,
    "/tinh/../../pyproject.toml", "/tinh/%2e%2e/%2e%2e/pyproject.toml", "/tinh/..%2f..%2fpyproject.toml",
    "/tinh/..%5c..%5cpyproject.toml", "/tinh/%2fetc%2fpasswd", "/tinh//etc/passwd", "/tinh/js/forms.js%00.png",
    "/tinh/js", "/tinh/", "/tinh/" + "a/" * 2000, "/tinh/" + "a" * 300, "/tinh/%ff", "/tinh/CON", "/.env", "/.git/config",
    "/admin", "/wp-login.php", "/schema/..%2f..%2fetc", "/schema/nothing", "/hop-thu/x",
    "/ho-so/<draft>/giay-to/result/da-gui/<none>",
    "/ho-so/<draft>/tai-lieu/<none>",
)  # fmt: skip
QUERIES = (
    "/thu-tuc?query=%00", "/thu-tuc?query=%ff%fe", "/thu-tuc?query=" + "x" * 5000, "/thu-tuc?level=nothing",
    "/thu-tuc?after=%00", "/thu-tuc?after=WzEsMl0", "/thu-tuc?sector=%00", "/thu-tuc?agency=" + "x" * 400,
    "/thu-tuc?life_event=nothing", "/thu-tuc?query=a&query=b&query=%5B%5D", "/thong-ke?period=2026-99",
    "/thong-ke?period=%00", "/thong-ke?agency=%00", "/thong-ke?level=nothing", "/can-bo?view=nothing",
    "/can-bo?after=%00", "/can-bo?after=WzEsMl0", "/ho-so?status=nothing", "/ho-so?after=e30", "/ho-so?after=%00", "/ho-so/<draft>/giay-to/%2e%2e/da-gui/<none>",
    "/kiem-tra?code=%00", "/kiem-tra?code=" + "x" * 200, "/dang-nhap?next=https://evil.example",
    "/dang-nhap?next=//evil.example", "/dang-nhap?next=%0d%0aSet-Cookie:a=b", "/dang-nhap?next=/%5cevil.example",
    "/dang-nhap?next=javascript:alert(1)", "/quan-tri/thu-tuc?query=%00", "/quan-tri/co-quan?after=%00",
    "/?" + "a=1&" * 3000, "/thu-tuc?" + quote("\ud800", errors="surrogatepass"),
)  # fmt: skip
DEEP_NOTICE = "W3sieCI6" + "W1tb" * 990  # [{"x":[[[[…
HEADERS: tuple[dict[str, Any], ...] = (
    {"referer": "http://["}, {"referer": b"\xff\xfe"}, {"referer": "https://evil.example/x"},
    {"cookie": f"__Host-notice={DEEP_NOTICE}"}, {"cookie": "__Host-notice=e30"}, {"cookie": "__Host-notice=%%%"},
    {"cookie": "__Host-notice=" + "A" * 9000}, {"cookie": b"\x00=\x00"}, {"cookie": "a=" + "x" * 50_000},
    {"cookie": "; ".join(f"c{n}=1" for n in range(3000))}, {"accept": "x" * 20_000}, {"accept": ""},
    {"accept": "text/html;q=NaN"}, {"accept-language": "\x7f" * 100}, {"range": "bytes=9999999999999-1"},
    {"if-none-match": '"' * 5000}, {"if-modified-since": "no day"}, {"host": "evil.example"}, {"host": ""},
    {"host": "a" * 5000}, {"x-forwarded-for": "x" * 9000}, {"x-forwarded-for": b"\xff, ::ffff:1.2.3.4, %00"},
    {"x-forwarded-host": "evil.example"}, {"hx-request": "true", "hx-target": "<script>"},
    {"x-http-method-override": "DELETE"}, {"content-type": b"\xff"}, {"expect": "100-continue"},
    {"upgrade": "h2c", "connection": "Upgrade"}, {"transfer-encoding": "x"},
)  # fmt: skip


def bad_addresses() -> Iterator[BadPage]:
    for path in PATHS:
        yield BadPage(f"path {path[:60]}", "owner", "GET", path, HTML, None, "refused")
    for path in QUERIES:
        who = "holder" if path.startswith("/can-bo") else "editor" if path.startswith("/quan") else "owner"
        yield BadPage(f"query {path[:60]}", "anonymous" if "next" in path else who, "GET", path, HTML)
    for n, headers in enumerate(HEADERS):
        for path in ("/", "/nowhere", "/ho-so"):
            yield BadPage(f"header {n} {next(iter(headers))} on {path}", "owner", "GET", path, HTML | headers)
    for path in ("/", "/ho-so/<draft>", "/dang-nhap", "/tinh/js/forms.js"):
        for method in ("PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "FOO", "CONNECT"):
            yield BadPage(f"{method} {path}", "owner", method, path, SENT, b"a=1", "refused")


def table() -> list[BadPage]:
    """All of it."""
    return [*bad_forms(), *bad_addresses()]
