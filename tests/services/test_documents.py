"""Files of an organisation: kept, replaced, taken back, scanned, swept, and reminded of before they run out."""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from grants import duties
from grants.core.audit import AuditEntry
from grants.core.installed import install, settings_of
from grants.core.outbox import Message, OutboxEntry, Reminder
from grants.documents import queries, services
from grants.documents.models import Document
from grants.documents.scanner import ScannerDown, is_readable, scanner_at
from grants.documents.services import ScanRoom, keeping, scan_due
from grants.documents.storage import StorageDown, store_of
from tests.apps import NOW
from tests.builders import a_group, a_person, actor_of, an_office, staff
from tests.files import EICAR_PDF, PDF, Clamd, a_document, a_free_port, running, taken
from workflows.actors import NOBODY, SYSTEM, Role
from workflows.document import DocumentKind, DocumentState, why_shut
from workflows.errors import Invalid, NotAllowed, NotFound, Stale, TransitionRefused

KIND = DocumentKind.GOVERNING_DOCUMENT


@pytest.fixture
def clamd():
    with running(Clamd()) as server:
        yield server


@pytest.fixture
def group(session):
    return a_group(session)


def trail(session, document):
    entries = sa.select(AuditEntry).where(AuditEntry.subject_type == "document", AuditEntry.subject_id == document.id)
    return [entry.action for entry in session.scalars(entries.order_by(AuditEntry.id))]


def letters(session):
    return list(session.scalars(sa.select(OutboxEntry.template).order_by(OutboxEntry.id)))


def room(session, clamd, **more):
    return ScanRoom(store_of(session), scanner_at(clamd.url), **more)


def test_a_file_is_kept_with_its_hash_and_waits(session, group):
    organisation, lead = group
    kept = a_document(session, organisation, lead, name='our "rules", new.pdf', expires_on=date(2025, 1, 1))

    assert (kept.state, kept.file_name, kept.size_bytes) == (DocumentState.WAITING, 'our "rules", new.pdf', len(PDF))
    assert b"".join(store_of(session).read(kept.storage_key)) == PDF
    assert trail(session, kept) == ["upload"]
    assert letters(session) == []
    assert queries.list_for_organisation(session, actor_of(session, lead), organisation.id) == [kept]


def test_a_second_file_never_hides_the_first(session, group):
    organisation, lead = group
    first, second = (a_document(session, organisation, lead) for _ in range(2))

    assert queries.list_for_organisation(session, actor_of(session, lead), organisation.id) == [second, first]


def test_nobody_fills_the_store_by_turns(session, group, monkeypatch):
    organisation, lead = group
    actor = actor_of(session, lead)
    monkeypatch.setattr(keeping, "MOST_EVER", 2)
    for _ in range(2):
        services.remove_document(session, a_document(session, organisation, lead), actor=actor, now=NOW)
    with pytest.raises(Invalid) as refused:
        a_document(session, organisation, lead)
    assert refused.value.code == "too-many-files-ever"


def test_only_the_organisations_people_keep_list_and_open(session, group):
    organisation, lead = group
    kept = a_document(session, organisation, lead)
    office = an_office(session)
    others = [a_group(session)[1], staff(session, office, Role.OFFICER), staff(session, office, Role.ADMIN)]
    for actor in [NOBODY, *(actor_of(session, each) for each in others)]:
        assert queries.list_for_organisation(session, actor, organisation.id) == []
        with pytest.raises(NotFound):
            queries.get_document(session, actor, organisation.id, kept.id)
        with pytest.raises(NotAllowed):
            services.keep_for_organisation(session, organisation.id, taken(session), KIND, actor=actor, now=NOW)
        with pytest.raises(NotAllowed):
            services.remove_document(session, kept, actor=actor, now=NOW)
        with pytest.raises(NotAllowed):
            services.change_expiry(session, kept, date(2030, 1, 1), actor=actor, now=NOW)
    contributor = a_person(session, Role.CONTRIBUTOR, organisation=organisation)
    assert queries.get_document(session, actor_of(session, contributor), organisation.id, kept.id) is kept


