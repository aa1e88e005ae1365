"""A client that keeps up: raw sockets, kept alive, one request after the other on each."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field


class WrongAnswer(RuntimeError):
    """A server answered something else than the line is about: its speed is worth nothing."""


@dataclass
class Load:
    """What a burst of requests gave; latencies in seconds."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    body: bytes = b""

    @property
    def per_second(self) -> float:
        """Answers in a second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def quantile(self, share: float) -> float:
        """The latency below which this share of the answers lies, in milliseconds."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def request(method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b"") -> bytes:
    """The bytes of one request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Accept: */*"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body or method != "GET":
        lines += [f"Content-Length: {len(body)}", "Content-Type: application/json"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def burst(port: int, requests: Iterator[bytes], *, clients: int, seconds: float, status: int) -> Load:
    """Send from `clients` connections until the time is over or the requests are.

    Raises:
        WrongAnswer: an answer has another status.
    """
    load = Load()
    begun = time.perf_counter()
    asyncio.run(_all(port, requests, clients, begun + seconds, status, load))
    load.seconds = time.perf_counter() - begun
    return load


async def _all(
    port: int, requests: Iterator[bytes], clients: int, until: float, status: int, load: Load
) -> None:
    await asyncio.gather(*(_one(port, requests, until, status, load) for _ in range(clients)))


async def _one(port: int, requests: Iterator[bytes], until: float, status: int, load: Load) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for asked in requests:
            begun = time.perf_counter()
            if begun >= until:
                return
            writer.write(asked)
            got, load.body, closing = await _answer(reader)
            if got != status:
                raise WrongAnswer(f"{asked[:80]!r}: {got} instead of {status}: {load.body[:300]!r}")
            load.latencies.append(time.perf_counter() - begun)
            if closing:
                writer.close()
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
    finally:
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes, bool]:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    status = int(head[9:12])
    closing = b"connection: close" in head
    if status == 304 or status == 204:
        return status, b"", closing
    at = head.find(b"content-length: ")
    if at < 0:
        raise WrongAnswer("an answer without a length")
    length = int(head[at + 16 : head.index(b"\r\n", at)])
    return status, await reader.readexactly(length), closing
