"""Rounds made up at random, as sound as a round file has to be: for what must hold of every definition."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from grants.funds import model_form
from grants.funds.form_tables import with_reads
from grants.funds.models import Endorsement, EventKind, QuestionKind
from grants.funds.parts import AreaDef, CriterionDef, EventDef, QuestionDef, RoundDefinition, SectionDef
from workflows.rules.eligibility import RULES
from workflows.rules.letters import LETTERS
from workflows.rules.scoring import SCALES

K = QuestionKind
# What people type, tidied as every form tidies it; quotation marks, backslashes and lines are where files go wrong.
CHARACTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), include_characters="\n\t\"'\\")
WORDS = st.text(CHARACTERS, max_size=40).map(lambda text: text.strip())
NAMES = WORDS.filter(bool)
CODES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,9}", fullmatch=True)
PENCE = st.integers(1, 10**9)
BASE = datetime(2026, 10, 24, 22, 15, tzinfo=UTC)
# In hours around the night on which London's clocks go back, and one hour comes twice.
INSTANTS = st.integers(0, 24 * 400).map(lambda hours: BASE + timedelta(hours=hours))
PLAIN = st.one_of(st.booleans(), st.integers(-5, 5000), WORDS)
SETTINGS = st.dictionaries(
    CODES, st.one_of(PLAIN, st.lists(st.dictionaries(CODES, PLAIN, max_size=2), max_size=2)), max_size=2
)
# A table's columns are of kinds that a box can take.
COLUMN = st.fixed_dictionaries(
    {
        "code": CODES,
        "label": NAMES,
        "kind": st.sampled_from(["text", "number", "money", "date"]),
        "required": st.booleans(),
    }
)
TABLES = st.fixed_dictionaries(
    {"columns": st.lists(COLUMN, min_size=1, max_size=3, unique_by=lambda column: column["code"])}
)
MODEL_KINDS = {q.code: q.kind for section in model_form.SECTIONS for q in section.questions}


@st.composite
def questions(draw, code: str, criteria: list[str], earlier: list[str]) -> QuestionDef:
    kind = MODEL_KINDS.get(code) or draw(st.sampled_from(list(K)))
    labels = draw(st.lists(NAMES, min_size=2, max_size=3, unique=True))
    has_options = kind in {K.RADIO, K.CHECKBOXES} or (kind == K.DECLARATION and draw(st.booleans()))
    condition = {"question": draw(st.sampled_from(earlier)), "is": ["yes"]} if earlier and draw(st.booleans()) else None
    return QuestionDef(
        code=code,
        kind=kind,
        label=draw(NAMES),
        help_text=draw(WORDS),
        word_limit=draw(st.none() | st.integers(1, 5000)),
        is_required=draw(st.booleans()),
        options=tuple((f"v{n}", label) for n, label in enumerate(labels)) if has_options else own_options(kind),
        settings=draw(SETTINGS) | (draw(TABLES) if kind == K.TABLE else {}),
        criterion_code=draw(st.sampled_from(["", *criteria])),
        is_private=draw(st.booleans()),
        show_when=condition,
        is_hidden=draw(st.booleans()),
    )


def own_options(kind: QuestionKind) -> tuple[tuple[str, str], ...]:
    return model_form.YES_NO if kind == K.YES_NO else ()


@st.composite
def forms(draw, criteria: list[str]) -> tuple[SectionDef, ...]:
    """One to three sections that hold P1, B1 and some questions of their own."""
    more = draw(st.lists(CODES.filter(lambda code: code not in MODEL_KINDS), max_size=4, unique=True))
    codes = draw(st.permutations(["P1", "B1", *more]))
    heads = draw(st.lists(CODES, min_size=1, max_size=3, unique=True))
    homes = [draw(st.sampled_from(heads)) for _ in codes]
    asked = [draw(questions(code, criteria, codes[:place])) for place, code in enumerate(codes)]
    return tuple(
        SectionDef(
            code=head,
            title=draw(NAMES),
            guidance=draw(WORDS),
            is_eligibility=draw(st.booleans()),
            questions=tuple(question for question, home in zip(asked, homes, strict=True) if home == head),
        )
        for head in heads
    )


@st.composite
def events(draw) -> EventDef:
    starts_at = draw(INSTANTS)
    return EventDef(
        title=draw(NAMES),
        starts_at=starts_at,
        kind=draw(st.sampled_from(list(EventKind))),
        about=draw(WORDS),
        ends_at=draw(st.none() | st.just(starts_at + timedelta(hours=2))),
        place=draw(WORDS),
        link=draw(WORDS),
        capacity=draw(st.none() | st.integers(1, 100)),
    )


@st.composite
def definitions(draw, **fixed) -> RoundDefinition:
    """A whole round; `fixed` are fields that a test wants so."""
    codes = draw(st.lists(CODES, min_size=1, max_size=3, unique=True))
    weights = [100 - 10 * (len(codes) - 1), *[10] * (len(codes) - 1)]
    sections = draw(forms(codes))
    pairs = list(zip(codes, weights, strict=True))
    least, most = draw(st.sampled_from(SCALES))
    rubric = tuple(
        CriterionDef(code=c, title=draw(NAMES), weight=w, guidance=draw(WORDS), min_score=least, max_score=most)
        for c, w in pairs
    )
    opens_at, limits = draw(INSTANTS), sorted(draw(st.lists(PENCE, min_size=4, max_size=4)))
    is_rolling = draw(st.booleans())
    closes_at = None if is_rolling else opens_at + timedelta(hours=draw(st.integers(1, 900)))
    areas = draw(st.lists(NAMES, max_size=3, unique_by=str.casefold))
    days = st.none() | st.just(date(2028, 6, 1))
    values = {
        "office": draw(CODES),
        "fund": draw(CODES),
        "fund_title": draw(WORDS),
        "code": draw(CODES),
        "title": draw(NAMES),
        "theme": draw(WORDS),
        "purpose": draw(WORDS),
        "guidance": draw(WORDS),
        "privacy_notice": draw(WORDS),
        "pot_pence": limits[3],
        "min_ask_pence": limits[0],
        "max_ask_pence": limits[1],
        "max_project_cost_pence": limits[2],
        "opens_at": opens_at,
        "closes_at": closes_at,
        "is_rolling": is_rolling,
        "grace_minutes": draw(st.integers(0, 60)),
        "panel_on": draw(days),
        "announce_on": draw(days),
        "line_hundredths": draw(st.integers(0, 10000)),
        "band_edges": tuple(sorted(draw(st.sets(st.integers(0, 10000), max_size=3)), reverse=True)),
        "needs_community_rep": draw(st.booleans()),
        "needs_prepared_reps": draw(st.booleans()),
        "tells_disqualified_at_once": draw(st.booleans()),
        "is_anonymous": draw(st.booleans()),
        "is_fictional": draw(st.booleans()),
        "endorsement": draw(st.sampled_from(list(Endorsement))),
        "letters": draw(
            st.dictionaries(
                st.sampled_from(sorted(LETTERS)), NAMES.filter(lambda text: not set("{}") & set(text)), max_size=2
            )
        ),
        "areas": tuple(AreaDef(name=name, aliases=(f"also {name}",)) for name in areas),
        "criteria": with_reads(rubric, sections),
        "sections": sections,
        "rules": tuple(
            model_form.rule_of(code) for code in draw(st.lists(st.sampled_from(sorted(RULES)), unique=True))
        ),
        "events": tuple(draw(st.lists(events(), max_size=2))),
    }
    return RoundDefinition(**values | fixed)
