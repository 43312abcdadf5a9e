"""The names of the tasks: what beat sends, a worker runs and a log line says is spelled only here."""

DELIVER_OUTBOX = "deliver-outbox"
OPEN_AND_CLOSE_ROUNDS = "open-and-close-rounds"
LAPSE_DRAFTS = "lapse-drafts"
START_CHECKS = "start-checks"
RUN_RULES = "run-rules"
EXPIRE_DILIGENCE = "expire-diligence"
EXPIRE_PREPARATIONS = "expire-preparations"
END_RESERVES = "end-reserves"
COMPARE_BIDS = "compare-bids"
END_QUESTIONS = "end-questions"
REMIND_QUESTIONS = "remind-questions"
REMIND_DRAFTS = "remind-drafts"
REMIND_MARKERS = "remind-markers"
LAPSE_OFFERS = "lapse-offers"
REMIND_OFFERS = "remind-offers"
RAISE_RETURNS = "raise-returns"
REMIND_RETURNS = "remind-returns"
REMIND_DOCUMENTS = "remind-documents"
SCAN_DOCUMENTS = "scan-documents"
SWEEP_FILES = "sweep-files"
RUN_EVENTS = "run-events"
REMIND_ENDORSERS = "remind-endorsers"
EXPIRE_ENDORSEMENTS = "expire-endorsements"
CARRY_OUT_CHANGES = "carry-out-changes"
DROP_OLD_PLANS = "drop-old-plans"
PURGE_SUBSCRIPTIONS = "purge-subscriptions"
SWEEP_LOST = "sweep-lost"

EVERY_MINUTE = (
    OPEN_AND_CLOSE_ROUNDS,
    LAPSE_DRAFTS,
    START_CHECKS,
    RUN_RULES,
    EXPIRE_DILIGENCE,
    EXPIRE_PREPARATIONS,
    END_RESERVES,
    COMPARE_BIDS,
    END_QUESTIONS,
    REMIND_QUESTIONS,
    REMIND_DRAFTS,
    REMIND_MARKERS,
    LAPSE_OFFERS,
    REMIND_OFFERS,
    RAISE_RETURNS,
    REMIND_RETURNS,
    REMIND_DOCUMENTS,
    SCAN_DOCUMENTS,
    SWEEP_FILES,
    RUN_EVENTS,
    REMIND_ENDORSERS,
    EXPIRE_ENDORSEMENTS,
    CARRY_OUT_CHANGES,
    DROP_OLD_PLANS,
    PURGE_SUBSCRIPTIONS,
    SWEEP_LOST,
)
ALL = (DELIVER_OUTBOX, *EVERY_MINUTE)
