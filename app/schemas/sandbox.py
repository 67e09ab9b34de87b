"""The clock of a sandbox, and the emails it caught."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from app.schemas.wire import Body, Count, Day, Id, Instant, Read

MOST_SECONDS = 92 * 24 * 3600


class Moment(StrEnum):
    """A moment that one need not compute. `next_school_morning`: 08:50 in London on an open pupil day."""

    NEXT_SCHOOL_MORNING = "next_school_morning"


class ClockSet(Body):
    """The instant at which the clock is to stand: not before where it is, at most 92 days after it."""

    now: Instant


class ClockAdvance(Body):
    """How far the clock is to move on. Exactly one of the two."""

    seconds: Annotated[int, Field(ge=1, le=MOST_SECONDS, examples=[1800])] | None = None
    until: Annotated[Moment, Field(strict=False)] | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.seconds is None) == (self.until is None):
            raise PydanticCustomError("one_of", "send exactly one of `seconds` and `until`")
        return self


class ClockRead(Read):
    """What time it is for every organisation of the sandbox, and whether the clock stands or runs with ours."""

    now: Instant
    stands_still: bool


class EmailRead(Read):
    """An email that was kept instead of sent. `at` is the sandbox's time."""

    id: Id
    recipient: Annotated[str, Field(max_length=254, examples=["dsl@example.org"])]
    subject: Annotated[str, Field(max_length=200)]
    body: Annotated[str, Field(max_length=100_000)]
    at: Instant


class Scenario(StrEnum):
    """A situation that an integrator wants to see. All begin on an open pupil day of the sandbox.

    - `provider_misses_deadline`: every provider reports its morning in time but one; it is 09:31 in London.
    - `pupil_absconds`: a pupil left at 10:40 in London and the provider has raised an alert.
    - `half_term_ends_tomorrow`: it is 08:50 in London, and tomorrow a placement may be ended.
    """

    PROVIDER_MISSES_DEADLINE = "provider_misses_deadline"
    PUPIL_ABSCONDS = "pupil_absconds"
    HALF_TERM_ENDS_TOMORROW = "half_term_ends_tomorrow"


class ScenarioPlay(Body):
    """Which scenario to play. Where no placement is named, one that the caller sees is taken."""

    scenario: Annotated[Scenario, Field(strict=False)]
    placement_id: Id | None = Field(
        default=None, description="Whose pupil absconds, whose provider is late, or whose half-term ends."
    )


class ScenarioRead(Read):
    """What was played. `now` is where the clock stands after it."""

    scenario: Scenario
    now: Instant
    placement_id: Id
    provider_id: Id
    alert_id: Annotated[Id | None, Field(description="The alert that was raised, of `pupil_absconds`.")]
    reported_count: Annotated[Count, Field(description="Marks that the other providers sent in.")]
    ends_on: Annotated[Day | None, Field(description="The day of `half_term_ends_tomorrow` on which it ends.")]
