"""What the pages of a bid say when the office enters it for its group."""

from __future__ import annotations

from typing import Any

from grants.applications import queries
from grants.applications.forms.assisting import READ_BACK_WAYS, WAYS
from grants.applications.models import Application
from grants.extensions import db
from grants.web.access import current_actor


def help_words(application: Application) -> dict[str, Any]:
    """What the pages of a bid say when the office enters it; nothing for others. `is_helper` is an officer."""
    found = queries.find_assistance(db.session, application)
    is_own = application.organisation_id in current_actor().organisation_ids
    return {
        "help": found,
        "help_way": WAYS[application.assisted_by].lower() if application.assisted_by else "",
        "read_back_way": READ_BACK_WAYS[found.read_back_how].split(":")[0].lower()
        if found and found.read_back_how
        else "",
        "is_helper": application.is_helped and not is_own,
    }
