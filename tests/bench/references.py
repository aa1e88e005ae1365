"""What the same statements cost without us: `limit` and `framework`, on the statements we ran.

`python -m tests.bench.references limit|framework PORT`; the statements and the answer of each line
come from the file BENCH_REPLAY names: {line: {"statements": [[sql, [values]]], "body": text}}.

- limit: a bare ASGI function, an async psycopg pool, the answer's bytes kept ready.
- framework: a bare Litestar handler in threads, a psycopg pool, the answer encoded from structs.
"""

import os
import pickle
import sys
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from litestar import Litestar, Response, get
from psycopg_pool import AsyncConnectionPool, ConnectionPool

Replay = dict[str, Any]


def replay() -> Replay:
    """The recorded lines; the file is written by the harness on the same machine a moment before."""
    loaded: Replay = pickle.loads(Path(os.environ["BENCH_REPLAY"]).read_bytes())
    return loaded


def limit() -> Any:
    """The least a server can do."""
    lines = replay()
    pool = AsyncConnectionPool(os.environ["BENCH_DATABASE"], min_size=16, max_size=16, open=False)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await pool.open(wait=True)
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await pool.close()
            await send({"type": "lifespan.shutdown.complete"})
            return
        line = lines[scope["path"].rsplit("/", 1)[1]]
        if line["statements"]:
            async with pool.connection() as connection, connection.cursor() as cursor:
                for statement, values in line["statements"]:
                    await cursor.execute(statement, values)
                    if cursor.description:
                        await cursor.fetchall()
        body = line["body"]
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


def framework() -> Litestar:
    """What Litestar and psycopg cost by themselves."""
    lines = replay()
    pool = ConnectionPool(os.environ["BENCH_DATABASE"], min_size=16, max_size=16, open=True)
    shapes = {name: _parsed(line["body"]) for name, line in lines.items()}

    @get("/line/{name:str}", sync_to_thread=True)
    def answer(name: str) -> Response[Any]:
        with pool.connection() as connection, connection.cursor() as cursor:
            for statement, values in lines[name]["statements"]:
                cursor.execute(statement, values)
                if cursor.description:
                    cursor.fetchall()
        return Response(shapes[name])

    @get("/hello/{name:str}", sync_to_thread=False)
    def hello(name: str) -> dict[str, str]:
        return {"hello": name}

    return Litestar([answer, hello], openapi_config=None)


def _parsed(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return body.decode("utf-8", "replace")


if __name__ == "__main__":
    made = {"limit": limit, "framework": framework}[sys.argv[1]]()
    uvicorn.run(made, port=int(sys.argv[2]), log_level="error", access_log=False)
