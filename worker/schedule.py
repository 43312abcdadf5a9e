"""When beat asks for which task. What is due is in the database, so a lost or doubled tick is harmless."""

from datetime import timedelta

from worker import names

OUTBOX_EVERY = timedelta(seconds=2)
DUTIES_EVERY = timedelta(minutes=1)


def _tick(name: str, every: timedelta) -> dict[str, object]:
    # A tick that waited longer than its interval is dropped: after an outage of the workers one is enough.
    return {"task": name, "schedule": every, "options": {"expires": every.total_seconds()}}


SCHEDULE = {
    names.DELIVER_OUTBOX: _tick(names.DELIVER_OUTBOX, OUTBOX_EVERY),
    **{name: _tick(name, DUTIES_EVERY) for name in names.EVERY_MINUTE},
}
