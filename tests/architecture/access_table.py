"""Who may use which route, said a second time and by hand: a slip in a view's `@allows` has to be made here too.

Every route has its row. ARGUMENTS says how to name a real thing in an address, so that strangers can be sent there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from grants.applications.models import AnswerVersion
from grants.assessment.models import Assignment
from grants.core.outbox import Message
from grants.documents.models import Document, Upload
from grants.documents.services import begin_upload
from grants.endorsements.models import Endorsement
from grants.funds.models import SupportEvent
from grants.meetings.models import MinutesSection
from grants.reviews.models import Review
from tests.files import a_document
from tests.services.test_representatives import a_record
from tests.stages import Stage, a_review

PUBLIC = frozenset({"public"})
SIGNED_IN = frozenset({"signed-in"})
LEAD = frozenset({"lead"})
WRITERS = LEAD | {"contributor"}
SIGNATORY = frozenset({"signatory"})
GROUP = WRITERS | SIGNATORY
OFFICER = frozenset({"officer"})
MANAGER = frozenset({"manager"})
HANDLERS = OFFICER | MANAGER
MARKER = frozenset({"marker"})
CHAIR = frozenset({"chair"})
PANEL = HANDLERS | CHAIR | {"panel_member"}
DECIDER = frozenset({"decision_maker"})
CHIEF = frozenset({"chief_executive"})
ROUND_READERS = HANDLERS | CHAIR | DECIDER | CHIEF
READERS = ROUND_READERS | {"finance"}
KEEPERS = MANAGER | {"admin"}
REP = frozenset({"community_rep"})
STAFF = READERS | KEEPERS | MARKER | PANEL | REP

# A group's public facts and published grants are shown to any office; its bids are tested with the page.
SHOWN_TO_EVERY_OFFICE = frozenset({"reporting.organisation"})

TABLE: dict[str, frozenset[str]] = {
    # accounts: coming in
    "accounts.sign_in": PUBLIC,
    "accounts.ask_for_link": PUBLIC,
    "accounts.link_sent": PUBLIC,
    "accounts.show_link": PUBLIC,
    "accounts.press_link": PUBLIC,
    "accounts.set_up_code": PUBLIC,
    "accounts.enter_code": PUBLIC,
    "accounts.check_code": PUBLIC,
    "accounts.sign_out": PUBLIC,
    "accounts.sign_up": PUBLIC,
    "accounts.ask_to_join": PUBLIC,
    "accounts.sign_up_sent": PUBLIC,
    "accounts.show_sign_up_link": PUBLIC,
    "accounts.press_sign_up_link": PUBLIC,
    "accounts.privacy": PUBLIC,
    "accounts.accessibility": PUBLIC,
    "accounts.sample": PUBLIC,
    "accounts.sample_sign_in": PUBLIC,
    "accounts.mailbox": PUBLIC,
    "accounts.mailbox_attachment": PUBLIC,
    # accounts: people
    "accounts.people": KEEPERS,
    "accounts.office_settings": KEEPERS,
    "accounts.invite": KEEPERS,
    "accounts.send_invitation": KEEPERS,
    "accounts.person": KEEPERS,
    "accounts.roles": KEEPERS,
    "accounts.change_roles": KEEPERS,
    "accounts.ask_reason": KEEPERS,
    "accounts.make_change": KEEPERS,
    "accounts.groups": GROUP,
    "accounts.new_group": SIGNED_IN,
    "accounts.add_group": SIGNED_IN,
    "accounts.invite_colleague": LEAD,
    "accounts.send_group_invitation": LEAD,
    "accounts.join_request": LEAD | SIGNATORY,
    "accounts.answer_join_request": LEAD | SIGNATORY,
    "accounts.office_requests": HANDLERS,
    "accounts.office_request": HANDLERS,
    "accounts.merge": LEAD,
    "accounts.answer_merge": LEAD,
    "applications.duplicates": HANDLERS,
    "applications.compare": HANDLERS,
    "applications.propose_merge": HANDLERS,
    "applications.merge": HANDLERS,
    "applications.drop_merge": HANDLERS,
    "applications.undo_merge": HANDLERS,
    "reporting.organisations": ROUND_READERS,
    "reporting.organisation": ROUND_READERS,
    "reporting.group_history": GROUP,
    "applications.details": GROUP,
    "applications.details_part": LEAD | SIGNATORY,
    "applications.save_details": LEAD | SIGNATORY,
    "applications.details_changes": GROUP,
    "applications.keep_details": LEAD | SIGNATORY,
    "applications.save_kept_details": LEAD | SIGNATORY,
    "applications.copy_from": WRITERS,
    "applications.copy": WRITERS,
    "applications.copy_ticked": WRITERS,
    "accounts.leave": LEAD,
    "accounts.end_part": LEAD,
    # funds
    "funds.home": PUBLIC,
    "funds.public_rounds": PUBLIC,
    "funds.public_round": PUBLIC,
    "funds.feed": PUBLIC,
    "funds.calendar": PUBLIC,
    "funds.round_calendar": PUBLIC,
    "funds.list_rounds": ROUND_READERS,
    "funds.setup": ROUND_READERS,
    "applications.form_change": ROUND_READERS,
    "applications.publish_form_change": MANAGER,
    "applications.discard_form_change": MANAGER,
    "applications.form_seen": GROUP,
    "funds.round_file": ROUND_READERS,
    "funds.try_form": HANDLERS,
    "funds.end_trial": HANDLERS,
    "applications.preview": ROUND_READERS,
    "applications.preview_section": ROUND_READERS,
    "applications.check_preview": ROUND_READERS,
    "funds.preview_round": ROUND_READERS,
    "funds.list_funds": ROUND_READERS,
    "funds.fund_page": ROUND_READERS,
    "funds.new_fund": MANAGER,
    "funds.edit_fund": MANAGER,
    "funds.fund_money": MANAGER,
    "funds.new_round": MANAGER,
    "funds.start_round": MANAGER,
    "funds.edit": MANAGER,
    "applications.drafts": HANDLERS,
    "applications.enter": HANDLERS,
    "applications.begin_for_group": HANDLERS,
    "applications.more_time": MANAGER,
    "applications.late_time": HANDLERS,
    "applications.settle_late_time": MANAGER,
    "funds.structure": ROUND_READERS,
    "funds.new_section": MANAGER,
    "funds.edit_section": MANAGER,
    "funds.new_question": MANAGER,
    "funds.add_question": MANAGER,
    "funds.edit_question": MANAGER,
    "funds.edit_kind": MANAGER,
    "funds.edit_condition": MANAGER,
    "funds.ask_always": MANAGER,
    "funds.press": MANAGER,
    "funds.ask_remove_question": MANAGER,
    "funds.ask_remove_section": MANAGER,
    "funds.model_questions": MANAGER,
    "funds.criteria": ROUND_READERS,
    "funds.save_criteria": MANAGER,
    "funds.areas": ROUND_READERS,
    "funds.save_areas": MANAGER,
    "funds.rules": ROUND_READERS,
    "funds.save_rules": MANAGER,
    "funds.words": ROUND_READERS,
    "funds.save_words": MANAGER,
    "funds.letters": ROUND_READERS,
    "funds.edit_letter": MANAGER,
    "notifications.preview_letter": ROUND_READERS,
    "funds.copy": MANAGER,
    "funds.approve": MANAGER,
    "funds.publish": MANAGER,
    "funds.take_back": MANAGER,
    "funds.deadline": MANAGER,
    "funds.cancel": DECIDER | CHIEF,
    # events
    "events.show": PUBLIC,
    "events.signed_up": PUBLIC,
    "events.show_place": PUBLIC,
    "events.give_back": PUBLIC,
    "events.list_events": HANDLERS,
    "events.plan": HANDLERS,
    "events.change": HANDLERS,
    "events.cancel": HANDLERS,
    "events.recording": HANDLERS,
    "events.attendance": HANDLERS,
    "events.hold": HANDLERS,
    "reporting.event": HANDLERS,
    # subscriptions
    "subscriptions.ask": PUBLIC,
    "subscriptions.ask_for_round": PUBLIC,
    "subscriptions.sent": PUBLIC,
    "subscriptions.show_confirm": PUBLIC,
    "subscriptions.confirm": PUBLIC,
    "subscriptions.show_end": PUBLIC,
    "subscriptions.end": PUBLIC,
    # documents
    "documents.kept": GROUP,
    "documents.keep": WRITERS,
    "documents.file": GROUP,
    "documents.replace": WRITERS,
    "documents.put_in_place": WRITERS,
    "documents.remove": WRITERS,
    # applications
    "applications.could_we_apply": PUBLIC,
    "applications.judge_answers": PUBLIC,
    "applications.start": SIGNED_IN,
    "applications.answer_quiz": SIGNED_IN,
    "applications.mine": GROUP,
    "applications.show": GROUP,
    "applications.clock": GROUP,
    "applications.history": GROUP,
    "applications.people": GROUP,
    "applications.invite_person": LEAD,
    "applications.send_invitation": LEAD,
    "applications.bid_person": LEAD,
    "applications.change_person": LEAD,
    "applications.end_person": LEAD,
    "applications.put_back": WRITERS,
    "applications.receipt": GROUP,
    "applications.receipt_of": GROUP,
    "applications.receipt_file": GROUP,
    "applications.sent_answers": GROUP,
    "applications.section": WRITERS,
    "applications.save_section": WRITERS,
    "applications.check": WRITERS,
    "applications.submit": LEAD,
    "applications.unsubmit": LEAD,
    "applications.file": GROUP,
    "applications.begin_upload": WRITERS,
    "applications.say_later": WRITERS,
    "applications.show_upload": WRITERS,
    "applications.add_piece": WRITERS,
    "applications.finish_upload": WRITERS,
    "applications.read_back": LEAD,
    "applications.record_read_back": LEAD,
    "applications.read_back_file": LEAD,
    "applications.take_over": LEAD,
    "applications.withdraw": LEAD,
    "applications.confirm_withdraw": LEAD,
    # endorsements
    "endorsements.mine": WRITERS,
    "endorsements.resend": WRITERS,
    "endorsements.withdraw": WRITERS,
    "endorsements.show_link": PUBLIC,
    "endorsements.answer": PUBLIC,
    "endorsements.thanks": PUBLIC,
    # representatives
    "representatives.list_them": KEEPERS,
    "representatives.show": KEEPERS,
    "representatives.set_reach": KEEPERS,
    "representatives.record": KEEPERS,
    "representatives.end": KEEPERS,
    "representatives.own": REP,
    # diligence
    "diligence.to_do": HANDLERS,
    "diligence.show": HANDLERS,
    "diligence.begin": HANDLERS,
    "diligence.record_item": HANDLERS,
    "diligence.ask_register": HANDLERS,
    "diligence.finish": HANDLERS,
    "diligence.propose_fail": HANDLERS,
    "diligence.set_aside_fail": MANAGER,
    "diligence.reopen": HANDLERS,
    "diligence.confirm_fail": MANAGER,
    "diligence.settle_signal": HANDLERS,
    "diligence.compare": HANDLERS,
    "diligence.rules": MANAGER,
    # reviews
    "reviews.ask": GROUP,
    "reviews.record": HANDLERS,
    "reviews.list_reviews": HANDLERS | CHIEF | CHAIR,
    "reviews.show": HANDLERS | CHIEF | CHAIR,
    "reviews.take_up": HANDLERS | CHIEF,
    "reviews.uphold": HANDLERS | CHIEF,
    "reviews.reopen": HANDLERS | CHIEF,
    "reviews.hand_back": HANDLERS | CHIEF,
    "reviews.follow_up": MANAGER | CHAIR,
    # eligibility
    "eligibility.queue": HANDLERS,
    "eligibility.take": HANDLERS,
    "eligibility.check": HANDLERS,
    "eligibility.run": HANDLERS,
    "eligibility.settle": HANDLERS,
    "eligibility.pass_bid": HANDLERS,
    "eligibility.propose": HANDLERS,
    "eligibility.confirm": MANAGER,
    "eligibility.set_aside": MANAGER,
    "eligibility.reinstate": MANAGER,
    "eligibility.ask": HANDLERS,
    "eligibility.answer_file": HANDLERS,
    "eligibility.take_back_question": HANDLERS,
    "eligibility.questions": GROUP,
    "eligibility.told": GROUP,
    # assessment
    "assessment.queue": MARKER,
    "assessment.interest": MARKER,
    "assessment.mark": MARKER,
    "assessment.marked_file": MARKER,
    "assessment.considered_file": PANEL,
    "assessment.pack": MARKER,
    "assessment.keep_pack": MARKER,
    "assessment.pack_workbook": MARKER,
    "assessment.pack_csv": MARKER,
    "assessment.pack_pdf": MARKER,
    "assessment.lock": MARKER,
    "assessment.standing": MARKER,
    "assessment.round_interests": MARKER,
    "assessment.reopen": CHAIR,
    "assessment.markers_files": HANDLERS,
    "assessment.release_file": HANDLERS,
    "assessment.bid_markers": MANAGER,
    "assessment.round_markers": MANAGER,
    "assessment.sheet": MANAGER,
    "assessment.keep_sheet": MANAGER,
    "assessment.lock_sheet": MANAGER,
    "assessment.sheet_workbook": MANAGER,
    "assessment.sheet_csv": MANAGER,
    "assessment.sheet_pdf": MANAGER,
    "assessment.share_out": MANAGER,
    "assessment.take_off": MANAGER,
    "assessment.remind": MANAGER,
    "assessment.seats": MANAGER,
    "assessment.start_scoring": MANAGER,
    "assessment.start_moderating": MANAGER,
    "assessment.panels": PANEL,
    "assessment.panel": PANEL,
    "assessment.scores": PANEL,
    "assessment.bid": PANEL,
    "assessment.interests": PANEL,
    "assessment.open_session": CHAIR,
    "assessment.close": CHAIR,
    "assessment.reopen_session": CHAIR,
    "assessment.reopen_scoring": CHAIR,
    "assessment.line": CHAIR,
    "assessment.draw": CHAIR,
    "assessment.outcome": CHAIR,
    # meetings
    "meetings.room": PANEL,
    "meetings.screen": PANEL,
    "meetings.now": PANEL,
    "meetings.desk": HANDLERS | CHAIR,
    "meetings.presence": PANEL,
    "meetings.start": CHAIR,
    "meetings.take_chair": CHAIR,
    "meetings.marks": CHAIR,
    "meetings.clear": CHAIR,
    "meetings.open_item": CHAIR,
    "meetings.phase": CHAIR,
    "meetings.item": CHAIR,
    "meetings.together": CHAIR,
    "meetings.line": CHAIR,
    "meetings.minutes": PANEL,
    "meetings.minutes_file": PANEL,
    "meetings.section": HANDLERS | CHAIR,
    "meetings.sign": CHAIR,
    "meetings.note": HANDLERS | CHAIR,
    # decisions
    "decisions.published": PUBLIC,
    "decisions.list_decisions": ROUND_READERS,
    "decisions.show": ROUND_READERS,
    "decisions.raise_decision": HANDLERS | CHAIR,
    "decisions.declare": HANDLERS | CHAIR | CHIEF,
    "decisions.pass_on": CHIEF,
    "decisions.approve": DECIDER,
    "decisions.send_back": DECIDER,
    "decisions.reject": DECIDER,
    # awards
    "awards.list_awards": READERS,
    "awards.history": READERS,
    "awards.show": READERS,
    "awards.announce": MANAGER,
    "awards.start": HANDLERS,
    "awards.mine": GROUP,
    "awards.offer": GROUP,
    "awards.accept": SIGNATORY,
    "awards.decline": SIGNATORY,
    # monitoring
    "monitoring.list_returns": HANDLERS,
    "monitoring.for_award": READERS,
    "monitoring.show": READERS,
    "monitoring.accept": HANDLERS,
    "monitoring.query": HANDLERS,
    "monitoring.reopen": MANAGER,
    "monitoring.waive": MANAGER,
    "monitoring.mine": GROUP,
    "monitoring.fill_in": GROUP,
    "monitoring.save": GROUP,
    "monitoring.answer": GROUP,
    "monitoring.send_back": SIGNATORY,
    "monitoring.submit": SIGNATORY,
    # reporting
    "reporting.home": STAFF,
    "reporting.round_dashboard": ROUND_READERS,
    "reporting.applications": ROUND_READERS,
    "reporting.application": ROUND_READERS,
    "reporting.file": ROUND_READERS,
    "reporting.receipt_file": ROUND_READERS,
    "reporting.sent_answers": HANDLERS,
    "assessment.rulings": CHAIR | MANAGER,
    "assessment.interest_signs": CHAIR | MANAGER,
    "assessment.rule": CHAIR | MANAGER,
    "assessment.found": CHAIR | MANAGER,
    "allocation.scenarios": PANEL,
    "allocation.new": HANDLERS | CHAIR,
    "allocation.edit": HANDLERS | CHAIR,
    "allocation.show": PANEL,
    "allocation.drop": HANDLERS | CHAIR,
    "allocation.follow": CHAIR,
    "allocation.reserve": HANDLERS | CHAIR | DECIDER | frozenset({"finance"}),
    "allocation.over_programming": MANAGER | frozenset({"finance"}),
    "reporting.export": HANDLERS,
    "reporting.export_sheet": HANDLERS,
    "reporting.change_many": HANDLERS,
    "reporting.keep_view": HANDLERS,
    "bulk.jobs": HANDLERS,
    "bulk.show": HANDLERS,
    "bulk.confirm": HANDLERS,
    "bulk.call_back": HANDLERS,
    "bulk.drop_view": HANDLERS,
    "reporting.counted": MANAGER,
    "reporting.counted_file": MANAGER,
    # notifications
    "notifications.list_messages": HANDLERS,
    "notifications.show": HANDLERS,
    "notifications.send_again": HANDLERS,
    # health
    "health.alive": PUBLIC,
    "health.ready": PUBLIC,
}


def _first(model: Any) -> Callable[[Stage], int]:
    """The id of the first row of this office."""

    def find(stage: Stage) -> int:
        own = sa.select(model.id).where(model.office_id == stage.office.id).order_by(model.id).limit(1)
        return stage.session.scalars(own).one()

    return find


def _kept_file(stage: Stage) -> int:
    """A file that the first group keeps."""
    organisation, lead = stage.groups[0]
    own = sa.select(Document.id).where(Document.organisation_id == organisation.id)
    found = stage.session.scalar(own.limit(1))
    if found is None:
        found = a_document(stage.session, organisation, lead, now=stage.now).id
        stage.session.commit()
    return found


def _upload(stage: Stage) -> str:
    """An upload that the first group's lead began."""
    lead = stage.groups[0][1]
    found = stage.session.scalar(sa.select(Upload.key).where(Upload.person_id == lead.id).limit(1))
    if found is None:
        upload = begin_upload(
            stage.session,
            application_id=stage.bids[0].id,
            question_code="D1",
            file_name="plan.pdf",
            mark="",
            size_bytes=10,
            largest=10,
            actor=stage.group_actor(),
            now=stage.now,
        )
        found = upload.key
        stage.session.commit()
    return found


