"""How a record is stamped when it is made and when it changes."""

from datetime import datetime
from enum import StrEnum
from typing import TypedDict, TypeVar

from app.access.caller import Caller
from app.models.columns import Record
from app.problems import PreconditionFailed, RuleRefused
from app.rules.state_tables import StateTable
from app.rules.verdict import Refused, Verdict

State = TypeVar("State", bound=StrEnum)


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


def insist(verdict: Verdict) -> None:
    """Raises RuleRefused where a rule objects."""
    if isinstance(verdict, Refused):
        raise RuleRefused(verdict)


def state_after(table: StateTable[State], state: State, verb: str, by: str | None = None) -> State:
    """The state that `verb` leads to. Raises RuleRefused where the table does not allow it."""
    after = table.move(state, verb, by)
    if isinstance(after, Refused):
        raise RuleRefused(after)
    return after


def moved(
    record: Record, expected_version: int, table: StateTable[State], state: State, verb: str, by: str | None
) -> State:
    """The state that `verb` leads to, for a caller who read the record as it is now.

    The version is judged first, everywhere: to one who has not seen the present state a refusal by it says nothing.
    Raises PreconditionFailed, RuleRefused.
    """
    must_be(record.version, expected_version)
    return state_after(table, state, verb, by)
