"""Requests for a later planned end, on the wire."""

from pydantic import Field

from app.rules.agreements import AskedState
from app.schemas.agreements import Asked
from app.schemas.wire import Body, Day, Id, Instant, Name, ShortText


class ExtensionRequest(Body):
    """`new_end_on` is the last open pupil day of a half-term, unless `end_by_agreement` asks for another day.

    Whoever asks agrees by asking: `given_by` names the person whose word that is.
    """

    placement_id: Id
    new_end_on: Day = Field(examples=["2027-03-25"])
    end_by_agreement: bool = Field(default=False, examples=[False])
    reason: ShortText = Field(examples=["Two units of the qualification are left"])
    given_by: Name = Field(examples=["C. Lead, head of centre"])


class ExtensionRead(Asked):
    """A request for a later planned end.

    It can be answered until `answer_by`, when the placement has ended; then it is `lapsed`. Agreed, it moves the
    placement's `planned_end_on`; `ends_on` moves with it unless notice of termination stands for an earlier day.
    """

    id: Id
    placement_id: Id
    state: AskedState
    requested_by_id: Id
    new_end_on: Day
    end_by_agreement: bool
    reason: ShortText
    previous_planned_end_on: Day
    answer_by: Instant
    settled_at: Instant | None
    created_at: Instant
    changed_at: Instant
