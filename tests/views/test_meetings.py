"""The meeting's pages: what each screen shows and asks for, what stays shut by URL, and what was typed on a refusal."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from grants.accounts.models import Person
from grants.extensions import db
from grants.meetings import queries
from grants.meetings.models import Meeting
from tests.meetings import come, meeting_stage
from tests.pages import Page, read_page
from tests.queries import counted
from tests.views.test_assessment_marking import Desk


@pytest.fixture
def desk(app):
    with app.app_context():
        stage = meeting_stage(db.session)
        come(stage, "chair-2")
        db.session.commit()
        made = Desk(app, stage)
        made.panel = stage.panel.id
        made.base = f"/office/panels/{made.panel}/meeting"
        made.names = {name: person.name for name, person in stage.people.items()}
        made.facts = [(bid.reference, bid.organisation_name, bid.project_title or "") for bid in stage.bids]
        return made


def ask(client, desk, kind="room", etag=""):
    headers = {"Accept": "application/json"} | ({"If-None-Match": etag} if etag else {})
    return client.get(f"{desk.base}/now?as={kind}", headers=headers)


def take_up(desk, place, name="chair"):
    answer = desk.client(name).post(f"{desk.base}/items/{desk.bids[place]}/open")
    assert answer.status_code == 303, answer.text
    return answer.location


def boxes(client, path):
    """The item's form as a browser would send it."""
    page = read_page(client.get(path))
    fields = {each.attributes["name"]: each.text for each in page.all("textarea")}
    fields |= {each.attributes["name"]: "" for each in page.all("select")}
    return fields | {
        each.attributes["name"]: each.attributes.get("value", "")
        for each in page.all("input")
        if each.attributes["name"] in {"seen", "seen_version"}
    }


def test_every_screen_follows_the_item_and_asks_cheaply(desk):
    chair, officer = desk.client("chair"), desk.client("officer")
    page = read_page(officer.get(desk.base))
    assert "Nothing is on the table" in page.text
    etag = ask(officer, desk).headers["ETag"]
    with desk.app.app_context(), counted(db.session) as statements:
        assert ask(officer, desk, etag=etag).status_code == 304
    assert len([each for each in statements if each.startswith("SELECT")]) == 2, statements
    path = take_up(desk, 1)
    answer = ask(officer, desk, etag=etag)
    assert answer.status_code == 200 and answer.headers["ETag"] != etag
    assert desk.facts[1][0] in answer.json["html"] and "Discussing" in answer.json["html"]
    assert answer.json["say"].startswith(f"On the table: {desk.facts[1][1]}")
    # The markers' scores are on the screens only when the chair says so.
    assert "Marker 1" not in ask(officer, desk, "screen").json["html"]
    assert chair.post(f"{desk.base}/marks", data={"show": "yes"}).status_code == 303
    assert "Marker 1" in ask(officer, desk, "screen").json["html"]
    for kind, place in (("screen", "/screen"), ("desk", "/desk"), ("room", "")):
        page = read_page(chair.get(desk.base + place))
        assert desk.facts[1][0] in page.text, kind
    read_page(chair.get(path))
    assert ask(officer, desk, "everything").status_code == 404
    assert chair.post(f"{desk.base}/clear").status_code == 303
    assert "Nothing is on the table" in ask(officer, desk).json["html"]


def test_a_member_with_an_interest_gets_nothing_of_it_from_any_address(desk):
    take_up(desk, 0)
    client, gone = desk.client("member"), desk.client("officer")
    texts = [read_page(client.get(desk.base + place)).html for place in ("", "/screen")]
    texts += [ask(client, desk, kind).text for kind in ("room", "screen", "desk", "strip")]
    texts += [read_page(client.get(f"/office/panels/{desk.panel}/minutes/1")).html]
    texts += [client.get(f"/office/panels/{desk.panel}/minutes/1/file/html").text]
    for text in texts:
        for fact in filter(None, desk.facts[0]):
            assert fact not in text
    assert "You have left the room for this item" in texts[0] and "£" not in Page(texts[0]).text
    assert client.get(f"{desk.base}/items/{desk.bids[0]}").status_code == 404
    # The room is told who has left.
    assert (
        f"Left the room for this item:</strong> <span>{desk.names['member']}</span>"
        in ask(gone, desk, "screen").json["html"]
    )
    # Called back in, they see the next item.
    take_up(desk, 1)
    assert desk.facts[1][0] in ask(client, desk).json["html"]


