"""Requests to end a placement at once, on the wire."""

from pydantic import Field

from app.rules.agreements import AskedState
from app.rules.immediate_terminations import ExceptionalReason
from app.schemas.agreements import Asked
from app.schemas.wire import Body, Day, Id, Instant, Name, ShortText


class ImmediateTerminationRequest(Body):
    """`effective_on`, today or later and before the end that stands, is to be the placement's last day.

    It may be any day. A day before the placement's first calls it off. Whoever asks agrees by asking: `given_by` names
    the person whose word that is.
    """

    placement_id: Id
    effective_on: Day = Field(examples=["2026-11-26"])
    reason: ExceptionalReason = Field(strict=False)
    circumstances: ShortText = Field(examples=["Threatened staff with a weapon; the police are involved"])
    given_by: Name = Field(examples=["C. Lead, head of centre"])


class ImmediateTerminationRead(Asked):
    """A request to end a placement at once.

    It can be answered until `answer_by`, the end of the day that it names; then it is `lapsed`. `previous_end_on` is
    the last day that stood when it was made.
    """

    id: Id
    placement_id: Id
    state: AskedState
    requested_by_id: Id
    effective_on: Day
    reason: ExceptionalReason
    circumstances: ShortText
    previous_end_on: Day
    answer_by: Instant
    settled_at: Instant | None
    created_at: Instant
    changed_at: Instant
