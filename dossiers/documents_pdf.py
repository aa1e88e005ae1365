"""PDF documents from templates, drawn by a child process that may fail without harm."""

import atexit
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Final

from portal.core.errors import Unavailable

PATIENCE: Final = 180.0  # seconds for one answer, start of the press included


class DocumentFailed(Unavailable):
    """A template did not become a document; `reason`: cpu, memory, time, size, template, drawing, crash."""

    title = "Chưa lập được văn bản"

    def __init__(self, reason: str) -> None:
        super().__init__("Văn bản chưa lập được. Bộ phận kỹ thuật đã được báo.", reason=reason)
        self.reason = reason


class Press:
    """One drawing process, started when first needed and again after it died. Safe in threads.

    Args:
        cpu_seconds: what one document may use.
    """

    def __init__(self, cpu_seconds: int = 20) -> None:
        self._cpu_seconds = cpu_seconds
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = os.getpid()

    def template(self, name: str, context: dict[str, Any]) -> bytes:
        """A PDF of a bundled template. The context holds text, numbers, lists and objects only.

        Raises:
            DocumentFailed: it could not be drawn within its limits.
        """
        return self._ask({"template": name, "context": context})

    def source(self, source: str, context: dict[str, Any]) -> bytes:
        """A PDF of a template given as text (untrusted: sandboxed, limited).

        Raises:
            DocumentFailed: it could not be drawn within its limits.
        """
        return self._ask({"source": source, "context": context})

    def close(self) -> None:
        """End the process; it is a child of this one and dies with it in any case."""
        with self._lock:
            self._drop()

    def _ask(self, request: dict[str, Any]) -> bytes:
        body = json.dumps(request).encode()
        with self._lock:
            process = self._running()
            assert process.stdin is not None
            assert process.stdout is not None
            alarm = threading.Timer(PATIENCE, process.kill)
            alarm.start()
            try:
                process.stdin.write(len(body).to_bytes(8) + body)
                process.stdin.flush()
                answer = process.stdout.read(int.from_bytes(process.stdout.read(8)))
            except OSError:
                answer = b""
            finally:
                alarm.cancel()
            if not answer:
                self._drop()
                raise DocumentFailed("crash")
        if answer[:1] != b"+":
            raise DocumentFailed(answer[1:].decode())
        return answer[1:]

    def _running(self) -> subprocess.Popen[bytes]:
        if self._owner != os.getpid():  # forked: the process belongs to the parent
            self._process, self._owner = None, os.getpid()
        if self._process is None or self._process.poll() is not None:
            self._drop()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "dossiers.pdf_child", str(self._cpu_seconds)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=Path(__file__).resolve().parent.parent,
                env={
                    name: os.environ[name]
                    for name in ("PATH", "HOME", "LANG", "TMPDIR")
                    if name in os.environ
                },
            )
        return self._process

    def _drop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


PRESS: Final = Press()
atexit.register(PRESS.close)