def test_who_is_in_the_room_is_said_by_themselves_or_by_who_minutes_it(desk):
    member = desk.client("member-2")
    mine = {"person": desk.ids["member-2"], "go": "out", "back": "room"}
    answer = member.post(f"{desk.base}/presence", data=mine)
    assert (answer.status_code, answer.location) == (303, desk.base)
    assert member.post(f"{desk.base}/presence", data=mine | {"person": desk.ids["officer"]}).status_code == 403
    chair = desk.client("chair")
    for name in ("officer", "chair-2"):
        assert chair.post(f"{desk.base}/presence", data={"person": desk.ids[name], "go": "out"}).status_code == 303
    page = read_page(chair.get(f"{desk.base}/desk"))
    assert "No quorum" in page.text and "Nothing can be agreed" in page.text
    path = take_up(desk, 1)
    page = read_page(chair.post(path, data=boxes(chair, path) | {"do": "agree", "notes": "We talked."}), 409)
    assert "not quorate" in page.text and "We talked." in page.text


def test_words_are_kept_as_typed_and_two_writers_see_each_other(desk):
    chair, second = desk.client("chair"), desk.client("chair-2")
    path = take_up(desk, 1)
    before = ask(chair, desk, "room").headers["ETag"]
    script = {"Accept": "application/json"}
    first = chair.post(path, data={"only": "notes", "seen": "notes:", "notes": "Cost is"}, headers=script).json
    assert first["saved"] and first["conflicts"] == [] and first["fingerprints"]["notes"]
    long = chair.post(path, data={"only": "notes", "seen": "", "notes": "x" * 10_001}, headers=script).json
    assert "10,000" in long["refused"][0]["sentence"] and long["fingerprints"] == {}
    # The chair's laptop dies here; what was typed is on the other chair's page, with the same mark.
    page = read_page(second.get(path))
    assert page.one("textarea", name="notes").text == "Cost is"
    assert first["fingerprints"]["notes"] in page.one("input", name="seen").attributes["value"]
    seen = f"notes:{first['fingerprints']['notes']}"
    after = second.post(path, data={"only": "notes", "seen": seen, "notes": "Cost is high"}, headers=script).json
    assert after["conflicts"] == []
    # The other sees by whom and when, without asking for the page again; the room's own pages have no news.
    assert f"Last written for it by {desk.names['chair-2']}" in ask(chair, desk, "strip").json["html"]
    assert ask(chair, desk, "room", before).status_code == 304
    # The laptop comes back with what it had not sent.
    clash = chair.post(path, data={"only": "notes", "seen": seen, "notes": "Cost is fine"}, headers=script).json
    assert clash["conflicts"][0]["theirs"] == "Cost is high"
    assert clash["conflicts"][0]["who"] == desk.names["chair-2"]
    # Without the script: a page with both texts, and nothing overwritten.
    old = boxes(second, path) | {"seen": seen, "notes": "Cost is fine", "conditions": "A policy", "do": "save"}
    page = read_page(chair.post(path, data=old), 409)
    assert "Cost is high" in page.text and page.one("textarea", name="notes").text == "Cost is fine"
    # What was not disputed is kept; and sent again, knowing both, it is put in its place.
    again = old | {"seen": page.one("input", name="seen").attributes["value"]}
    assert chair.post(path, data=again).status_code == 303
    page = read_page(second.get(path))
    assert page.one("textarea", name="notes").text == "Cost is fine"
    assert page.one("textarea", name="conditions").text == "A policy"
    assert "Cost is high" in page.text


