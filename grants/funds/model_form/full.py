"""The full model form: every question of the field's model form in its order, for rounds that ask a lot."""

from __future__ import annotations

from typing import Final

from grants.funds.model_form.full_money import FULL_MONEY
from grants.funds.model_form.full_people import FULL_CONTACTS, ORGANISATION, PEOPLE
from grants.funds.model_form.full_project import FULL_PROJECT, FULL_REACH, PLAN, RESULTS
from grants.funds.model_form.full_safety import ABOUT_YOU, DOCUMENTS, FULL_DECLARATIONS, FULL_SAFETY
from grants.funds.model_form.short import ELIGIBILITY

FULL_SECTIONS: Final = (
    ELIGIBILITY,
    ORGANISATION,
    PEOPLE,
    FULL_CONTACTS,
    FULL_PROJECT,
    FULL_REACH,
    PLAN,
    RESULTS,
    FULL_MONEY,
    FULL_SAFETY,
    DOCUMENTS,
    FULL_DECLARATIONS,
    ABOUT_YOU,
)
