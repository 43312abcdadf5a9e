"""A marker's sheet on the manager's pages: made, brought in, shown before it is saved, and locked by their word."""

import io

import pytest
import sqlalchemy as sa

from grants.assessment.models import Assignment, LockedMarks, Score
from tests import stages
from tests.pages import read_page
from tests.views.test_assessment_marking import desk_at
from workflows.assignment import AssignmentState

TWENTY = " ".join(["word"] * 20)


@pytest.fixture
def desk(app):
    return desk_at(app, stages.scoring)


def sent(client, path, lines):
    data = {"file": (io.BytesIO("\n".join(lines).encode()), "marks.csv")}
    return client.post(path, data=data, content_type="multipart/form-data")


def test_a_manager_brings_a_sheet_in_and_locks_by_the_markers_word(desk):
    client, path = desk.client("manager"), f"/office/rounds/{desk.round_id}/markers/{desk.ids['marker-1']}/sheet"
    assert path in read_page(client.get(f"/office/rounds/{desk.round_id}/markers")).links()
    read_page(client.get(path))
    for ending in ("marks.xlsx", "bids.pdf"):
        assert client.get(f"{path}/{ending}").status_code == 200
    lines = client.get(f"{path}/marks.csv").data.decode("utf-8-sig").splitlines()
    own = len(desk.criteria)
    first = [f"{line.rsplit(',', 3)[0]},3,{TWENTY},0" for line in lines[1 : own + 1]]
    bad = f"{lines[own + 1].rsplit(',', 3)[0]},77,Some words,0"
    short = f"{lines[own + 2].rsplit(',', 3)[0]},5,Too short,0"
    page = read_page(sent(client, path, [lines[0], *first, bad, short]))
    assert f"{own + 1} marks would be saved" in page.text and "The score goes from" in page.text
    assert "1 mark could be saved but not locked" in page.text and "Write at least 20 words" in page.text
    assert desk.read(sa.select(Score.id)) == []
    assert client.post(f"{path}/keep", data={"marks": page.value("marks")}).status_code == 303
    assert len(desk.read(sa.select(Score.id))) == own + 1

    page = read_page(client.get(f"{path}/lock"))
    assert "Not complete yet" in page.text
    typed = {"locks": page.value("locks"), "how": "Read out on the telephone."}
    page = read_page(client.post(f"{path}/lock", data=typed), 422)
    assert "Read out on the telephone." in page.text and desk.read(sa.select(LockedMarks.id)) == []
    future = {"confirmed_on-day": "1", "confirmed_on-month": "1", "confirmed_on-year": "2199"}
    page = read_page(client.post(f"{path}/lock", data=typed | future), 422)
    assert "must not be in the future" in page.text
    state = sa.select(Assignment.state).where(Assignment.person_id == desk.ids["marker-1"])
    assert (AssignmentState.LOCKED,) not in desk.read(state)
    day = desk.stage.now
    good = {"confirmed_on-day": day.day, "confirmed_on-month": day.month, "confirmed_on-year": day.year}
    assert client.post(f"{path}/lock", data=typed | good).status_code == 303
    assert desk.read(state).count((AssignmentState.LOCKED,)) == 1
    again = read_page(client.post(f"{path}/lock", data=typed | good), 422)
    assert "are locked already" in again.text and "Read out on the telephone." in again.text


def test_nobody_but_a_manager_comes_to_a_sheet_and_no_manager_to_their_own(desk):
    path = f"/office/rounds/{desk.round_id}/markers/{desk.ids['marker-1']}/sheet"
    for name in ("officer", "chair", "marker-1", "marker-2"):
        for ending in ("", "/lock", "/marks.xlsx", "/marks.csv", "/bids.pdf"):
            assert desk.client(name).get(f"{path}{ending}").status_code in {403, 404}
    for person in (desk.ids["manager"], desk.ids["chair"], 999_999):
        read_page(desk.client("manager").get(f"/office/rounds/{desk.round_id}/markers/{person}/sheet"), 404)