def test_a_session_that_dies_in_the_middle_of_a_sentence_costs_no_word_and_no_other_text(desk):
    chair, second = desk.app.test_client(), desk.client("chair-2")
    with desk.app.app_context():
        db.session.get(Person, desk.ids["chair"]).sample_key = "chair"
        db.session.commit()
    path = take_up(desk, 1)
    chair.post("/sample/sign-in", data={"person": "chair"})
    mine = boxes(chair, path) | {"notes": "Half a sentence", "do": "save"}
    with desk.app.app_context():
        db.session.get(Person, desk.ids["chair"]).session_epoch += 1
        db.session.commit()
    lost = chair.post(path, data=mine)
    assert lost.status_code == 303 and lost.location.startswith("/sign-in")
    kept = chair.post(path, data={"only": "notes", "notes": "x"}, headers={"Accept": "application/json"})
    assert kept.status_code == 401 and kept.json["sign_in"]
    chair.post("/sample/sign-in", data={"person": "chair"})
    # Meanwhile the other chair went on in the same box.
    assert second.post(path, data=boxes(second, path) | {"notes": "Theirs", "do": "save"}).status_code == 303
    page = read_page(chair.get(path))
    assert page.one("textarea", name="notes").text == "Half a sentence"
    again = {each.attributes["name"]: each.text for each in page.all("textarea")} | {"do": "save"}
    again |= {name: page.one("input", name=name).attributes["value"] for name in ("seen", "seen_version")}
    again |= {each.attributes["name"]: "" for each in page.all("select")}
    page = read_page(chair.post(path, data=again), 409)
    assert "Theirs" in page.text and page.one("textarea", name="notes").text == "Half a sentence"
    assert read_page(second.get(path)).one("textarea", name="notes").text == "Theirs"


def test_the_second_of_two_chairs_who_agree_at_once_keeps_every_word(desk):
    chair, second = desk.client("chair"), desk.client("chair-2")
    path = take_up(desk, 1)
    form, other = boxes(chair, path), boxes(second, path)
    reason = next(name for name in form if name.startswith("reason_"))
    assert chair.post(path, data=form | {"do": "agree"}).status_code == 303
    page = read_page(second.post(path, data=other | {"do": "agree", reason: "Less clear than they say."}), 409)
    assert page.one("textarea", name=reason).text == "Less clear than they say."
    assert "Somebody else agreed or changed this bid" in page.text
    assert desk.read(sa.text("SELECT count(*) FROM meeting_words")) == [(0,)]
    # A score outside the markers' own without a reason: asked for beside its box, with everything kept.
    score = reason.replace("reason", "agreed")
    page = read_page(second.post(path, data=boxes(second, path) | {"do": "agree", score: "1"}), 422)
    assert "Write the reason: this score is outside" in page.text
    assert page.one("option", value="1", selected="").text == "1"


def test_the_rest_is_agreed_together_and_the_line_is_shown_before_it_moves(desk):
    chair = desk.client("chair")
    page = read_page(chair.get(f"{desk.base}/together"))
    seen = page.one("input", name="seen_version").attributes["value"]
    listed = [each.attributes["value"] for each in page.all("input", name="bids")]
    assert listed
    assert "Choose at least one bid." in read_page(chair.post(f"{desk.base}/together", data={}), 422).text
    both = {"bids": listed, "seen_version": seen}
    assert chair.post(f"{desk.base}/together", data=both | {"seen_version": "1"}).status_code == 409
    assert chair.post(f"{desk.base}/together", data=both).status_code == 303
    for place in range(3):
        if str(desk.bids[place]) not in listed:
            path = take_up(desk, place)
            assert chair.post(path, data=boxes(chair, path) | {"do": "agree"}).status_code == 303
    fields = {"line": "30", "reason": "The pot allows it."}
    page = read_page(chair.post(f"{desk.base}/line", data=fields | {"do": "show"}))
    assert "would reach the line" in page.text and desk.facts[2][0] in page.text
    seen = page.one("input", name="seen_version").attributes["value"]
    move = fields | {"do": "move", "seen_version": seen}
    assert chair.post(f"{desk.base}/line", data=move).status_code == 303
    assert read_page(chair.post(f"{desk.base}/line", data=move), 409)
    minutes = read_page(desk.client("officer").get(f"/office/panels/{desk.panel}/minutes/1"))
    assert "now reaches the line" in minutes.text and "The pot allows it." in minutes.text


