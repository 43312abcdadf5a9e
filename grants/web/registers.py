"""The public registers of this installation, asked between transactions: what was typed stays, nothing is locked."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app

from config import ROOT, Settings
from grants.core.registers import (
    KINDS,
    Answer,
    NoRegister,
    OfflineRegister,
    Register,
    Unavailable,
    charity_register,
    company_register,
)
from grants.extensions import db
from workflows.rules import formats

SAMPLE_FILE = ROOT / "sample" / "registers.json"


def init_app(app: Flask) -> None:
    """Choose where each kind of number is looked up."""
    app.extensions["registers"] = registers_for(app.extensions["settings"])


def registers_for(settings: Settings) -> dict[str, Register]:
    """The registers that the settings name; those of the sample are a file."""
    found: dict[str, Register] = {
        kind: OfflineRegister(SAMPLE_FILE, kind) if settings.is_sample else NoRegister() for kind in KINDS
    }
    if settings.charity_register_url:
        found["charity_number"] = charity_register(settings.charity_register_url, settings.charity_register_key)
    if settings.company_register_url:
        found["company_number"] = company_register(settings.company_register_url, settings.company_register_key)
    return found


def look_up(kind: str, typed: Any) -> Answer | None:
    """What the register says of a number as typed; None for what can't be one.

    The request's transaction is given up first: a write lock must not be held while a stranger's server thinks.
    """
    number = formats.check(kind, typed if isinstance(typed, str) else "")
    if not number.value or number.error:
        return None
    db.session.rollback()
    register: Register | None = current_app.extensions["registers"].get(kind)
    return Unavailable() if register is None else register.look_up(number.value)
