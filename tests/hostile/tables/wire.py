"""Bytes for the socket that no HTTP library would send."""

HOST = b"Host: testserver.local\r\n"
JSON = b"Content-Type: application/json\r\n"
OPEN = b"POST /api/v1/tracking HTTP/1.1\r\n" + HOST + JSON
BODY = b'{"number":"ABCDEFGH9","factor":"5678"}'
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
CHUNKED = b"Transfer-Encoding: chunked\r\n"
CHUNKS = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)
SMUGGLED = b"GET /api/v1/sectors?smuggled=1 HTTP/1.1\r\n" + HOST + b"\r\n"

# bytes, and the statuses the answers may have; an empty answer (the line is closed) is a refusal too
WIRE: dict[str, tuple[bytes, set[int]]] = {
    "length and chunks": (OPEN + LENGTH + CHUNKED + b"\r\n" + CHUNKS + SMUGGLED, {400}),
    "chunks and length": (OPEN + CHUNKED + LENGTH + b"\r\n" + CHUNKS + SMUGGLED, {400}),
    "two lengths": (OPEN + LENGTH + b"Content-Length: 3\r\n\r\n" + BODY, {400}),
    "two equal lengths": (OPEN + LENGTH + LENGTH + b"\r\n" + BODY, {400}),
    "lengths in a list": (OPEN + b"Content-Length: 38, 38\r\n\r\n" + BODY, {400}),
    "a negative length": (OPEN + b"Content-Length: -1\r\n\r\n" + BODY, {400}),
    "a length with a plus": (OPEN + b"Content-Length: +38\r\n\r\n" + BODY, {400}),
    "a length in hexadecimal": (OPEN + b"Content-Length: 0x26\r\n\r\n" + BODY, {400}),
    "a length of 30 digits": (OPEN + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n" + BODY, {400}),
    "a length that is no number": (OPEN + b"Content-Length: x\r\n\r\n" + BODY, {400}),
    "a length over the limit": (OPEN + b"Content-Length: 99999999\r\n\r\n" + BODY, {400, 413}),
    "a length short of its body": (OPEN + b"Content-Length: 3\r\n\r\n" + BODY, {400}),
    "a body that never ends": (OPEN + b"Content-Length: 5000\r\n\r\n" + BODY, {400}),
    "two encodings": (OPEN + CHUNKED + b"Transfer-Encoding: identity\r\n\r\n" + CHUNKS, {400, 404}),
    "chunked in disguise": (OPEN + b"Transfer-Encoding: xchunked\r\n\r\n" + CHUNKS, {400}),
    "chunked not last": (OPEN + b"Transfer-Encoding: chunked, x\r\n\r\n" + CHUNKS, {400}),
    "chunked after a vertical tab": (OPEN + b"Transfer-Encoding:\x0bchunked\r\n\r\n" + CHUNKS, {400}),
    "a space before the colon": (OPEN + b"Transfer-Encoding : chunked\r\n\r\n" + CHUNKS, {400}),
    "a folded header": (OPEN + b"X: a\r\n b\r\n" + LENGTH + b"\r\n" + BODY, {400}),
    "a header without colon": (OPEN + b"nonsense\r\n\r\n", {400}),
    "a header without name": (OPEN + b": x\r\n\r\n", {400}),
    "NUL in a header": (OPEN + b"X: a\x00b\r\n\r\n", {400}),
    "a lone line feed": (b"GET / HTTP/1.1\nHost: x\n\n", {400, 200}),
    "a lone carriage return": (b"GET /\r HTTP/1.1\r\n" + HOST + b"\r\n", {400}),
    "a chunk of bad size": (OPEN + CHUNKED + b"\r\nzz\r\n" + BODY, {400}),
    "a chunk of negative size": (OPEN + CHUNKED + b"\r\n-1\r\n" + BODY, {400}),
    "a chunk of 2**64": (OPEN + CHUNKED + b"\r\nFFFFFFFFFFFFFFFFF\r\n" + BODY, {400}),
    "a chunk longer than said": (OPEN + CHUNKED + b"\r\n3\r\n" + BODY + b"\r\n0\r\n\r\n", {400}),
    "a chunk cut off": (OPEN + CHUNKED + b"\r\n26\r\n{", {400}),
    "chunks over the limit": (OPEN + CHUNKED + b"\r\n" + b"10000\r\n" + (b"x" * 65_536 + b"\r\n10000\r\n") * 40, {400, 413}),
    "no version": (b"GET /\r\n\r\n", {400, 200}),
    "version 9": (b"GET / HTTP/9.9\r\n" + HOST + b"\r\n", {400, 505}),
    "version 2 by words": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400}),
    "a TLS hello": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 300, {400}),
    "noise": (bytes(range(256)) * 20, {400}),
    "nothing": (b"", set()),
    "only ends of lines": (b"\r\n" * 200, {400}),
    "a method of 10,000": (b"A" * 10_000 + b" / HTTP/1.1\r\n" + HOST + b"\r\n", {400}),
    "a method with a NUL": (b"GE\x00T / HTTP/1.1\r\n" + HOST + b"\r\n", {400}),
    "a target of 200,000": (b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", {400, 404, 414, 431}),
    "a header of 300,000": (b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 300_000 + b"\r\n\r\n", {400, 200, 431}),
    "5,000 headers": (b"GET / HTTP/1.1\r\n" + HOST + b"".join(b"X%d: a\r\n" % n for n in range(5000)) + b"\r\n", {400, 200, 431}),
    "a target of another host": (b"GET http://evil.example/ HTTP/1.1\r\n" + HOST + b"\r\n", {400, 200, 404}),
    "a target with raw bytes": (b"GET /\xff\xfe HTTP/1.1\r\n" + HOST + b"\r\n", {400, 404}),
    "a target with NUL": (b"GET /\x00 HTTP/1.1\r\n" + HOST + b"\r\n", {400, 404}),
    "a target without slash": (b"GET thu-tuc HTTP/1.1\r\n" + HOST + b"\r\n", {400, 404}),
    "an asterisk": (b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n", {400, 404, 405}),
    "CONNECT": (b"CONNECT evil.example:443 HTTP/1.1\r\n" + HOST + b"\r\n", {400, 404, 405}),
    "an escape at the end": (b"GET /thu-tuc/% HTTP/1.1\r\n" + HOST + b"\r\n", {400, 404}),
    "dots that leave": (b"GET /tinh/../../../../etc/passwd HTTP/1.1\r\n" + HOST + b"\r\n", {400, 404}),
    "no host": (b"GET /api/v1/sectors HTTP/1.1\r\n\r\n", {400, 200}),
    "two hosts": (b"GET /api/v1/sectors HTTP/1.1\r\n" + HOST + b"Host: evil.example\r\n\r\n", {400, 200}),
    "another host": (b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", {200}),
    "a host with a newline": (b"GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", {400, 200}),
    "an upgrade": (b"GET / HTTP/1.1\r\n" + HOST + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n", {200, 400, 426}),
    "a web socket": (b"GET / HTTP/1.1\r\n" + HOST + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n", {200, 400, 403, 404, 426}),
    "expect the unheard of": (OPEN + b"Expect: x\r\n" + LENGTH + b"\r\n" + BODY, {404, 417}),
}  # fmt: skip
