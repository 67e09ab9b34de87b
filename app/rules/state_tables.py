"""States and the verbs that move between them, as a table that can be printed in the documentation."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from app.rules.sources import OUR_OWN
from app.rules.verdict import Allowed, Refused, Verdict

State = TypeVar("State", bound=StrEnum)

NOT_CALLERS = frozenset({"clock", "extension", "offer", "referral", "termination"})
"""What moves a thing without being asked to by an operation of its own."""


@dataclass(frozen=True, slots=True)
class Transition(Generic[State]):
    """One row: `by` names the parties that may do it; empty means that the row leaves this open."""

    before: State
    verb: str
    after: State
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StateTable(Generic[State]):
    """The life of one kind of thing.

    `subject` is the thing in words ("placement"), used in refusals and in the printed table. A verb is the one that
    the operation's id has (`complete` for `complete_action`). `source` is where the life comes from; that a move
    is kept out of its order is Waymark's own rule, and a refusal says so.
    """

    subject: str
    source: str
    transitions: tuple[Transition[State], ...]

    def move(self, state: State, verb: str, by: str | None = None) -> State | Refused:
        """The state after `verb`, or `wrong_state`, or `wrong_party` when `by` is not one who may."""
        for row in self.transitions:
            if row.before == state and row.verb == verb:
                if by is not None and row.by and by not in row.by:
                    return self._wrong_party(row)
                return row.after
        return self._wrong_state(state, verb)

    def may(self, state: State, verb: str, by: str | None = None) -> Verdict:
        """As `move`, when only the answer matters."""
        moved = self.move(state, verb, by)
        return moved if isinstance(moved, Refused) else Allowed()

    def verbs_from(self, state: State) -> tuple[str, ...]:
        """What may be done in a state, in the order of the table."""
        return tuple(row.verb for row in self.transitions if row.before == state)

    def states_for(self, verb: str) -> tuple[State, ...]:
        """The states in which `verb` is possible, in the order of the table."""
        return tuple(row.before for row in self.transitions if row.verb == verb)

    def verbs_of_callers(self, state: State) -> tuple[str, ...]:
        """What somebody may do in a state by an operation: not what the clock does, or another change brings about."""
        rows = (row for row in self.transitions if row.before == state)
        return tuple(row.verb for row in rows if not row.by or not NOT_CALLERS.issuperset(row.by))

    def rows(self) -> Iterator[tuple[str, str, str, str]]:
        """Before, verb, after and by whom, as words: one tuple for each line of the printed table."""
        for row in self.transitions:
            yield row.before.value, row.verb, row.after.value, ", ".join(row.by)

    def _wrong_party(self, row: Transition[State]) -> Refused:
        return Refused(
            "wrong_party",
            f"Only the {_words(' or the '.join(row.by))} may {_words(row.verb)} this {self.subject}.",
            OUR_OWN,
            {"may_be_done_by": list(row.by)},
        )

    def _wrong_state(self, state: State, verb: str) -> Refused:
        return Refused(
            "wrong_state",
            f"This {self.subject} is {_words(state)}; '{_words(verb)}' is not possible.",
            OUR_OWN,
            {"state": state.value, "possible_verbs": list(self.verbs_of_callers(state))},
        )


def _words(slug: str) -> str:
    return slug.replace("_", " ")