def test_the_newer_file_takes_the_place_and_the_older_stays_on_record(session, group):
    organisation, lead = group
    actor = actor_of(session, lead)
    old = a_document(session, organisation, lead)
    new = services.keep_for_organisation(
        session, organisation.id, taken(session), KIND, replaces=old, seen_version=old.version, actor=actor, now=NOW
    )

    assert (old.state, new.replaces_id) == (DocumentState.REPLACED, old.id)
    assert trail(session, old) == ["upload", "replace"]
    assert queries.list_for_organisation(session, actor, organisation.id) == [new]
    with pytest.raises(TransitionRefused):
        services.keep_for_organisation(
            session, organisation.id, taken(session), KIND, replaces=old, actor=actor, now=NOW
        )


def test_another_groups_file_is_replaced_by_nobody(session, group):
    organisation, lead = group
    theirs = a_document(session, a_group(session)[0])
    with pytest.raises(Invalid):
        services.keep_for_organisation(
            session,
            organisation.id,
            taken(session),
            KIND,
            replaces=theirs,
            actor=actor_of(session, lead),
            now=NOW,
        )
    assert theirs.state is DocumentState.WAITING


def test_a_file_that_is_taken_back_keeps_its_row_and_one_that_was_sent_stays(session, group):
    organisation, lead = group
    actor = actor_of(session, lead)
    draft, sent = (a_document(session, organisation, lead) for _ in range(2))
    services.mark_sent(session, [sent.id], now=NOW)

    services.remove_document(session, draft, actor=actor, now=NOW)
    with pytest.raises(TransitionRefused) as refused:
        services.remove_document(session, sent, actor=actor, now=NOW)

    assert refused.value.code == "file-was-sent"
    assert (draft.state, sent.state) == (DocumentState.REMOVED, DocumentState.WAITING)
    assert trail(session, draft) == ["upload", "remove"]
    assert session.get(Document, draft.id) is draft


def test_the_second_of_two_people_is_told(session, group):
    organisation, lead = group
    kept = a_document(session, organisation, lead)
    with pytest.raises(Stale):
        services.remove_document(session, kept, seen_version=kept.version + 1, actor=actor_of(session, lead), now=NOW)


@pytest.mark.parametrize(
    ("state", "is_clean", "by", "code"),
    [
        (DocumentState.WAITING, False, 7, None),
        (DocumentState.WAITING, False, 8, "file-not-scanned"),
        (DocumentState.WAITING, False, None, "file-not-scanned"),
        (DocumentState.CLEAN, True, 8, None),
        (DocumentState.REPLACED, True, 8, None),
        (DocumentState.REPLACED, False, 8, "file-not-scanned"),
        (DocumentState.INFECTED, False, 7, "file-infected"),
        (DocumentState.REMOVED, True, 7, "file-removed"),
    ],
)
def test_before_the_scan_only_who_uploaded_it_opens_it(session, state, is_clean, by, code):
    person = actor_of(session, a_person(session))
    uploaded_by = person.person_id if by == 7 else by and person.person_id + 1
    refusal = why_shut(state, is_clean=is_clean, uploaded_by=uploaded_by, actor=person)
    assert (refusal and refusal.code) == code


def test_a_clean_file_is_found_clean_and_a_second_run_does_nothing(session, group, clamd):
    kept = a_document(session, *group)

    assert scan_due(session, room(session, clamd), now=NOW) == 1
    assert scan_due(session, room(session, clamd), now=NOW) == 0

    assert (kept.state, kept.is_clean, kept.scanned_at) == (DocumentState.CLEAN, True, NOW)
    assert clamd.seen == [PDF]
    assert trail(session, kept) == ["upload", "pass-scan"]
    assert letters(session) == []


