"""The pages of a changing form: compared, published with a reason, previewed and tried; groups read what is new."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from grants.applications.models import Answer, Application
from grants.clock import utc_now
from grants.core.outbox import OutboxEntry
from grants.funds import queries
from grants.funds import services as funds
from grants.funds.models import QuestionKind, Round, RoundVersion
from tests.apps import sign_in
from tests.builders import a_draft, a_group, a_round, a_submitted_bid, actor_of, an_office, staff
from tests.pages import read_page
from tests.queries import counted
from tests.services.test_form_versions import with_words
from tests.services.test_funds_editing import with_question, without
from workflows.actors import Role
from workflows.round import RoundState as S

DAY = timedelta(days=1)


@pytest.fixture
def now():
    """These pages read the clock themselves."""
    return utc_now().replace(microsecond=0)


@pytest.fixture
def office(session):
    return an_office(session, "LLR")


@pytest.fixture
def manager(session, office):
    return staff(session, office, Role.MANAGER)


@pytest.fixture
def round_(session, office, now):
    return a_round(session, office, now=now)


@pytest.fixture
def group(session):
    return a_group(session)


@pytest.fixture
def draft(session, round_, group, now):
    return a_draft(session, round_, *group, answers={"P16": "By minibus and on foot."}, now=now)


def save_change(session, round_, manager, now, make):
    start = queries.editable(session, round_)
    seen = start.seen_version
    funds.save_definition(
        session, round_, make(start.definition), seen_version=seen, actor=actor_of(session, manager), now=now
    )
    session.commit()


def drop_and_add(definition):
    """One question away, one more, and another's words changed."""
    grown = with_question(without(definition, "P16"), "project", code="N1", label="What will you do if it rains?")
    return replace(with_words(grown, "P2", label="Say it in short."), max_ask_pence=500_000)


def url(round_):
    return f"/office/rounds/{round_.id}/form-change"


def publish(client, session, round_, reason="The rain question was missing."):
    seen = queries.editable(session, round_).seen_version
    session.rollback()
    return client.post(url(round_), data={"reason": reason, "seen_version": seen})


def test_staff_compare_and_see_who_is_affected_without_a_word_of_theirs(client, session, round_, draft, manager, now):
    sent = a_submitted_bid(session, round_, answers={"P16": "Nobody may read this."}, now=now)
    save_change(session, round_, manager, now, drop_and_add)
    sign_in(client, manager)
    page = read_page(client.get(url(round_)))
    for words in ("What will you do if it rains?", "Say it in short.", "£5,000", "1 draft and 1 sent application"):
        assert words in page.text
    cells = [each.text for each in page.elements if each.tag in {"th", "td"}]
    assert cells[cells.index(sent.reference) :][:3] == [sent.reference, sent.organisation_name, "P16, P2"]
    assert "P16: answered in 2 applications" in page.text
    assert "Nobody may read this." not in page.text
    assert "By minibus" not in page.text


def test_a_change_is_published_once_and_the_second_press_is_told(client, session, round_, manager, now):
    save_change(session, round_, manager, now, drop_and_add)
    sign_in(client, manager)
    silent = client.post(url(round_), data={"reason": "", "seen_version": 1})
    assert silent.status_code == 422
    assert "Write the reason" in read_page(silent, status=422).text
    answer = publish(client, session, round_)
    assert (answer.status_code, answer.location) == (303, url(round_))
    session.expire_all()
    assert (round_.form_version, round_.state) == (2, S.OPEN)
    assert "The rain question was missing." in read_page(client.get(url(round_))).text
    late = client.post(url(round_), data={"reason": "Again", "seen_version": 1})
    assert late.status_code == 409
    letters = session.scalars(sa.select(OutboxEntry.template).where(OutboxEntry.subject_type == "round")).all()
    assert letters.count("form-changed") == 1


def test_what_is_unsound_is_listed_with_links_and_not_published(client, session, round_, manager, now):
    save_change(session, round_, manager, now, lambda d: without(with_words(d, "P3", word_limit=0), "B1"))
    sign_in(client, manager)
    page = read_page(client.get(url(round_)))
    assert "Question P3 has a word limit of 0." in page.text
    assert "The form needs question B1" in page.text
    assert f'href="/office/rounds/{round_.id}/form/questions/P3#word_limit"' in page.html
    assert f'href="/office/rounds/{round_.id}/form/model-questions"' in page.html
    assert publish(client, session, round_).status_code == 409
    session.expire_all()
    assert round_.form_version == 1


