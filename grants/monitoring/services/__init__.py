"""The verbs of monitoring: start a grant, write and sign a return, read it, and what the timer does about them."""

from grants.monitoring.services.duties import raise_due_returns, remind_due_returns
from grants.monitoring.services.reading import accept_return, query_return, reopen_return, waive_return
from grants.monitoring.services.starting import schedule_returns, start_grant
from grants.monitoring.services.writing import (
    FIELDS,
    answer_query,
    finish_return,
    save_return,
    send_back_return,
    submit_return,
)

__all__ = [
    "FIELDS",
    "accept_return",
    "answer_query",
    "finish_return",
    "query_return",
    "raise_due_returns",
    "remind_due_returns",
    "reopen_return",
    "save_return",
    "schedule_returns",
    "send_back_return",
    "start_grant",
    "submit_return",
    "waive_return",
]
