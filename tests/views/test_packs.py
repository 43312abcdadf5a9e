"""A marker's pack in the browser: saved, sent back, shown, confirmed; nobody else's, and nothing without a look."""

import io

import pytest
import sqlalchemy as sa

from grants.assessment.models import Score
from tests import stages
from tests.pages import read_page
from tests.views.test_assessment_marking import desk_at


@pytest.fixture
def desk(app):
    return desk_at(app, stages.scoring)


def sent(client, path, data, name="marks.csv"):
    return client.post(path, data={"file": (io.BytesIO(data), name)}, content_type="multipart/form-data")


def test_a_marker_sends_a_sheet_back_and_sees_it_before_it_is_saved(desk):
    client, path = desk.client("marker-1"), f"/office/marking/rounds/{desk.round_id}/pack"
    assert path in read_page(client.get("/office/marking")).links()
    read_page(client.get(path))
    for ending in ("marks.xlsx", "bids.pdf"):
        assert client.get(f"{path}/{ending}").status_code == 200
    lines = client.get(f"{path}/marks.csv").data.decode("utf-8-sig").splitlines()
    lines[1] = lines[1].rsplit(",", 3)[0] + ",3,Some words,0"
    lines[2] = lines[2].rsplit(",", 3)[0] + ",77,Some words,0"
    page = read_page(sent(client, path, "\n".join(lines).encode()))
    assert "1 mark would be saved" in page.text and "The score goes from" in page.text
    assert desk.read(sa.select(Score.id)) == []
    marks = {"marks": page.value("marks")}
    read_page(desk.client("marker-2").post(f"{path}/keep", data=marks), 404)
    assert client.post(f"{path}/keep", data=marks).status_code == 303
    assert desk.read(sa.select(Score.score, Score.justification)) == [(3, "Some words")]
    newer = page.value("marks").replace("Some words", "Other words")
    for wrong in (newer, "[[1]]", "[" * 5000, '[[1, "a", true, "", 0]]'):
        read_page(client.post(f"{path}/keep", data={"marks": wrong}), 409)
    assert "can&#39;t be read" in sent(client, path, b"PK\x03\x04", "marks.xlsx").data.decode()
    read_page(sent(client, path, b""), 422)


def test_only_a_marker_of_the_round_gets_a_pack(desk):
    for name in ("officer", "chair", "manager"):
        for ending in ("", "/marks.xlsx", "/marks.csv", "/bids.pdf"):
            read_page(desk.client(name).get(f"/office/marking/rounds/{desk.round_id}/pack{ending}"), 404)