def test_others_of_the_office_read_and_strangers_find_nothing(client, session, office, round_, group, manager, now):
    save_change(session, round_, manager, now, drop_and_add)
    officer, foreign = staff(session, office, Role.OFFICER), staff(session, an_office(session, "other"), Role.MANAGER)
    sign_in(client, officer)
    page = read_page(client.get(url(round_)))
    assert "Publish the change" not in page.text
    for path in (url(round_), f"{url(round_)}/discard"):
        assert client.post(path, data={"reason": "Why", "seen_version": 1}).status_code == 403
    for stranger in (foreign, group[1]):
        sign_in(client, stranger)
        assert client.get(url(round_)).status_code in {403, 404}
        assert client.get(f"/office/rounds/{round_.id}/preview").status_code in {403, 404}


def test_a_change_is_thrown_away(client, session, round_, manager, now):
    save_change(session, round_, manager, now, drop_and_add)
    sign_in(client, manager)
    assert client.post(f"{url(round_)}/discard", data={"seen_version": 1}).status_code == 303
    session.expire_all()
    assert not queries.editable(session, round_).is_working_copy
    assert "Nothing yet" in read_page(client.get(url(round_))).text


def test_the_group_reads_what_changed_until_it_says_so_and_keeps_what_it_wrote(
    client, session, round_, draft, manager, now
):
    save_change(session, round_, manager, now, drop_and_add)
    sign_in(client, manager)
    publish(client, session, round_)
    sign_in(client, draft.lead)
    path = f"/applications/{draft.id}"
    page = read_page(client.get(path))
    for words in ("The form has changed", "The rain question was missing.", "What will you do if it rains?"):
        assert words in page.text
    assert "By minibus and on foot." in page.text
    assert "What you wrote and is no longer asked" in page.text
    assert client.post(f"{path}/form-seen").status_code == 303
    after = read_page(client.get(path))
    assert "The form has changed" not in after.text
    assert "By minibus and on foot." in after.text


def test_a_sent_bid_may_be_left_or_taken_back(client, session, round_, group, manager, now):
    bid = a_submitted_bid(session, round_, *group, now=now)
    save_change(session, round_, manager, now, drop_and_add)
    sign_in(client, manager)
    publish(client, session, round_)
    sign_in(client, group[1])
    page = read_page(client.get(f"/applications/{bid.id}"))
    assert "The form has changed since you sent it" in page.text
    assert "counts as you sent it" in page.text
    session.expire_all()
    assert bid.state == "submitted"


def test_a_task_list_costs_no_more_while_the_form_is_the_first(client, session, draft):
    session.commit()
    sign_in(client, draft.lead)
    client.get(f"/applications/{draft.id}")
    with counted(session) as made:
        client.get(f"/applications/{draft.id}")
    assert not [each for each in made if "round_version" in str(each)]


def without_section(definition, code):
    """The definition without a section and what read its questions; its criteria are judged on the whole bid."""
    kept = (
        replace(s, questions=tuple(replace(q, criterion_code="") for q in s.questions))
        for s in definition.sections
        if s.code != code
    )
    return replace(definition, sections=tuple(kept), rules=definition.rules[:1])


@pytest.mark.parametrize("whole", [False, True], ids=["the question left", "its section left"])
def test_a_page_that_was_open_while_the_form_changed_loses_nothing(client, session, round_, draft, manager, now, whole):
    sections = queries.current_definition(session, round_).sections
    section = next(s.code for s in sections if "P16" in {q.code for q in s.questions})
    path = f"/applications/{draft.id}/sections/{section}"
    session.commit()
    sign_in(client, draft.lead)
    page = read_page(client.get(path))
    hidden = [e.attributes for e in page.elements if e.attributes.get("type") == "hidden"]
    fields = {each["name"]: each.get("value", "") for each in hidden if "name" in each}
    make = (lambda d: without_section(d, section)) if whole else drop_and_add
    save_change(session, round_, manager, now, make)
    sign_in(client, manager)
    published = publish(client, session, round_)
    assert published.status_code == 303, published.text
    sign_in(client, draft.lead)
    typed = {"P16": "We changed our mind: by boat.", "P14": "They asked for it.", "go": "later"}
    answer = client.post(path, data={**fields, **typed})
    assert (answer.status_code, answer.location) == (303, f"/applications/{draft.id}")
    session.expire_all()
    stored = session.scalars(sa.select(Answer.value).where(Answer.application_id == draft.id)).all()
    assert {typed["P16"], typed["P14"]} <= {each for each in stored if isinstance(each, str)}
    assert "by boat" in read_page(client.get(answer.location)).text
    if whole:
        assert client.get(path).location == f"/applications/{draft.id}"


PRESSED = {
    "something else is wrong": ({"P14": "word " * 500, "go": "continue"}, 422),
    "a row is added": ({"go": "add-line:B2"}, 200),
}


