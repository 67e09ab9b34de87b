"""A provider's whole directory entry, after the Westmorland & Furness form."""

from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from app.models.organisations import ProviderCategory
from app.rules.directory_entries import (
    MOST_TARGET_GROUPS,
    CostPer,
    DayOfWeek,
    EntryContactRole,
    OfstedStatus,
    Publication,
    QualificationLevel,
    TargetGroup,
)
from app.rules.procurement import AttendancePattern, DeliveryOption
from app.schemas.directory import MOST_SITES, IdentifierRead, SiteRead, Warnings
from app.schemas.wire import Body, ClockTime, Day, Email, Id, Instant, LongText, Name, Phone, Read, ShortText, Tagged

T = TypeVar("T")


def _distinct(values: list[T]) -> list[T]:
    if any(value in values[:index] for index, value in enumerate(values)):
        raise PydanticCustomError("repeated", "must not name anything twice")
    return values


_ONCE = AfterValidator(_distinct)
Pence = Annotated[int, Field(ge=0, le=100_000_000, description="An amount in pence.", examples=[4500])]
Staff = Annotated[int, Field(ge=0, le=100_000, examples=[6])]
TargetGroupsNamed = Annotated[
    list[Annotated[TargetGroup, Field(strict=False)]], Field(max_length=15, examples=[["ks3", "ks4", "ehcp"]]), _ONCE
]
OtherTargetGroups = Annotated[
    list[ShortText],
    Field(
        max_length=MOST_TARGET_GROUPS,
        description=(
            "Groups in the provider's own words, where the list has none. A word that the list knows counts as of the"
            f" list. Both together are at most {MOST_TARGET_GROUPS}."
        ),
        examples=[["School refusers"]],
    ),
    _ONCE,
]
Needs = Annotated[list[ShortText], Field(max_length=50, examples=[["Anxiety", "Speech and language"]]), _ONCE]
Subjects = Annotated[list[Name], Field(max_length=100, examples=[["English", "Mathematics", "Animal care"]]), _ONCE]
AwardingBodies = Annotated[list[Name], Field(max_length=50, examples=[["NCFE", "ASDAN"]]), _ONCE]
NonAccredited = Annotated[list[ShortText], Field(max_length=50, examples=[["Forest school"]]), _ONCE]
Patterns = Annotated[
    list[Annotated[AttendancePattern, Field(strict=False)]], Field(max_length=2, examples=[["full_time"]]), _ONCE
]
Deliveries = Annotated[
    list[Annotated[DeliveryOption, Field(strict=False)]],
    Field(max_length=5, examples=[["in_person_group_2_to_4"]]),
    _ONCE,
]


class EntryContactWrite(Body):
    """A person whom readers of the entry may turn to: published with it. Alerts go to `/v1/contacts` instead."""

    role: EntryContactRole = Field(strict=False)
    name: Name = Field(examples=["A. Reed"])
    email: Email | None = None
    phone: Phone | None = None


class EntryContactRead(Read):
    role: EntryContactRole
    name: Name
    email: Email | None
    phone: Phone | None


class StaffWrite(Body):
    """How many people work there; null where the provider does not say."""

    delivery: Staff | None = None
    qualified_teachers: Staff | None = None
    support: Staff | None = None
    other: Staff | None = None
    volunteers: Staff | None = None


class StaffRead(Read):
    """How many people work there; null where the provider does not say."""

    delivery: Staff | None
    qualified_teachers: Staff | None
    support: Staff | None
    other: Staff | None
    volunteers: Staff | None


class QualificationWrite(Body):
    title: Name = Field(examples=["BTEC Level 1 in Animal Care"])
    level: QualificationLevel | None = Field(default=None, strict=False)
    awarding_body: Name | None = Field(default=None, examples=["Pearson"])


class QualificationRead(Read):
    title: Name
    level: QualificationLevel | None
    awarding_body: Name | None


class SessionTimeWrite(Body):
    """When a session is taught every week, by the clock in London."""

    day: DayOfWeek = Field(strict=False)
    starts_at: ClockTime = Field(examples=["09:00"])
    ends_at: ClockTime = Field(examples=["12:00"])


class SessionTimeRead(Read):
    day: DayOfWeek
    starts_at: ClockTime
    ends_at: ClockTime


class CostWrite(Body):
    what_for: ShortText = Field(examples=["A place in a group of four"])
    amount_pence: Pence
    per: CostPer = Field(strict=False)


class CostRead(Read):
    what_for: ShortText
    amount_pence: Pence
    per: CostPer


class StaffingRatioWrite(Body):
    """So many staff for so many pupils."""

    setting: ShortText = Field(examples=["Workshop"])
    staff: Annotated[int, Field(ge=1, le=100, examples=[1])]
    pupils: Annotated[int, Field(ge=1, le=1000, examples=[4])]


class StaffingRatioRead(Read):
    setting: ShortText
    staff: Annotated[int, Field(ge=1, le=100)]
    pupils: Annotated[int, Field(ge=1, le=1000)]


