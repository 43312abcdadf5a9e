"""Buttons come from the table: what a person's role could do with a thing now, with why not where the law says no."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import current_app, url_for

from grants.core import transitions
from grants.core.columns import Stateful
from grants.web import labels
from workflows.actors import Actor
from workflows.engine import Facts, Option


@dataclass(frozen=True, slots=True)
class Place:
    """Where an action is done: an endpoint with its arguments; `is_link` when it asks for more on a page first."""

    endpoint: str
    arguments: Mapping[str, object]
    is_link: bool = False
    kind: str = "secondary"
    # Until when, as a sentence; empty where there is no end to name.
    until: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """One action as `ui.actions` draws it."""

    action: str
    label: str
    allowed: bool
    refusal: str
    url: str
    is_link: bool
    kind: str
    until: str = ""


def offered(
    thing: Stateful,
    facts: Facts,
    actor: Actor,
    places: Mapping[str, Place],
    *,
    is_wanted: Callable[[Option], bool] = lambda option: True,
) -> list[Offer]:
    """The actor's options that have a place to be done. A place that is not part of this service yet is left out."""
    known = current_app.view_functions
    options = [option for option in transitions.options(thing, facts, actor) if is_wanted(option)]
    return [
        _offer(thing, option, place)
        for option in options
        if (place := places.get(option.action)) is not None and place.endpoint in known
    ]


def _offer(thing: Stateful, option: Option, place: Place) -> Offer:
    refusal = option.refusal
    return Offer(
        action=option.action,
        label=labels.action_label(thing.__workflow__.name, option.action),
        allowed=option.is_allowed,
        refusal="" if refusal is None else labels.sentence_for(refusal.code, refusal.detail),
        url=url_for(place.endpoint, **place.arguments),
        is_link=place.is_link,
        kind=place.kind,
        until=place.until,
    )