@pytest.mark.parametrize("whole", [False, True], ids=["the question left", "its section left"])
@pytest.mark.parametrize("pressed", PRESSED)
def test_a_page_that_is_shown_again_keeps_what_it_has_no_box_for(
    client, session, round_, draft, manager, now, pressed, whole
):
    section, typed = "reach", "We changed our mind: by boat."
    path = f"/applications/{draft.id}/sections/{section}"
    session.commit()
    sign_in(client, draft.lead)
    seen = read_page(client.get(path)).value("seen")
    make = (lambda d: without_section(d, section)) if whole else drop_and_add
    save_change(session, round_, manager, now, make)
    sign_in(client, manager)
    assert publish(client, session, round_).status_code == 303
    sign_in(client, draft.lead)
    more, status = PRESSED[pressed]
    answer = client.post(path, data={"seen": seen, "P16": typed, **more})
    assert answer.status_code == (303 if whole else status)
    if not whole:
        assert "is not asked any more. What you wrote there is kept." in read_page(answer, status).text
        assert read_page(answer, status).value("P14").strip() == more.get("P14", "").strip()
    assert typed in read_page(client.get(f"/applications/{draft.id}")).text


def test_what_came_too_late_is_shown_back_with_the_question_that_left(client, session, round_, draft, manager, now):
    path, typed = f"/applications/{draft.id}/sections/reach", "We changed our mind: by boat."
    session.commit()
    sign_in(client, draft.lead)
    seen = read_page(client.get(path)).value("seen")
    save_change(session, round_, manager, now, drop_and_add)
    sign_in(client, manager)
    assert publish(client, session, round_).status_code == 303
    sign_in(client, draft.lead)
    with time_machine.travel(round_.closes_at + timedelta(hours=1)):
        sign_in(client, draft.lead)
        answer = client.post(path, data={"seen": seen, "P16": typed, "go": "later"})
        assert typed in read_page(answer, 409).html


def test_the_preview_is_what_groups_get_and_saves_nothing(client, session, round_, manager, now):
    choice = {"kind": QuestionKind.RADIO, "options": (("a", "First way"), ("b", "Second way"))}
    save_change(session, round_, manager, now, lambda d: with_question(d, "project", code="N1", **choice))
    sign_in(client, manager)
    before = [session.scalar(sa.select(sa.func.count()).select_from(model)) for model in (Application, Answer, Round)]
    session.rollback()
    for number, section in enumerate(queries.editable(session, round_).definition.sections):
        page = read_page(client.get(f"/office/rounds/{round_.id}/preview/{section.code}"))
        assert "Preview: this is what a group sees" in page.text
        assert f"Section {number + 1} of" in page.text
    project = f"/office/rounds/{round_.id}/preview/project"
    assert "Second way" in read_page(client.get(project)).text
    wrong = client.post(project, data={"P1": "A name", "N1": "c"})
    assert wrong.status_code == 422
    assert "There is a problem" in read_page(wrong, status=422).text
    assert "A name" in wrong.text
    whole = read_page(client.get(f"/office/rounds/{round_.id}/preview"))
    assert "Preview of the change that is not published" in whole.text
    assert "Second way" in read_page(client.get(f"/office/rounds/{round_.id}/page-preview")).text
    session.rollback()
    after = [session.scalar(sa.select(sa.func.count()).select_from(model)) for model in (Application, Answer, Round)]
    assert (before, session.scalar(sa.select(sa.func.count(RoundVersion.id)))) == (after, 2)


def test_an_officer_tries_the_form_from_the_set_up_page(client, session, office, round_, now):
    officer = staff(session, office, Role.OFFICER)
    session.commit()
    sign_in(client, officer)
    answer = client.post(f"/office/rounds/{round_.id}/try")
    session.expire_all()
    trial = session.scalars(sa.select(Round).where(Round.is_trial)).one()
    assert (answer.status_code, answer.location) == (303, f"/rounds/{trial.id}")
    page = read_page(client.get(answer.location))
    assert "This is a test of the form." in page.text
    start = read_page(client.get(f"/rounds/{trial.id}/apply"))
    assert trial.title in start.text
    setup = read_page(client.get(f"/office/rounds/{round_.id}/setup"))
    assert f"Test {trial.code}" in setup.text
    assert client.post(f"/office/trials/{trial.id}/end", data={"seen_version": trial.version}).status_code == 303
    assert client.post(f"/office/trials/{round_.id}/end").status_code == 404
    session.expire_all()
    assert trial.state == S.CANCELLED
    sign_in(client, a_group(session)[1])
    assert client.get(f"/rounds/{trial.id}").status_code == 404
