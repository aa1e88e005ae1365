"""A line that breaks: an asyncio TCP proxy before PostgreSQL, the store and the queue.

Each target has a mode of its own: `pass`, `latency`, `blackhole` (takes everything, answers nothing),
`reset` (cuts every line, and takes no new one) or `truncate` (lets some bytes of an answer through,
then cuts in the middle). It runs in a thread of the tests' process.
"""

import asyncio
import contextlib
import random
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

MODES = ("latency", "blackhole", "reset", "truncate")
SOME_BYTES = (1, 400)  # of an answer that is cut


@dataclass
class Line:
    """One target: where it listens, where it leads, and how it behaves now."""

    name: str
    target: int
    port: int = 0
    mode: str = "pass"
    delay: float = 0.0  # seconds, for each chunk in `latency`
    left: int = 0  # bytes that `truncate` still lets through
    open: set[asyncio.StreamWriter] = field(default_factory=set)


class Proxy:
    """All lines; start it once, change modes from any thread."""

    def __init__(self, targets: dict[str, int]) -> None:
        self.lines = {name: Line(name, port) for name, port in targets.items()}
        self.harmed: Counter[str] = Counter()  # connections or chunks that met a fault, by target and mode
        self._loop = asyncio.new_event_loop()
        self._servers: list[asyncio.Server] = []
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="proxy")
        self._thread.start()
        for line in self.lines.values():
            self._call(self._listen, line)

    def port(self, name: str) -> int:
        """Where the portal finds this target."""
        return self.lines[name].port

    def set(self, name: str, mode: str, *, delay: float = 0.3) -> None:
        """Let the line behave so from now on; `reset` cuts what is open."""
        self._call(self._change, self.lines[name], mode, delay)

    def cut(self, name: str) -> None:
        """Cut every open line once, and go on as before."""
        self._call(self._cut, self.lines[name])

    def stop(self) -> None:
        """Close everything."""
        for line in self.lines.values():
            self.set(line.name, "reset")
        self._call(self._end)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def _call(self, act: Callable[..., object], *arguments: object) -> None:
        async def run() -> None:
            found = act(*arguments)
            if asyncio.iscoroutine(found):
                await found

        asyncio.run_coroutine_threadsafe(run(), self._loop).result(10)

    async def _listen(self, line: Line) -> None:
        server = await asyncio.start_server(
            lambda reader, writer: self._serve(line, reader, writer), "127.0.0.1", 0, limit=2**18
        )
        self._servers.append(server)
        line.port = server.sockets[0].getsockname()[1]

    async def _end(self) -> None:
        """Take no more lines, and let those under way finish or be given up."""
        for server in self._servers:
            server.close()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    def _change(self, line: Line, mode: str, delay: float) -> None:
        line.mode, line.delay, line.left = mode, delay, random.randint(*SOME_BYTES)
        if mode == "reset":
            self._cut(line)

    def _cut(self, line: Line) -> None:
        for writer in list(line.open):
            self.harmed[f"{line.name} reset"] += 1
            _reset(writer)
        line.open.clear()

    async def _serve(self, line: Line, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line.open.add(writer)
        ours: asyncio.StreamWriter | None = None
        try:
            if line.mode == "reset":
                self.harmed[f"{line.name} reset"] += 1
                _reset(writer)
                return
            answers, ours = await asyncio.open_connection("127.0.0.1", line.target, limit=2**18)
            line.open.add(ours)
            ways = [
                asyncio.ensure_future(self._carry(line, reader, ours, answer=False)),
                asyncio.ensure_future(self._carry(line, answers, writer, answer=True)),
            ]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
        except OSError:
            _reset(writer)
        finally:
            for one in filter(None, (writer, ours)):
                line.open.discard(one)
                with contextlib.suppress(Exception):
                    one.close()

    async def _carry(
        self, line: Line, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, answer: bool
    ) -> None:
        with contextlib.suppress(OSError):
            while chunk := await source.read(2**16):
                if line.mode == "latency":
                    self.harmed[f"{line.name} latency"] += 1
                    await asyncio.sleep(line.delay * random.uniform(0.5, 1.5))
                if line.mode == "blackhole":
                    self.harmed[f"{line.name} blackhole"] += 1
                    while line.mode == "blackhole":
                        await asyncio.sleep(0.05)
                    return  # what was said into it is lost, and so is the line
                if line.mode == "truncate" and answer:
                    self.harmed[f"{line.name} truncate"] += 1
                    sink.write(chunk[: line.left])
                    await sink.drain()
                    _reset(sink)
                    return
                sink.write(chunk)
                await sink.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST, as a crashed machine's successor would."""
    found = writer.get_extra_info("socket")
    if found is not None:
        with contextlib.suppress(OSError):
            found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