# The name of an argument in an address -> what stands there for a thing of the stage's own office and first group.
def _review(stage: Stage) -> int:
    found = stage.session.scalars(sa.select(Review.id)).one_or_none()
    return found or a_review(stage, 2).id


ARGUMENTS: dict[str, Callable[[Stage], Any]] = {
    "answer_version_id": lambda stage: stage.session.scalars(
        sa.select(AnswerVersion.id).where(AnswerVersion.application_id == stage.bids[0].id).limit(1)
    ).one(),
    "application_id": lambda stage: stage.bids[0].id,
    "assignment_id": _first(Assignment),
    "award_id": lambda stage: stage.awards[0].id,
    "change": lambda stage: "end-access",
    "code": lambda stage: stage.round_.sections[0].code,
    "document_id": _kept_file,
    "key": _upload,
    "kind": lambda stage: "text",
    "offset": lambda stage: 0,
    "decision_id": lambda stage: stage.decision.id if stage.decision else 0,
    "endorsement_id": _first(Endorsement),
    "event_id": _first(SupportEvent),
    "message_id": _first(Message),
    "office_code": lambda stage: stage.office.code,
    "organisation_id": lambda stage: stage.groups[0][0].id,
    "panel_id": lambda stage: stage.panel.id if stage.panel else 0,
    "person_id": lambda stage: stage.people["officer"].id,
    "return_id": lambda stage: stage.returns[0].id,
    "review_id": _review,
    "fund_id": lambda stage: stage.round_.fund_id,
    "round_id": lambda stage: stage.round_.id,
    "number": lambda stage: 1,
    "merge_id": lambda stage: 0,
    "job_id": lambda stage: 0,
    "scenario_id": lambda stage: 0,
    "declaration_id": lambda stage: 0,
    "view_id": lambda stage: 0,
    "other_id": lambda stage: stage.groups[1][0].id,
    "request_id": lambda stage: 0,
    "section_id": lambda stage: stage.session.scalars(sa.select(MinutesSection.id).limit(1)).one(),
    "source_id": lambda stage: stage.bids[1].id,
    "record_id": a_record,
    "rule_code": lambda stage: stage.round_.rules[0].code,
}
# Where the same name stands for another kind of thing.
OF_ENDPOINT: dict[tuple[str, str], Callable[[Stage], Any]] = {
    ("applications.bid_person", "person_id"): lambda stage: stage.groups[0][1].id,
    ("applications.change_person", "person_id"): lambda stage: stage.groups[0][1].id,
    ("applications.end_person", "person_id"): lambda stage: stage.groups[0][1].id,
    ("accounts.leave", "person_id"): lambda stage: stage.groups[0][1].id,
    ("applications.details_part", "code"): lambda stage: "money",
    ("applications.save_details", "code"): lambda stage: "money",
    ("funds.ask_remove_question", "code"): lambda stage: stage.round_.questions[0].code,
    ("funds.edit_question", "code"): lambda stage: stage.round_.questions[0].code,
    ("meetings.minutes_file", "kind"): lambda stage: "html",
    ("funds.edit_letter", "kind"): lambda stage: "offer",
    ("notifications.preview_letter", "kind"): lambda stage: "offer",
    ("funds.edit_kind", "code"): lambda stage: stage.round_.questions[0].code,
    ("funds.edit_condition", "code"): lambda stage: stage.round_.questions[0].code,
    ("funds.ask_always", "code"): lambda stage: stage.round_.questions[0].code,
    ("accounts.end_part", "person_id"): lambda stage: stage.groups[0][1].id,
}


def address(endpoint: str, names: set[str], stage: Stage) -> dict[str, Any]:
    """The arguments with which this endpoint names a thing of the stage."""
    return {name: OF_ENDPOINT.get((endpoint, name), ARGUMENTS[name])(stage) for name in names}
