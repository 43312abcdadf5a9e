"""The pages of a bid as forms: a section's questions by their kinds, and what was typed kept, readable or not."""

from grants.applications.forms.sections import (
    GROUP,
    QuestionForm,
    TickForm,
    WithdrawForm,
    change_rows,
    open_section,
    sentence_of,
    short_sentence_of,
)

__all__ = [
    "GROUP",
    "QuestionForm",
    "TickForm",
    "WithdrawForm",
    "change_rows",
    "open_section",
    "sentence_of",
    "short_sentence_of",
]
