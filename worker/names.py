"""The names of the tasks: what beat sends, a worker runs and a log line says is spelled only here."""

DELIVER_OUTBOX = "deliver-outbox"
OPEN_AND_CLOSE_ROUNDS = "open-and-close-rounds"
REMIND_DRAFTS = "remind-drafts"
REMIND_MARKERS = "remind-markers"
LAPSE_OFFERS = "lapse-offers"
RAISE_RETURNS = "raise-returns"
REMIND_RETURNS = "remind-returns"
SWEEP_LOST = "sweep-lost"

EVERY_MINUTE = (
    OPEN_AND_CLOSE_ROUNDS,
    REMIND_DRAFTS,
    REMIND_MARKERS,
    LAPSE_OFFERS,
    RAISE_RETURNS,
    REMIND_RETURNS,
    SWEEP_LOST,
)
ALL = (DELIVER_OUTBOX, *EVERY_MINUTE)
