"""What the host school does while the child is away, on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.host_school_checks import CheckFrequency, CheckKind, CheckOutcome
from app.schemas.wire import Body, Day, Id, Instant, Name, Read

Note = Annotated[str, Field(min_length=1, max_length=2000, examples=["Seen at home with mother; settled and eating"])]


class CheckRecord(Body):
    """A check that was done. `corrects_id` names an earlier entry of the same kind that this one replaces."""

    kind: CheckKind = Field(strict=False)
    outcome: CheckOutcome = Field(strict=False, default=CheckOutcome.DONE)
    done_on: Day
    done_by: Name = Field(examples=["A. Lead, AP lead"])
    home_visit: bool = Field(default=False, examples=[False])
    note: Note | None = None
    corrects_id: Id | None = None


class CheckRead(Read):
    """An entry as it was made. It is never changed: where `corrected_by_id` is given, that entry stands instead."""

    id: Id
    placement_id: Id
    kind: CheckKind
    outcome: CheckOutcome
    done_on: Day
    done_by: Name
    home_visit: bool
    note: Note | None
    recorded_by_id: Id
    recorded_at: Instant
    corrects_id: Id | None
    corrected_by_id: Id | None
    changed_at: Instant


class CheckDueRead(Read):
    """Where one kind of check stands today: `missed` are the days by which it should have been done and was not."""

    kind: CheckKind
    frequency: CheckFrequency
    last_done_on: Day | None
    next_due_on: Day | None
    overdue: bool
    missed: Annotated[list[Day], Field(max_length=200)]


class ChecksDueRead(Read):
    """Every kind of check that the placement asks for; none while it is not accepted."""

    checks: Annotated[list[CheckDueRead], Field(max_length=20)]
