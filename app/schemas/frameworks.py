"""Frameworks and lots on the wire."""

from typing import Annotated, TypeVar

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from app.rules.procurement import AttendancePattern, DeliveryOption, KeyStage
from app.schemas.wire import Body, Day, Id, Instant, Name, Read, Tagged, left_out

T = TypeVar("T")


def _distinct(values: list[T]) -> list[T]:
    if len(set(values)) != len(values):
        raise PydanticCustomError("repeated", "must not name anything twice")
    return values


LotNumber = Annotated[int, Field(ge=1, le=999, examples=[3])]
KeyStages = Annotated[
    list[Annotated[KeyStage, Field(strict=False)]],
    Field(max_length=5, examples=[["ks3", "ks4"]]),
    AfterValidator(_distinct),
]
DeliveryOptions = Annotated[
    list[Annotated[DeliveryOption, Field(strict=False)]],
    Field(max_length=5, examples=[["in_person_one_to_one", "in_person_group_2_to_4"]]),
    AfterValidator(_distinct),
]


MOST_EXTENSIONS, LONGEST_EXTENSION = 10, 60
ExtensionsAllowed = Annotated[
    int, Field(ge=0, le=MOST_EXTENSIONS, examples=[2], description="How often the framework may be extended.")
]
ExtensionMonths = Annotated[
    int, Field(ge=0, le=LONGEST_EXTENSION, examples=[12], description="By how many months each extension.")
]
InsuranceRequired = Annotated[
    bool, Field(description="Whether a placement under it needs a provider that has given insurance certificates.")
]
ConfirmationRequired = Annotated[
    bool, Field(description="Whether a placement under it needs a provider that has confirmed its safeguarding checks.")
]


class FrameworkCreate(Body):
    """A procurement system of the calling council; both days belong to it.

    Extensions that are not allowed here are never made. `succeeds_id` names the calling council's own framework that
    this one follows: it is tendered again.
    """

    name: Name = Field(examples=["Alternative provision framework 2026"])
    starts_on: Day
    ends_on: Day
    extensions_allowed: ExtensionsAllowed = Field(default=0, examples=[2])
    extension_months: ExtensionMonths = Field(default=0, examples=[12])
    insurance_required: InsuranceRequired = True
    safeguarding_confirmation_required: ConfirmationRequired = True
    succeeds_id: Id | None = None


class FrameworkUpdate(Body):
    """Changes to a framework; members left out stay as they are. What is required holds for new placements only."""

    name: Name = Field(default_factory=left_out)
    insurance_required: bool = Field(default_factory=left_out)
    safeguarding_confirmation_required: bool = Field(default_factory=left_out)


class FrameworkRead(Tagged):
    """A framework. `ends_on` is the last day as it stands, extensions made included."""

    id: Id
    council_id: Id
    name: Name
    starts_on: Day
    ends_on: Day
    extensions_allowed: ExtensionsAllowed
    extension_months: ExtensionMonths
    extensions_made: ExtensionsAllowed
    insurance_required: InsuranceRequired
    safeguarding_confirmation_required: ConfirmationRequired
    succeeds_id: Id | None
    changed_at: Instant


MostInGroup = Annotated[int, Field(ge=1, le=999, examples=[30])]


class GroupLimitWrite(Body):
    """The most pupils in a group taught in this way, of this key stage where one is named."""

    delivery: DeliveryOption = Field(strict=False, examples=["online_group"])
    key_stage: KeyStage | None = Field(default=None, strict=False, examples=["ks1"])
    most: MostInGroup


class GroupLimitRead(Read):
    delivery: DeliveryOption
    key_stage: KeyStage | None
    most: MostInGroup


GroupLimits = Annotated[
    list[GroupLimitWrite],
    Field(max_length=30, examples=[[{"delivery": "online_group", "key_stage": "ks1", "most": 30}]]),
]


class LotCreate(Body):
    """What a placement under the lot may be. Null or an empty list leaves that open."""

    number: LotNumber
    name: Name = Field(examples=["Part-time vocational"])
    pattern: AttendancePattern | None = Field(default=None, strict=False)
    online: bool | None = None
    key_stages: KeyStages = []
    delivery_options: DeliveryOptions = []
    group_limits: GroupLimits = []


class LotUpdate(Body):
    """Changes to a lot; members left out stay as they are.

    Once providers have applied for the lot or hold it, only what it leaves open may still be fixed.
    """

    name: Name = Field(default_factory=left_out)
    pattern: AttendancePattern | None = Field(default_factory=left_out, strict=False)
    online: bool | None = Field(default_factory=left_out)
    key_stages: KeyStages = Field(default_factory=left_out)
    delivery_options: DeliveryOptions = Field(default_factory=left_out)
    group_limits: GroupLimits = Field(default_factory=left_out)


class LotRead(Tagged):
    """A lot of a council's framework. Null or an empty list: the lot leaves that open."""

    id: Id
    framework_id: Id
    number: LotNumber
    name: Name
    pattern: AttendancePattern | None
    online: bool | None
    key_stages: KeyStages
    delivery_options: DeliveryOptions
    group_limits: Annotated[list[GroupLimitRead], Field(max_length=30)]
    changed_at: Instant