def test_minutes_are_corrected_signed_and_handed_out(desk):
    chair, officer = desk.client("chair"), desk.client("officer")
    for place in range(3):
        path = take_up(desk, place)
        assert chair.post(path, data=boxes(chair, path) | {"do": "agree"}).status_code == 303
    panel = f"/office/panels/{desk.panel}"
    assert chair.post(f"{panel}/draw", data={}).status_code == 303
    assert chair.post(f"{panel}/close", data={}).status_code == 303
    base = f"{panel}/minutes/1"
    page = read_page(officer.get(base))
    path = next(link for link in page.links() if "/sections/" in link)
    form = read_page(officer.get(path))
    version = form.one("input", name="seen_version").attributes["value"]
    assert read_page(officer.post(path, data={"text": " "}), 422)
    mine = {"text": "It began at ten.", "seen_version": version}
    assert officer.post(path, data=mine).status_code == 303
    page = read_page(chair.post(path, data=mine | {"text": "It began at nine."}), 409)
    assert "It began at ten." in page.text and page.one("textarea", name="text").text == "It began at nine."
    page = read_page(chair.get(base))
    assert "It began at ten." in page.text and f"Corrected by {desk.names['officer']}" in page.text
    assert desk.client("member").post(f"{base}/sign").status_code == 403
    assert chair.post(f"{base}/sign", data={}).status_code == 303
    assert officer.post(path, data=mine | {"text": "Too late."}).status_code == 409
    assert read_page(officer.post(f"{base}/notes", data={"text": ""}), 422)
    assert officer.post(f"{base}/notes", data={"text": "It was half past nine."}).status_code == 303
    assert "It was half past nine." in read_page(officer.get(base)).text
    for kind, begins in (("pdf", b"%PDF"), ("docx", b"PK"), ("html", b"<!doctype html>")):
        answer = officer.get(f"{base}/file/{kind}")
        assert answer.status_code == 200 and answer.data.startswith(begins)
        assert "attachment" in answer.headers["Content-Disposition"]
    assert officer.get(f"{base}/file/exe").status_code == 404
    assert officer.get(f"{panel}/minutes/2").status_code == 404
    # From the panel's page to the minutes of each of its sittings.
    assert "The meeting and its minutes" in read_page(officer.get(panel)).text
    assert chair.post(f"{panel}/reopen", data={"reason": "A figure was wrong."}).status_code == 303
    links = read_page(officer.get(f"{panel}/meeting")).links()
    assert {f"{panel}/minutes/{number}" for number in (1, 2)} <= set(links)


def test_a_page_that_asks_while_the_database_is_away_recovers(desk, monkeypatch):
    client = desk.client("officer")
    etag = ask(client, desk).headers["ETag"]
    take_up(desk, 1)

    def away(*_, **__):
        raise OperationalError("SELECT", {}, Exception("away"))

    with monkeypatch.context() as patched:
        patched.setattr(sa.orm.Session, "execute", away)
        answer = ask(client, desk, etag=etag)
        assert answer.status_code == 503 and answer.json["sentence"]
    assert desk.facts[1][0] in ask(client, desk, etag=etag).json["html"]


def test_nothing_of_a_meeting_is_there_before_and_after_it(desk):
    with desk.app.app_context():
        meeting = queries.find_meeting(db.session, desk.panel)
        meeting.ended_at = meeting.began_at
        db.session.commit()
    chair = desk.client("chair")
    assert "not in session" in read_page(chair.get(desk.base)).text
    assert chair.post(f"{desk.base}/items/{desk.bids[1]}/open").status_code == 409
    assert chair.post(f"{desk.base}/chair").status_code == 409
    # One that was open before this part was there begins with a button.
    with desk.app.app_context():
        db.session.execute(sa.text("DELETE FROM attendance"))
        db.session.execute(sa.text("DELETE FROM chair_turn"))
        db.session.execute(sa.delete(Meeting))
        db.session.commit()
    assert "Begin the meeting" in read_page(chair.get(f"{desk.base}/desk")).text
    assert read_page(chair.get(f"{desk.base}/screen"))
    assert chair.post(f"{desk.base}/start").status_code == 303
    assert "Quorum" in read_page(chair.get(f"{desk.base}/desk")).text
