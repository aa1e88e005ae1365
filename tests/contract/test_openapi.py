"""The API's contract is a file in the repository; changing it is a decision one sees in review."""

import json
from pathlib import Path

SNAPSHOT = Path(__file__).resolve().parent / "openapi.json"


def document(client):
    answer = client.get("/schema/openapi.json")
    assert answer.status_code == 200
    return answer.json()


def test_the_contract_is_the_committed_one(client):
    generated = json.dumps(document(client), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if not SNAPSHOT.exists():
        SNAPSHOT.write_text(generated, "utf-8")

    assert generated == SNAPSHOT.read_text("utf-8"), (
        "the API changed: if that is meant, delete tests/contract/openapi.json, "
        "run this test and commit the new file"
    )


def test_every_operation_is_described(client):
    silent = [
        f"{method} {path}"
        for path, item in document(client)["paths"].items()
        for method, operation in item.items()
        if method in ("get", "post", "put", "patch", "delete") and not operation.get("description")
    ]

    assert silent == []