def test_a_harmful_file_is_shut_away_and_its_people_are_told(session, group, clamd):
    organisation, lead = group
    other = a_person(session, Role.CONTRIBUTOR, organisation=organisation)
    kept = a_document(session, organisation, lead, content=EICAR_PDF)

    scan_due(session, room(session, clamd), now=NOW)

    assert (kept.state, kept.scan_found) == (DocumentState.INFECTED, "Eicar-Test-Signature")
    assert letters(session) == ["file-infected"]
    with pytest.raises(TransitionRefused):
        queries.require_open(kept, actor_of(session, lead))
    duties.expand_outbox(session, NOW)
    people = set(session.scalars(sa.select(Message.person_id).where(Message.template == "file-infected")))
    assert people == {lead.id, other.id}
    services.remove_document(session, kept, actor=actor_of(session, lead), now=NOW)
    assert kept.state is DocumentState.REMOVED


def test_a_replaced_file_is_scanned_too(session, group, clamd):
    organisation, lead = group
    old = a_document(session, organisation, lead)
    services.keep_for_organisation(
        session, organisation.id, taken(session), KIND, replaces=old, actor=actor_of(session, lead), now=NOW
    )
    assert scan_due(session, room(session, clamd), now=NOW) == 2
    assert (old.state, old.is_clean) == (DocumentState.REPLACED, True)


def test_while_the_scanner_is_away_the_file_waits_and_is_tried_again(session, group, clamd):
    kept = a_document(session, *group)
    away = ScanRoom(store_of(session), scanner_at(f"tcp://127.0.0.1:{a_free_port()}"))

    assert scan_due(session, away, now=NOW) == 0
    assert (kept.state, kept.scan_attempts) == (DocumentState.WAITING, 1)
    assert scan_due(session, room(session, clamd), now=NOW) == 0, "it was tried again at once"
    assert scan_due(session, room(session, clamd), now=NOW + timedelta(minutes=2)) == 1
    assert kept.state is DocumentState.CLEAN


@pytest.mark.parametrize("answer", ["INSTREAM size limit exceeded. ERROR", "UNKNOWN COMMAND", "stream: Access denied"])
def test_an_answer_that_is_no_answer_finds_nothing_clean(session, group, clamd, answer):
    kept = a_document(session, *group)
    clamd.answer = answer
    assert scan_due(session, room(session, clamd), now=NOW) == 0
    assert kept.state is DocumentState.WAITING


def test_a_scanner_that_hangs_up_is_asked_again(clamd):
    clamd.hangs_up = True
    with pytest.raises(ScannerDown):
        scanner_at(clamd.url)([PDF])


