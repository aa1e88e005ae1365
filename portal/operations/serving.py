"""Serving the web so that a restart fails no request.

A socket that outlives the process (systemd's, or a supervisor's) queues connections while processes are
replaced. A process asked to end takes no new connection, answers what its open connections still send with
`Connection: close`, and ends once they are closed: a client is never cut off between its request and our
answer.
"""

import asyncio
import socket
from typing import Any

import uvicorn
from uvicorn.supervisors import multiprocess

from portal.operations.supervision import notify, passed_socket

IDLE_SECONDS = 75  # longer than a proxy keeps its connections, so that the proxy closes them, never we
DRAIN_SECONDS = 8  # for idle connections to ask once more and learn that we close
FINISH_SECONDS = 12  # for requests under way after that


class Draining(uvicorn.Server):
    """Uvicorn that says so to its supervisor when it is ready, and closes politely."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, then tell systemd, if it waits for that."""
        await super().startup(sockets)
        if self.started:
            notify("READY=1")

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no new connection; let the open ones finish and close; then end."""
        notify("STOPPING=1")
        for server in self.servers:
            server.close()
        await self.drain()
        await super().shutdown(sockets)

    async def drain(self) -> None:
        """Answer with `Connection: close` until every connection is closed, for some seconds at most."""
        state, loop = self.server_state, asyncio.get_running_loop()
        state.default_headers = [*state.default_headers, (b"connection", b"close")]
        until = loop.time() + DRAIN_SECONDS
        while state.connections and loop.time() < until and not self.force_exit:
            await asyncio.sleep(0.05)


class _Process(multiprocess.Process):
    """A child of `--workers N` that drains too."""

    @property
    def server(self) -> uvicorn.Server:
        if self._server is None:
            self._server = Draining(config=self.config)
        return self._server


def serve(*, host: str, port: int, workers: int, fd: int | None, trusted: str) -> int:
    """Serve until SIGTERM.

    Args:
        host: address to listen on, when no socket is given.
        port: and its port.
        workers: processes behind the same socket.
        fd: descriptor of a listening socket that somebody else keeps open.
        trusted: addresses of reverse proxies, comma-separated.
    """
    fd = passed_socket() if fd is None else fd
    options: dict[str, Any] = {
        "factory": True,
        "host": host,
        "port": port,
        "workers": workers,
        "loop": "uvloop",
        "http": "httptools",
        "log_config": None,  # portal.core.lines has taken over
        "log_level": "warning",
        "access_log": False,
        "server_header": False,
        "proxy_headers": bool(trusted),
        "forwarded_allow_ips": trusted or None,
        "timeout_keep_alive": IDLE_SECONDS,
        "timeout_graceful_shutdown": FINISH_SECONDS,
    }
    config = uvicorn.Config("portal.app:create", **options)
    listening = config.bind_socket() if fd is None else socket.socket(fileno=fd)
    if workers > 1:
        multiprocess.Process = _Process  # type: ignore[misc]
        multiprocess.Multiprocess(config, sockets=[listening]).run()
        return 0
    server = Draining(config)
    server.run(sockets=[listening])
    return 0 if server.started else 3
