"""A round's rows read back as a definition, so that a copy is made by the same way as a round from a file."""

from __future__ import annotations

from dataclasses import fields
from typing import Final

from grants.funds.models import Question, Round
from grants.funds.parts import AreaDef, CriterionDef, QuestionDef, RoundDefinition, RuleDef, SectionDef

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
            CriterionDef(code=c.code, title=c.title, weight=c.weight, guidance=c.guidance, max_score=c.max_score)
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
        **plain,
    )


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