class AmountWrite(Body):
    amount_pence: Pence
    per: CostPer = Field(strict=False)


class AmountRead(Read):
    amount_pence: Pence
    per: CostPer


class TransportWrite(Body):
    """Whether the provider brings pupils, and what that costs; a null cost where it is included or not said."""

    offered: bool = Field(examples=[True])
    note: ShortText | None = Field(default=None, examples=["Within ten miles"])
    cost: AmountWrite | None = None


class TransportRead(Read):
    offered: bool
    note: ShortText | None
    cost: AmountRead | None


class PermissionWrite(Body):
    """Who gave permission for the provider to publish the entry, and when."""

    given_by: Name = Field(examples=["A. Reed, head"])
    given_on: Day


class PermissionRead(Read):
    given_by: Name
    given_on: Day


EXAMPLE: dict[str, Any] = {
    "category": "charity",
    "publication": "everyone",
    "permission_to_publish": {"given_by": "A. Reed, head", "given_on": "2026-09-01"},
    "offer": "Animal care and horticulture, with English and mathematics every morning.",
    "contacts": [{"role": "head", "name": "A. Reed", "email": "head@meadow.example", "phone": "01632 960001"}],
    "staff": {"delivery": 6, "qualified_teachers": 2, "support": 3, "other": 1, "volunteers": 2},
    "ofsted": "not_registered",
    "awarding_bodies": ["Pearson"],
    "qualifications": [{"title": "BTEC Animal Care", "level": "level_1", "awarding_body": "Pearson"}],
    "non_accredited": ["Forest school"],
    "target_groups": ["ks3", "ks4", "ehcp"],
    "other_target_groups": ["School refusers"],
    "needs_met": ["Anxiety"],
    "subjects": ["English", "Mathematics", "Animal care"],
    "session_times": [{"day": "monday", "starts_at": "09:15", "ends_at": "12:15"}],
    "patterns": ["part_time"],
    "delivery_options": ["in_person_group_2_to_4"],
    "costs": [{"what_for": "A place in a group of four", "amount_pence": 4500, "per": "session"}],
    "staffing_ratios": [{"setting": "Group", "staff": 1, "pupils": 4}],
    "transport": {"offered": True, "note": "Within ten miles", "cost": {"amount_pence": 800, "per": "day"}},
}


class DirectoryEntryWrite(Body):
    """The whole entry, in place of what it was: a member left out is emptied.

    Sites and identifiers are kept at their own addresses, `/v1/providers/{provider_id}/sites` and `…/identifiers`.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    category: ProviderCategory = Field(strict=False)
    publication: Publication = Field(strict=False, description="More than `private` needs `permission_to_publish`.")
    permission_to_publish: PermissionWrite | None = None
    offer: LongText | None = None
    contacts: Annotated[list[EntryContactWrite], Field(max_length=10), _ONCE] = []
    staff: StaffWrite = StaffWrite()
    ofsted: OfstedStatus | None = Field(default=None, strict=False)
    awarding_bodies: AwardingBodies = []
    qualifications: Annotated[list[QualificationWrite], Field(max_length=200), _ONCE] = []
    non_accredited: NonAccredited = []
    target_groups: TargetGroupsNamed = []
    other_target_groups: OtherTargetGroups = []
    needs_met: Needs = []
    subjects: Subjects = []
    session_times: Annotated[list[SessionTimeWrite], Field(max_length=60), _ONCE] = []
    patterns: Patterns = []
    delivery_options: Deliveries = []
    costs: Annotated[list[CostWrite], Field(max_length=50), _ONCE] = []
    staffing_ratios: Annotated[list[StaffingRatioWrite], Field(max_length=20), _ONCE] = []
    transport: TransportWrite | None = None


class DirectoryEntryRead(Tagged):
    """A provider's directory entry, whole.

    `permission_to_publish` is shown to the provider itself and the council that registered it, and null to others.
    """

    provider_id: Id
    name: Name
    category: ProviderCategory | None
    publication: Publication
    permission_to_publish: PermissionRead | None
    offer: LongText | None
    identifiers: Annotated[list[IdentifierRead], Field(max_length=10)]
    warnings: Warnings
    contacts: Annotated[list[EntryContactRead], Field(max_length=10)]
    sites: Annotated[list[SiteRead], Field(max_length=MOST_SITES)]
    staff: StaffRead
    ofsted: OfstedStatus | None
    awarding_bodies: AwardingBodies
    qualifications: Annotated[list[QualificationRead], Field(max_length=200)]
    non_accredited: NonAccredited
    target_groups: TargetGroupsNamed
    other_target_groups: Annotated[list[ShortText], Field(max_length=MOST_TARGET_GROUPS)]
    needs_met: Needs
    subjects: Subjects
    session_times: Annotated[list[SessionTimeRead], Field(max_length=60)]
    patterns: Patterns
    delivery_options: Deliveries
    costs: Annotated[list[CostRead], Field(max_length=50)]
    staffing_ratios: Annotated[list[StaffingRatioRead], Field(max_length=20)]
    transport: TransportRead | None
    changed_at: Instant
