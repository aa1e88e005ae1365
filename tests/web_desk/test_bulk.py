"""Many dossiers at once from the inbox, and the page that tells what became of each."""

import re
from uuid import UUID, uuid4

from sqlmodel import select

from dossiers import batches, processing
from dossiers.desk_models import Batch, BatchItem, BatchState, ItemState
from portal.core.db import act_as
from portal.core.errors import Conflict
from tests import factories
from tests.web_desk.conftest import Desk

HERE = "/can-bo/hang-loat"


def ticks(text: str) -> list[str]:
    return re.findall(r'name="chon" value="([^"]+)"', text)


def posted(desk: Desk, text: str, chosen: list[str], act: str = "receive") -> str:
    answer = desk.client.post(
        HERE, data=desk.fields(text, HERE) | {"chon": chosen, "act": act}, follow_redirects=False
    )
    assert answer.status_code == 303
    return str(answer.headers["location"])


def worked(desk: Desk, address: str) -> None:
    """What the worker does, in this test's own transaction."""
    batch_id = UUID(address.rpartition("/")[2])
    act_as(desk.session, desk.officer.id, desk.officer.agency_ids)
    items = desk.session.exec(select(BatchItem).where(BatchItem.batch_id == batch_id)).all()
    for item in items:
        try:
            with desk.session.begin_nested():
                processing.receive(desk.session, desk.officer, item.dossier_id, seq=item.seq)
            item.state = ItemState.DONE
        except Conflict as refused:
            item.state, item.code, item.problem = ItemState.REFUSED, "WrongState", refused.detail
        desk.session.add(item)
    batch = desk.session.get_one(Batch, batch_id)
    batch.state, batch.ended_at = BatchState.DONE, batch.made_at
    desk.session.add(batch)
    desk.session.commit()


def test_ticked_dossiers_are_done_and_each_result_is_told(desk: Desk) -> None:
    dossiers = [desk.filed() for _ in range(3)]
    desk.open()
    text = desk.get("/can-bo?view=to_receive").text

    chosen = ticks(text)
    address = posted(desk, text, chosen)
    waiting = desk.get(address).text
    processing.receive(desk.session, desk.officer, dossiers[1].id)
    worked(desk, address)
    done = desk.get(address).text

    assert {one.partition(":")[0] for one in chosen} == {str(one.id) for one in dossiers}
    assert "Đã làm 0 trên 3" in waiting
    assert 'hx-trigger="every 2s"' in waiting
    assert "Đã tiếp nhận 2 hồ sơ." in done
    assert "1 hồ sơ được giữ lại" in done
    assert "không làm bước này được" in done
    assert "hx-trigger" not in done
    assert done.index(str(dossiers[1].number)) < done.index(str(dossiers[0].number))


def test_each_view_offers_what_makes_sense_there(desk: Desk) -> None:
    desk.filed()
    desk.accepted()
    desk.in_hand()
    desk.open()

    def acts(view: str) -> list[str]:
        text = desk.get(f"/can-bo?view={view}").text
        return re.findall(r'name="act" value="([^"]+)"', text)

    assert acts("to_receive") == ["receive"]
    assert acts("unit") == ["start"]
    assert acts("mine") == ["release"]
    assert acts("all") == ["receive", "start", "release"]
    assert acts("settled") == []
    assert ticks(desk.get("/can-bo?view=waiting").text) == []


def test_a_form_sent_twice_begins_one_batch(desk: Desk) -> None:
    desk.filed()
    desk.open()
    text = desk.get("/can-bo?view=to_receive").text

    assert posted(desk, text, ticks(text)) == posted(desk, text, ticks(text))


def test_nothing_ticked_or_nonsense_comes_back_to_the_list(desk: Desk) -> None:
    desk.filed()
    desk.open()
    text = desk.get("/can-bo?view=to_receive").text

    for chosen in ([], ["x"], ["x:1"], [f"{uuid4()}:x"], [f"{uuid4()}:{'9' * 30}"]):
        assert posted(desk, text, chosen) == "/can-bo?view=to_receive"
        assert "Chọn ít nhất một hồ sơ." in desk.get("/can-bo?view=to_receive").text
    assert posted(desk, text, ticks(text), act="approve") == "/can-bo?view=to_receive"
    assert desk.get(HERE).headers["location"] == "/can-bo"


def test_a_longer_page_holds_more(desk: Desk) -> None:
    for _ in range(27):
        desk.filed()
    desk.open()

    assert len(ticks(desk.get("/can-bo?view=to_receive").text)) == 25
    text = desk.get("/can-bo?view=to_receive&dong=100").text
    assert len(ticks(text)) == 27
    assert "dong=100" in text[text.index('aria-label="Cách xem"') :]
    assert len(ticks(desk.get("/can-bo?view=to_receive&dong=9").text)) == 25


def test_others_batches_are_nobodys_business(desk: Desk) -> None:
    colleague = factories.officer(desk.session, desk.agency.id)
    desk.open()
    act_as(desk.session, colleague.id, colleague.agency_ids)
    theirs = batches.begin(desk.session, colleague, "receive", [batches.Chosen(uuid4(), 1)])
    desk.session.commit()

    assert desk.get(f"{HERE}/{theirs}").status_code == 404


def test_the_api_takes_a_batch_and_tells_how_far_it_is(desk: Desk) -> None:
    dossier = desk.filed()
    desk.open()
    token = re.search(r'name="csrf" value="([^"]+)"', desk.get("/can-bo").text)
    assert token is not None
    headers = {"x-csrf-token": token[1], "idempotency-key": "mot-dot"}
    body = {"act": "receive", "items": [{"id": str(dossier.id), "seq": dossier.seq}]}

    begun = desk.client.post("/api/v1/desk/batch", json=body, headers=headers)
    found = desk.client.get(f"/api/v1/desk/batch/{begun.json()['id']}")
    wrong = desk.client.post(
        "/api/v1/desk/batch", json=body | {"act": "approve"}, headers=headers | {"idempotency-key": "b"}
    )
    empty = desk.client.post("/api/v1/desk/batch", json=body | {"items": []}, headers=headers)

    assert begun.status_code == 202
    assert found.json() == begun.json()
    assert found.json()["items"][0]["reference"] == dossier.reference
    assert (wrong.status_code, empty.status_code) == (422, 400)
