"""The kinds of request that any party may make and both sides must agree to."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Generic

from app.models.extensions import Extension
from app.models.immediate_terminations import ImmediateTermination
from app.models.placements import Placement
from app.outbox.catalogue import EventType
from app.queries.agreements import Asked, Subject
from app.rules.agreements import AgreementKind, AskedState, Parties
from app.rules.extensions import EXTENSIONS
from app.rules.immediate_terminations import IMMEDIATE_TERMINATIONS
from app.rules.state_tables import StateTable
from app.services.agreements import parties_asked


@dataclass(frozen=True, slots=True)
class Question(Generic[Asked]):
    """A kind of request: where it is kept, found and answered, its life, the day that it
    is about, and what is told when it comes to a state."""

    kind: AgreementKind
    table: type[Asked]
    subject: Subject
    path: str
    life: StateTable[AskedState]
    day_of: Callable[[Asked], date]
    agreement_recorded: EventType
    told: dict[AskedState, EventType]

    def parties(self, placement: Placement) -> Parties:
        """The organisations that must agree, with the roles that each satisfies."""
        return parties_asked(placement, self.kind)


END_AT_ONCE = Question(
    AgreementKind.IMMEDIATE_TERMINATION,
    ImmediateTermination,
    "immediate_termination_id",
    "/v1/immediate-terminations",
    IMMEDIATE_TERMINATIONS,
    lambda asked: asked.effective_on,
    EventType.IMMEDIATE_TERMINATION_AGREEMENT,
    {
        AskedState.REQUESTED: EventType.IMMEDIATE_TERMINATION_REQUESTED,
        AskedState.AGREED: EventType.IMMEDIATE_TERMINATION_AGREED,
        AskedState.REFUSED: EventType.IMMEDIATE_TERMINATION_REFUSED,
        AskedState.WITHDRAWN: EventType.IMMEDIATE_TERMINATION_WITHDRAWN,
        AskedState.LAPSED: EventType.IMMEDIATE_TERMINATION_LAPSED,
    },
)
EXTEND = Question(
    AgreementKind.EXTENSION,
    Extension,
    "extension_id",
    "/v1/extensions",
    EXTENSIONS,
    lambda asked: asked.new_end_on,
    EventType.EXTENSION_AGREEMENT,
    {
        AskedState.REQUESTED: EventType.EXTENSION_REQUESTED,
        AskedState.AGREED: EventType.EXTENSION_AGREED,
        AskedState.REFUSED: EventType.EXTENSION_REFUSED,
        AskedState.WITHDRAWN: EventType.EXTENSION_WITHDRAWN,
        AskedState.LAPSED: EventType.EXTENSION_LAPSED,
    },
)
