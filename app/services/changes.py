"""How a record is stamped when it is made and when it changes."""

from datetime import datetime
from typing import TypedDict

from app.access.caller import Caller
from app.models.columns import Record
from app.problems import PreconditionFailed


class Stamps(TypedDict):
    created_at: datetime
    changed_at: datetime


def made(at: datetime) -> Stamps:
    """The stamps of a new record: `Placement(**made(caller.now), …)`."""
    return Stamps(created_at=at, changed_at=at)


def changed(record: Record, caller: Caller) -> None:
    """Moves a record's version on, which changes its ETag. The row must be locked by the query that loaded it."""
    record.changed_at = caller.now
    record.version += 1


def must_be(version: int, expected: int) -> None:
    """Raises PreconditionFailed where the record has moved on since the caller read it."""
    if version != expected:
        raise PreconditionFailed
