"""What this process was told at its start, by the database that it works on: services below the web ask it here.

A process that serves two databases, as tests do, mixes up neither their files nor their scanners.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import Settings

_settings: WeakKeyDictionary[sa.Engine, Settings] = WeakKeyDictionary()


def install(engine: sa.Engine, settings: Settings) -> None:
    """Remember the settings of this database's service; once for each application."""
    _settings[engine] = settings


def settings_of(session: Session) -> Settings:
    """The settings of the service whose database this is; those of the environment where none was made."""
    return _settings.get(session.get_bind().engine) or Settings.from_environ()
