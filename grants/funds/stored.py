"""A definition as plain values that JSON keeps, and back: exact, also for a form that is still unsound.

A working copy and the versions of a round are kept so; what people exchange is the file (`definition_file`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from hashlib import sha256
from types import NoneType
from typing import Any, Final, get_args, get_origin, get_type_hints

from grants.funds.parts import RoundDefinition

# Readings of a file are no part of the round.
LEFT_OUT: Final = frozenset({"warnings"})


def stored_of(definition: RoundDefinition) -> dict[str, Any]:
    """Every field of the definition but its warnings, as JSON holds it."""
    plain = _plain(definition)
    return {name: value for name, value in plain.items() if name not in LEFT_OUT}


def from_stored(content: Mapping[str, Any]) -> RoundDefinition:
    """The definition that `stored_of` wrote; a field that came later has its default, one that went is not read."""
    made: RoundDefinition = _made(RoundDefinition, content)
    return made


def hash_of(content: Mapping[str, Any]) -> str:
    """The SHA-256 of a stored definition, whatever the order in which a database gives its keys back."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(each) for each in value]
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


@cache
def _hints(cls: type[Any]) -> dict[str, Any]:
    return get_type_hints(cls)


def _made(hint: Any, value: Any) -> Any:
    """The value as its annotation has it; what an annotation leaves open stays as JSON gave it."""
    kinds = [kind for kind in get_args(hint) if kind is not NoneType]
    if NoneType in get_args(hint):
        return None if value is None else _made(kinds[0], value)
    if get_origin(hint) is tuple:
        # (X, ...) or a pair such as (str, str).
        return tuple(_made(kinds[0], each) for each in value)
    if isinstance(hint, type) and is_dataclass(hint):
        known = _hints(hint)
        return hint(**{name: _made(known[name], each) for name, each in value.items() if name in known})
    if isinstance(hint, type) and issubclass(hint, date):
        return hint.fromisoformat(value)
    return hint(value) if isinstance(hint, type) and issubclass(hint, Enum) else value
