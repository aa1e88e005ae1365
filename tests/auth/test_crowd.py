"""More people at once than threads or connections: everybody is answered, nobody waits for ever."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import httpx

from portal.core import runtime
from portal.core.db import make_engine, make_sessions
from tests import factories
from tests.auth.conftest import storey
from tests.conftest import Database, alone

EMAIL = "anh.nguyen@example.vn"
THREADS = 2
PEOPLE = 60


def test_a_crowd_is_served_by_two_threads(database: Database) -> None:
    """Without turns, requests that hold a connection wait for a thread, and threads for a connection."""
    with database.app() as session:
        factories.account(session, email=EMAIL)
        session.commit()
    engine = make_engine(database.settings.database_url.get_secret_value(), threads=THREADS)
    runtime.sessions = make_sessions(engine)
    app = storey(database.settings.model_copy(update={"request_threads": THREADS}), runtime.sessions)

    async def crowd() -> tuple[set[int], float]:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
        way = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=way, base_url="https://testserver.local") as browser:
            given = {"email": EMAIL, "password": factories.PASSWORD}
            await browser.post("/api/v1/auth/login", json=given)
            start = time.perf_counter()
            answers = await asyncio.gather(*(browser.get("/api/v1/auth/sessions") for _ in range(PEOPLE)))
            return {answer.status_code for answer in answers}, time.perf_counter() - start

    statuses, seconds = alone(crowd())
    engine.dispose()

    assert statuses == {200}
    assert seconds < 20