def test_a_killed_worker_loses_its_time_and_nothing_else(session, group, clamd):
    kept = a_document(session, *group)

    def killed(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scan_due(session, ScanRoom(store_of(session), killed), now=NOW)
    session.rollback()

    assert scan_due(session, room(session, clamd), now=NOW + timedelta(seconds=30)) == 0, "its lease had not run out"
    assert scan_due(session, room(session, clamd), now=NOW + timedelta(seconds=61)) == 1
    assert kept.state is DocumentState.CLEAN


def test_a_file_that_is_lost_keeps_nobody_waiting(session, group, clamd):
    lost, kept = (a_document(session, *group) for _ in range(2))
    store_of(session).delete([lost.storage_key])
    scan_due(session, room(session, clamd), now=NOW)
    assert (lost.state, kept.state) == (DocumentState.WAITING, DocumentState.CLEAN)


def test_a_file_taken_back_during_its_scan_stays_taken_back(session, group):
    organisation, lead = group
    kept = a_document(session, organisation, lead)

    def slow(_):
        services.remove_document(session, kept, actor=actor_of(session, lead), now=NOW)
        session.commit()
        return ""

    scan_due(session, ScanRoom(store_of(session), slow), now=NOW)
    assert (kept.state, kept.scanned_at) == (DocumentState.REMOVED, None)


def test_the_duty_scans_by_the_services_own_settings(app, session, group, clamd):
    from dataclasses import replace

    kept = a_document(session, *group)
    assert duties.scan_documents(session, NOW) == 0
    assert kept.state is DocumentState.WAITING
    before = settings_of(session)
    install(session.get_bind(), replace(before, clamd_url=clamd.url))
    try:
        assert duties.scan_documents(session, NOW) == 1
    finally:
        install(session.get_bind(), before)
    assert kept.state is DocumentState.CLEAN


@pytest.mark.parametrize(
    ("url", "good"),
    [("tcp://clamd:3310", True), ("unix:/run/clamd.ctl", True), ("tcp://clamd", False), ("http://x:1", False)],
)
def test_an_address_of_the_scanner_can_be_read_or_not(url, good):
    assert is_readable(url) is good


def put_orphan(session, room_name, age, now):
    store = store_of(session)
    key = f"{room_name}/zz/{room_name}-{age.total_seconds():.0f}-{os.urandom(4).hex()}"
    store.put(key, b"x")
    at = (now - age).timestamp()
    os.utime(store.root / key, (at, at))
    return key


def test_the_sweep_takes_orphans_older_than_a_day_and_only_those(session, group):
    store, now = store_of(session), datetime.now(tz=NOW.tzinfo)
    kept = a_document(session, *group)
    at = (now - timedelta(days=400)).timestamp()
    os.utime(store.root / kept.storage_key, (at, at))
    old, young = (put_orphan(session, "files", age, now) for age in (timedelta(hours=25), timedelta(hours=23)))
    session.commit()

    duties.sweep_files(session, now)

    left = {each.key for each in store.list_keys()}
    assert old not in left
    assert {young, kept.storage_key} <= left
    # Once a day is enough.
    again = put_orphan(session, "files", timedelta(days=3), now)
    duties.sweep_files(session, now + timedelta(hours=1))
    assert again in {each.key for each in store.list_keys()}
    duties.sweep_files(session, now + timedelta(hours=25))
    assert again not in {each.key for each in store.list_keys()}


def test_a_store_that_is_away_is_swept_another_time(session, monkeypatch):
    def away(*_):
        raise StorageDown("away")

    monkeypatch.setattr(duties, "sweep_orphans", away)
    assert duties.sweep_files(session, NOW) == 0


def reminded(session):
    said = sa.select(Message.detail).where(Message.template == "document-expiring").order_by(Message.id)
    return list(session.scalars(said))


def test_a_group_is_reminded_before_a_document_runs_out(session, group):
    organisation, lead = group
    ends = date(2024, 3, 31)
    kept = a_document(session, organisation, lead, expires_on=ends, now=NOW)
    a_document(session, organisation, lead)
    gone = a_document(session, organisation, lead, expires_on=ends, now=NOW)
    services.remove_document(session, gone, actor=actor_of(session, lead), now=NOW)

    told = []
    for day in range(100):
        at = datetime(2024, 1, 10, 10, tzinfo=NOW.tzinfo) + timedelta(days=day)
        while services.remind_expiring(session, at):
            pass
        told += [(at.date(), each["offset"]) for each in reminded(session)[len(told) :]]
    assert told == [
        (date(2024, 1, 31), "-60d"),
        (date(2024, 3, 1), "-30d"),
        (date(2024, 3, 24), "-7d"),
        (date(2024, 3, 31), "0d"),
    ]
    assert {row.subject_id for row in session.scalars(sa.select(Reminder))} == {kept.id}


def test_a_document_that_is_good_for_longer_is_reminded_of_anew(session, group):
    organisation, lead = group
    kept = a_document(session, organisation, lead, expires_on=date(2024, 1, 20), now=NOW - timedelta(days=90))
    assert services.remind_expiring(session, NOW) == 1
    services.change_expiry(session, kept, date(2024, 2, 20), actor=actor_of(session, lead), now=NOW)

    assert trail(session, kept) == ["upload", "change-expiry"]
    assert services.remind_expiring(session, NOW + timedelta(days=25)) == 1
    assert [each["offset"] for each in reminded(session)] == ["-30d", "-7d"] or len(reminded(session)) == 2


def test_nobody_is_reminded_by_an_officer_or_the_timer_of_others_files(session, group):
    with pytest.raises(NotAllowed):
        services.change_expiry(session, a_document(session, *group), None, actor=SYSTEM, now=NOW)
