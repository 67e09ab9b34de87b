"""Facts about a placed child that clocks depend on, on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.day_six import ExclusionKind
from app.schemas.wire import Body, Day, Id, Instant, Read, Tagged

PupilDays = Annotated[int, Field(ge=1, le=45, examples=[10])]


class ExclusionWrite(Body):
    """`on` is its first day. A suspension has a length in pupil days, a permanent exclusion has none."""

    kind: ExclusionKind = Field(strict=False)
    on: Day = Field(examples=["2026-11-20"])
    pupil_days: PupilDays | None = Field(default=None, examples=[None])


class ExclusionRead(Read):
    kind: ExclusionKind
    on: Day
    pupil_days: PupilDays | None


class PlacementFactsWrite(Body):
    """The whole of the facts; what is left out is not known.

    `required_after_16`: false where the pupil, once past compulsory school age, need not attend what is timetabled. An
    absence then is no absence from a possible session (`X`). Not known, it counts as required.
    """

    looked_after: bool | None = Field(default=None, examples=[False])
    ehcp: bool | None = Field(default=None, examples=[True])
    exclusion: ExclusionWrite | None = None
    required_after_16: bool | None = Field(default=None, examples=[None])


class PlacementFactsRead(Tagged):
    """Null where the commissioner has not said."""

    placement_id: Id
    looked_after: bool | None
    ehcp: bool | None
    exclusion: ExclusionRead | None
    required_after_16: bool | None
    changed_at: Instant | None
