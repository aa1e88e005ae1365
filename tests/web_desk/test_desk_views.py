"""What an officer follows and keeps, takes away as files, and how the days and loads stand."""

import csv
import html
import io
import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from auth.actor import Role
from dossiers import inbox, saved_filters, watching
from dossiers.models import Dossier
from portal.core.clock import local, now
from portal.core.db import act_as
from portal.web import desk_views
from tests import factories
from tests.core.test_spreadsheets import read
from tests.web_desk.conftest import Desk


def rows(text: str) -> list[str]:
    return re.findall(r"data-row>([^<]+)<", text)


class TestFollowing:
    def test_a_dossier_is_followed_until_it_is_not(self, desk: Desk) -> None:
        dossier = desk.accepted()
        desk.accepted()
        desk.open()

        on = desk.post(dossier.id, "theo-doi")
        text = desk.get("/can-bo?view=watched").text
        off = desk.post(dossier.id, "theo-doi")

        assert (on.status_code, off.status_code) == (303, 303)
        assert rows(text) == [dossier.number]
        assert "Đang theo dõi <span>1</span>" in text
        assert "Bạn chưa theo dõi hồ sơ nào." in desk.get("/can-bo?view=watched").text

    def test_what_one_may_not_see_is_neither_followed_nor_shown(self, desk: Desk) -> None:
        other = factories.agency(desk.session)
        made = factories.procedure(desk.session, other.id)
        foreign = factories.filed(desk.session, factories.citizen(desk.session), made, other.id)
        desk.accepted()
        desk.open()
        token = desk.fields(desk.get("/can-bo").text, "/can-bo/tim")

        answer = desk.send(f"/can-bo/ho-so/{foreign.id}/theo-doi", token)

        assert answer.status_code == 404
        assert rows(desk.get("/can-bo?view=watched").text) == []

    def test_it_is_filtered_as_the_other_lists_are(self, desk: Desk) -> None:
        dossier = desk.accepted()
        desk.open()
        desk.post(dossier.id, "theo-doi")

        for query, shown in (
            ("", [dossier.number]),
            ("&channel=counter", []),
            ("&channel=online", [dossier.number]),
            (f"&procedure={desk.procedure.code}", [dossier.number]),
            ("&procedure=9.000000", []),
            (f"&query={dossier.number}", [dossier.number]),
            ("&query=H00-260101", []),
            ("&query=nguyen anh", [dossier.number]),
            ("&query=tran binh", []),
        ):
            assert rows(desk.get(f"/can-bo?view=watched{query}").text) == shown, query

    def test_there_is_an_end_to_it(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(watching, "MOST", 1)
        first, second = desk.accepted(), desk.accepted()
        desk.open()
        desk.post(first.id, "theo-doi")
        desk.post(second.id, "theo-doi")

        assert "Bỏ theo dõi bớt rồi thêm." in desk.page(second.id)


class TestFilters:
    def kept(self, desk: Desk, at: str = "unit", **more: str) -> Any:
        text = desk.get(f"/can-bo?view={at}&channel=online").text
        return desk.send("/can-bo/bo-loc", desk.fields(text, "/can-bo/bo-loc") | {"name": "Việc mạng"} | more)

    def test_a_view_is_kept_under_a_name_and_deleted(self, desk: Desk) -> None:
        desk.accepted()
        desk.open()
        answer = self.kept(desk)
        text = desk.get("/can-bo").text
        found = re.search(r'name="bo" value="([^"]+)"', text)
        assert found is not None
        desk.send("/can-bo/bo-loc", desk.fields(text, "/can-bo/bo-loc") | {"bo": found[1]})

        assert answer.headers["location"] == "/can-bo?view=unit&channel=online"
        assert 'href="/can-bo?view=unit&amp;channel=online"' in text
        assert "Việc mạng" in text
        assert "Việc mạng" not in desk.get("/can-bo").text.replace("Đã xóa", "")

    def test_the_same_name_keeps_the_new_one(self, desk: Desk) -> None:
        desk.open()
        self.kept(desk)
        self.kept(desk, at="overdue")

        act_as(desk.session, desk.officer.id, desk.officer.agency_ids)
        (one,) = saved_filters.of(desk.session, desk.officer)
        assert (one.view, one.channel) == ("overdue", "online")

    @pytest.mark.parametrize("more", [{"name": " "}, {"view": "nothing"}, {"channel": "fax"}, {"bo": "x"}])
    def test_nonsense_is_told(self, desk: Desk, more: dict[str, str]) -> None:
        desk.open()

        assert self.kept(desk, **more).status_code == 303
        act_as(desk.session, desk.officer.id, desk.officer.agency_ids)
        assert saved_filters.of(desk.session, desk.officer) == []

    def test_others_keep_their_own(self, desk: Desk) -> None:
        colleague = factories.officer(desk.session, desk.agency.id)
        desk.open()
        self.kept(desk)

        act_as(desk.session, colleague.id, colleague.agency_ids)
        assert saved_filters.of(desk.session, colleague) == []


class TestExports:
    def test_a_view_leaves_as_a_workbook_and_as_csv(self, desk: Desk, session: Session) -> None:
        evil = factories.procedure(
            session, desk.agency.id, made_content=factories.simple(name="=1+1 thủ tục")
        )
        dossiers = [desk.accepted(), desk.accepted(evil)]
        desk.open()

        book = read(desk.client.get("/can-bo/xuat.xlsx?view=unit").content)
        answer = desk.client.get("/can-bo/xuat.csv?view=unit")
        lines = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))

        assert {book["A2"][1], book["A3"][1]} == {one.number for one in dossiers}
        assert {kind for kind, text in book.values() if "=1+1" in text} == {"inlineStr"}
        assert len(lines) == 3
        assert {line[2] for line in lines[1:]} == {"Nguyễn Thị Ánh"}
        assert not any(cell.startswith("=") for line in lines for cell in line)
        assert answer.headers["content-disposition"].startswith("attachment")

    def test_a_list_too_long_is_refused_and_not_cut(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(desk_views, "MOST", 2)
        for _ in range(3):
            desk.accepted()
        desk.open()

        answer = desk.client.get("/can-bo/xuat.csv?view=unit", headers={"accept": "application/json"})

        assert answer.status_code == 422
        assert "hơn 2 dòng" in answer.json()["detail"]

    def test_a_list_nobody_knows_is_not_there(self, desk: Desk) -> None:
        desk.open()

        assert desk.client.get("/can-bo/xuat.csv?view=nothing").status_code == 404

    def test_the_list_links_to_its_files_with_its_filters(self, desk: Desk) -> None:
        desk.accepted()
        desk.open()

        text = desk.get("/can-bo?view=unit&channel=online").text

        assert 'href="/can-bo/xuat.xlsx?view=unit&amp;channel=online"' in text


class TestDays:
    def test_each_day_tells_how_many_are_due(self, desk: Desk) -> None:
        dossier = desk.accepted()
        desk.accepted()
        desk.open()
        assert dossier.due_at is not None
        day = local(dossier.due_at).date()

        text = desk.get(f"/can-bo/lich-han?thang={day:%Y-%m}").text

        assert "<strong>2 hồ sơ</strong>" in text
        assert "2 hồ sơ đang chạy có hạn trong tháng" in text

    def test_a_day_leads_to_the_list_from_that_day_on(self, desk: Desk) -> None:
        dossier = desk.accepted()
        desk.open()
        assert dossier.due_at is not None
        assert dossier.number is not None
        due = local(dossier.due_at).date()
        text = desk.get(f"/can-bo/lich-han?thang={due:%Y-%m}").text
        (href,) = re.findall(r'href="(/can-bo\?view=unit&amp;after=[^"]+)"', text)

        assert dossier.number in desk.get(html.unescape(href)).text
        later = inbox.from_day(due + timedelta(days=1))
        assert dossier.number not in desk.get(f"/can-bo?view=unit&after={later}").text

    @pytest.mark.parametrize("month", ["2026-02", "2199-01", "1999-01", "x", "2026-13", ""])
    def test_any_month_renders(self, desk: Desk, month: str) -> None:
        desk.open()

        assert desk.get(f"/can-bo/lich-han?thang={month}").status_code == 200

    def test_tet_is_named(self, desk: Desk) -> None:
        desk.open()

        assert "Tết" in desk.get("/can-bo/lich-han?thang=2026-02").text


class TestLoads:
    def test_a_head_sees_what_each_holds(self, desk: Desk, session: Session) -> None:
        factories.officer(
            session, desk.agency.id, Role.HEAD, email="lanh-dao@example.vn", name="Trịnh Như Quỳnh"
        )
        late, held = desk.in_hand(), desk.in_hand()
        desk.accepted()
        session.execute(
            sa.update(Dossier).where(Dossier.id == late.id).values(due_at=now() - timedelta(days=1))  # type: ignore[arg-type]
        )
        desk.open()
        own = desk.get("/can-bo/khoi-luong").text
        factories.signed_in(desk.client, "lanh-dao@example.vn")

        text = desk.get("/can-bo/khoi-luong").text
        cells = re.findall(
            r'scope="row">([^<]+)</th>.*?<b>(\d+)</b>.*?data-l="Quá hạn">(?:<strong[^>]*>)?(\d+)', text
        )

        assert held.holder_id == desk.officer.id
        assert ("Lê Minh Tuấn", "2", "1") in cells
        assert ("Chưa ai giữ", "1", "0") in cells
        assert "Trang này dành cho lãnh đạo đơn vị." in own
        assert "Khối lượng việc</a>" not in own
