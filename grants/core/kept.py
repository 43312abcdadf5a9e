"""What can't change any more is read once by each process: a `Kept` is a small store for such things, by their keys.

A key must say everything that makes the thing what it is; what may still change is never kept.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

T = TypeVar("T")
# The forms of a busy year in all offices; each is a few dozen kilobytes.
MOST = 100

_stores: list[Kept[Any]] = []


class Kept(Generic[T]):
    """Things of one kind for each database; a full store begins again, as reading a thing once more costs little."""

    def __init__(self) -> None:
        self._found: WeakKeyDictionary[Any, dict[Hashable, T]] = WeakKeyDictionary()
        _stores.append(self)

    def get(self, session: Session, key: Hashable | None, read: Callable[[], T]) -> T:
        """The thing of this key, by `read` when it is not here yet; without a key it is read every time."""
        if key is None:
            return read()
        found = self._found.setdefault(session.get_bind(), {})
        thing = found.get(key)
        if thing is None:
            if len(found) >= MOST:
                found.clear()
            thing = found[key] = read()
        return thing

    def forget(self) -> None:
        self._found.clear()


def forget_everything() -> None:
    """For another database in the place of the one that was read: a restored one, or the next test's."""
    for store in _stores:
        store.forget()
