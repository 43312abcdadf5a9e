"""What is served also in the busiest minute before a deadline, said by hand: a new page has to take a side.

A route that takes anything but GET never waits, whatever this says: nobody is refused who brings something.
"""

from __future__ import annotations

COMING_IN = frozenset({
    "accounts.accessibility", "accounts.enter_code", "accounts.link_sent", "accounts.mailbox",
    "accounts.mailbox_attachment", "accounts.privacy", "accounts.sample", "accounts.set_up_code",
    "accounts.show_link", "accounts.show_sign_up_link",
    "accounts.sign_in", "accounts.sign_up", "accounts.sign_up_sent", "funds.home", "funds.public_round",
    "funds.public_rounds", "health.alive", "health.ready", "static",
})  # fmt: skip
# What a group needs on its way from the round's page to the receipt, and whoever supports it.
APPLYING = frozenset({
    "accounts.groups", "accounts.invite_colleague", "accounts.join_request", "accounts.leave", "accounts.merge",
    "accounts.new_group", "applications.bid_person", "applications.check", "applications.clock",
    "applications.copy", "applications.copy_from", "applications.enter", "applications.read_back",
    "applications.read_back_file", "applications.could_we_apply", "applications.details",
    "applications.details_changes", "applications.details_part", "applications.file", "applications.history",
    "applications.invite_person", "applications.keep_details", "applications.mine", "applications.people",
    "applications.receipt", "applications.receipt_of", "applications.section", "applications.show",
    "applications.show_upload",
    "applications.start", "applications.withdraw", "documents.file", "documents.kept", "documents.replace",
    "eligibility.told", "endorsements.show_link", "endorsements.thanks", "events.show_place", "events.signed_up",
    "subscriptions.sent", "subscriptions.show_confirm", "subscriptions.show_end",
})  # fmt: skip
HOLDING_A_GRANT = frozenset({"awards.mine", "awards.offer", "monitoring.fill_in", "monitoring.mine"})
# The desk: what an officer opens to help a group that is on the telephone, and pages that hold a form.
AT_THE_OFFICE = frozenset({
    "accounts.ask_reason", "accounts.invite", "accounts.office_requests", "accounts.people", "accounts.person",
    "accounts.roles",
    "applications.drafts", "applications.form_change", "applications.merge", "assessment.considered_file",
    "assessment.marked_file", "assessment.panel", "assessment.panels", "assessment.queue", "awards.list_awards",
    "assessment.markers_files", "assessment.rulings", "assessment.scores", "assessment.standing",
    "assessment.interest_signs",
    "assessment.pack_csv", "assessment.pack_pdf", "assessment.pack_workbook",
    "awards.show", "decisions.list_decisions", "decisions.show", "eligibility.check", "events.list_events",
    "funds.areas", "funds.ask_remove_question", "funds.ask_remove_section", "funds.criteria",
    "funds.fund_page", "funds.letters", "funds.list_funds",
    "funds.list_rounds", "funds.rules", "funds.setup", "funds.structure", "funds.words", "monitoring.for_award",
    "meetings.desk", "meetings.minutes", "meetings.minutes_file", "meetings.now", "meetings.room", "meetings.screen",
    "monitoring.list_returns", "monitoring.show", "notifications.list_messages", "notifications.show",
    "eligibility.queue", "reporting.application", "reporting.home",
})  # fmt: skip

NEVER_WAITS = COMING_IN | APPLYING | HOLDING_A_GRANT | AT_THE_OFFICE
# It takes what was typed and keeps nothing of it: a look at a form before anybody is asked.
CAN_WAIT_THOUGH_POSTED = frozenset({"applications.check_preview"})
