"""Reviews of a placement on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.reviews import ReviewAttendee, ReviewState
from app.schemas.placements import Objectives
from app.schemas.wire import Body, Day, Id, Instant, LongText, Read, ShortText

Attendee = Annotated[ReviewAttendee, Field(strict=False)]


class ProgressWrite(Body):
    """How the pupil comes on with one of the placement's objectives, in the placement's words."""

    objective: ShortText = Field(examples=["Attend every morning for six weeks"])
    progress: ShortText = Field(examples=["Four mornings out of five, up from two"])


class ReviewRecord(Body):
    """A review that was held. Objectives or a next step left out or null are confirmed as they are.

    Only the commissioner's review changes them.
    """

    held_on: Day
    attended_by: Annotated[list[Attendee], Field(min_length=1, max_length=8)]
    findings: LongText = Field(examples=["Settled; ready to try mornings at school after the holidays"])
    progress: Annotated[list[ProgressWrite], Field(max_length=20)] = []
    objectives: Objectives | None = None
    intended_next_step: ShortText | None = None
    next_review_by: Day | None = None


class ProgressRead(Read):
    objective: ShortText
    progress: ShortText


class ReviewRead(Read):
    """A review, never changed. `previous_…` is what it found, `objectives` and `intended_next_step` what it left."""

    id: Id
    placement_id: Id
    recorded_by_id: Id
    recorded_at: Instant
    held_on: Day
    attended_by: Annotated[list[ReviewAttendee], Field(max_length=8)]
    findings: LongText
    progress: Annotated[list[ProgressRead], Field(max_length=20)]
    objectives: Objectives
    previous_objectives: Objectives
    intended_next_step: ShortText
    previous_next_step: ShortText
    next_review_by: Day | None


class ReviewDueRead(Read):
    """One half-term that the placement covers: a review held from `first_on` to `last_on` counts for it."""

    first_on: Day
    last_on: Day
    due_on: Day
    held_on: Day | None
    state: ReviewState


class ReviewsDueRead(Read):
    """`next_review_by` is what the last review agreed; a half-term's own day stands beside it."""

    half_terms: Annotated[list[ReviewDueRead], Field(max_length=60)]
    next_review_by: Day | None
    overdue: bool
