"""The route table of the application with the settings the running portal has; printed when run."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What lies below these answers programs, never with a page.
FOR_PROGRAMS = ("/api/", "/open-data/", "/health/", "/metrics", "/schema", "/tinh", "/.well-known/")
NO_PAGE = {"PATCH", "OPTIONS", "HEAD"}  # the script of the form saves with PATCH


def table(environment: dict[str, str]) -> set[str]:
    """ "METHOD /path" of everything the application answers."""
    said = subprocess.run(
        [sys.executable, "-m", "tests.pages.routes"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=True,
        text=True,
    )
    return set(json.loads(said.stdout.splitlines()[-1]))


def pages(listed: set[str]) -> set[str]:
    """The routes that answer people: all that are not for programs."""
    found = set()
    for route in listed:
        method, path = route.split(" ")
        if method not in NO_PAGE and not path.startswith(FOR_PROGRAMS):
            found.add(route)
    return found


def main() -> None:
    """Print the table."""
    from portal.app import create
    from tests.authorisation.test_matrix import routes_of

    print(json.dumps(sorted(routes_of(create()))))


if __name__ == "__main__":
    main()
