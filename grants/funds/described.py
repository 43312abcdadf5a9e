"""A round's rows read back as a definition, so that a copy is made by the same way as a round from a file."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Final

from grants.funds.models import Question, Round, SupportEvent
from grants.funds.parts import AreaDef, CriterionDef, EventDef, QuestionDef, RoundDefinition, RuleDef, SectionDef
from workflows.event import EventState

MADE: Final = frozenset(
    (
        *("office", "fund", "fund_title", "areas", "criteria", "sections", "rules", "band_edges", "letters"),
        *("events", "warnings"),
    )
)


def definition_of(round_: Round) -> RoundDefinition:
    """The definition that would make this round again; `office` is left empty, for the round's own holds."""
    plain = {each.name: getattr(round_, each.name) for each in fields(RoundDefinition) if each.name not in MADE}
    return RoundDefinition(
        office="",
        fund=round_.fund.code,
        fund_title=round_.fund.title,
        areas=tuple(AreaDef(name=area.name, aliases=tuple(area.aliases)) for area in round_.areas),
        criteria=tuple(
            CriterionDef(
                code=c.code,
                title=c.title,
                weight=c.weight,
                guidance=c.guidance,
                min_score=c.min_score,
                max_score=c.max_score,
                reads=tuple(q.code for q in _in_order(round_) if q.criterion_code == c.code),
            )
            for c in round_.criteria
        ),
        sections=tuple(
            SectionDef(
                code=section.code,
                title=section.title,
                guidance=section.guidance,
                is_eligibility=section.is_eligibility,
                questions=tuple(_question(q) for q in round_.questions if q.section_id == section.id),
            )
            for section in round_.sections
        ),
        rules=tuple(
            RuleDef(
                code=rule.code,
                title=rule.title,
                is_automatic=rule.is_automatic,
                on_breach=rule.on_breach,
                settings=dict(rule.settings),
            )
            for rule in round_.rules
        ),
        band_edges=tuple(round_.band_edges),
        letters=dict(round_.letters),
        events=tuple(_event(event) for event in round_.events if event.state != EventState.CANCELLED),
        **plain,
    )


def _in_order(round_: Round) -> list[Question]:
    """The questions as the form asks them: section by section."""
    place = {section.id: section.position for section in round_.sections}
    return sorted(round_.questions, key=lambda question: (place.get(question.section_id, 0), question.position))


def _event(event: SupportEvent) -> EventDef:
    return EventDef(**{each.name: getattr(event, each.name) for each in fields(EventDef)})


def _question(question: Question) -> QuestionDef:
    return QuestionDef(
        code=question.code,
        kind=question.kind,
        label=question.label,
        help_text=question.help_text,
        word_limit=question.word_limit,
        is_required=question.is_required,
        options=tuple((option["value"], option["label"]) for option in question.options),
        settings=dict(question.settings),
        criterion_code=question.criterion_code,
        is_private=question.is_private,
        show_when=None if question.show_when is None else dict(question.show_when),
        is_hidden=question.is_hidden,
    )


def question_values(question: QuestionDef) -> dict[str, Any]:
    """The columns of a question's row."""
    same = ("kind", "label", "help_text", "word_limit", "is_required", "criterion_code", "is_private", "is_hidden")
    return {name: getattr(question, name) for name in same} | {
        "options": [{"value": value, "label": label} for value, label in question.options],
        "settings": dict(question.settings),
        "show_when": None if question.show_when is None else dict(question.show_when),
    }
