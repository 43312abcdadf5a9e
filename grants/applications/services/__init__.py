"""What a group does with a bid, and the timed duties over drafts and sent bids; nothing here commits."""

from grants.applications.services.assisting import enter_for_group, record_read_back, take_over
from grants.applications.services.counting import count_answers
from grants.applications.services.drafting import start_application
from grants.applications.services.duties import lapse_due_drafts, start_due_checks
from grants.applications.services.extending import give_more_time
from grants.applications.services.files import attach_file, say_files_follow, take_off_file, use_kept_file
from grants.applications.services.filling import copy_answers, keep_details
from grants.applications.services.late_time import propose_late_time, settle_late_time
from grants.applications.services.saving import Conflict, Saved, put_back, save_answers
from grants.applications.services.sending import submit_application, unsubmit_application, withdraw_application
from grants.applications.services.versions import note_form_seen, publish_form_change

__all__ = [
    "Conflict",
    "Saved",
    "attach_file",
    "copy_answers",
    "count_answers",
    "enter_for_group",
    "give_more_time",
    "keep_details",
    "lapse_due_drafts",
    "note_form_seen",
    "propose_late_time",
    "publish_form_change",
    "put_back",
    "record_read_back",
    "save_answers",
    "say_files_follow",
    "settle_late_time",
    "start_application",
    "start_due_checks",
    "submit_application",
    "take_off_file",
    "take_over",
    "unsubmit_application",
    "use_kept_file",
    "withdraw_application",
]
