"""Placements and timetables on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.calendars import SchoolSession
from app.rules.governing_calendars import CalendarBasis
from app.rules.placements import PlacementStatus, PlacementTier, PrimaryReason
from app.rules.procurement import AttendancePattern, DeliveryOption, KeyStage
from app.rules.timetables import Weekday
from app.schemas.wire import Body, ClockTime, Day, Id, Instant, Read, ShortText, Tagged

Objectives = Annotated[
    list[ShortText], Field(min_length=1, max_length=20, examples=[["Attend every morning for six weeks"]])
]


class SlotWrite(Body):
    """One session of every week. Times are by the clock in London; `site_id` says where, unless online."""

    weekday: Weekday = Field(strict=False)
    session: SchoolSession = Field(strict=False)
    starts_at: ClockTime = Field(examples=["09:00"])
    ends_at: ClockTime = Field(examples=["12:00"])
    online: bool = False
    site_id: Id | None = None


Slots = Annotated[list[SlotWrite], Field(min_length=1, max_length=10)]


class PlacementPurpose(Body):
    """Why a child is to be placed, and what for."""

    tier: PlacementTier = Field(strict=False)
    primary_reason: PrimaryReason = Field(strict=False)
    key_stage: KeyStage | None = Field(default=None, strict=False)
    objectives: Objectives
    intended_next_step: ShortText


class PlacementTerms(Body):
    """What a provider is asked to take on: with whom, bought how, when and in which way."""

    provider_id: Id
    lot_id: Id | None = None
    spot_purchase: bool = Field(default=False, examples=[False])
    calendar_id: Id
    pattern: AttendancePattern = Field(strict=False)
    online: bool = Field(default=False, examples=[False])
    delivery: DeliveryOption | None = Field(default=None, strict=False)
    starts_on: Day
    planned_end_on: Day
    planned_end_by_agreement: bool = Field(default=False, examples=[False])
    timetable: Slots


class PlacementPropose(PlacementPurpose, PlacementTerms):
    """What a commissioner proposes to a provider. Name a lot, or mark a spot purchase.

    `planned_end_on` is the last open pupil day of a half-term, unless `planned_end_by_agreement` says that both sides
    agree to another day: the commissioner by proposing, the provider by accepting. The calendar is the commissioner's
    (its council's, for a school that publishes none) or, by the same agreement, the host school's or the provider's.
    """

    pupil_id: Id
    host_school_id: Id | None = None
    continues_id: Id | None = None


class SuccessorPropose(Body):
    """What changes with the successor; everything else is as it was, up to the same last day.

    `host_school_id` is the host school from then on, null for a child on no roll. The caller is the commissioner from
    then on. A calendar or lot that the parties then have no right to is replaced by naming another, or a spot purchase.
    """

    starts_on: Day = Field(examples=["2027-01-04"])
    host_school_id: Id | None
    calendar_id: Id | None = None
    lot_id: Id | None = None
    spot_purchase: bool | None = Field(default=None, examples=[False])


class PlacementRelease(Body):
    """The organisation that may take the placement over as its commissioner: one that sees it today."""

    commissioner_id: Id


class PlacementDecline(Body):
    reason: ShortText


class TimetableWrite(Body):
    """The weekly sessions from a later day on."""

    applies_from: Day
    slots: Slots


class PlacementRead(Tagged):
    """`status` follows from what the parties said and from today's date; `ends_on` is the last day that stands now.

    `calendar_basis` says whose calendar governs it. One that `takes_over` is the successor of `continues_id`, which
    ends the day before this one starts; `released_to_id` may become the commissioner of a successor of this one.
    `suspended_until` is the last day of the agreed suspension that today falls in, and null where there is none.
    """

    id: Id
    status: PlacementStatus
    pupil_id: Id
    commissioner_id: Id
    host_school_id: Id | None
    provider_id: Id
    lot_id: Id | None
    spot_purchase: bool
    calendar_id: Id
    calendar_basis: CalendarBasis
    continues_id: Id | None
    takes_over: bool
    released_to_id: Id | None
    declined_because: ShortText | None
    tier: PlacementTier
    primary_reason: PrimaryReason
    pattern: AttendancePattern
    online: bool
    delivery: DeliveryOption | None
    key_stage: KeyStage | None
    objectives: Objectives
    intended_next_step: ShortText
    starts_on: Day
    planned_end_on: Day
    ends_on: Day
    suspended_until: Day | None
    changed_at: Instant


class WeeklySessionWrite(Body):
    weekday: Weekday = Field(strict=False, examples=["friday"])
    session: SchoolSession = Field(strict=False, examples=["pm"])


class WeeklySessionRead(Read):
    weekday: Weekday
    session: SchoolSession


class SlotRead(Read):
    weekday: Weekday
    session: SchoolSession
    starts_at: ClockTime
    ends_at: ClockTime
    online: bool
    site_id: Id | None


class TimetableRead(Read):
    """A version of the timetable; the version with the latest `applies_from` on or before a day rules that day."""

    id: Id
    placement_id: Id
    applies_from: Day
    slots: Annotated[list[SlotRead], Field(max_length=10)]
