"""Frameworks, lots and awards on the wire."""

from typing import Annotated, TypeVar

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from app.rules.procurement import AttendancePattern, DeliveryOption, KeyStage
from app.schemas.wire import Body, Day, Id, Instant, Name, Tagged

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


class FrameworkCreate(Body):
    """A procurement system of the calling council; both days belong to it."""

    name: Name = Field(examples=["Alternative provision framework 2026"])
    starts_on: Day
    ends_on: Day


class FrameworkRead(Tagged):
    id: Id
    council_id: Id
    name: Name
    starts_on: Day
    ends_on: Day
    changed_at: Instant


class LotCreate(Body):
    """What a placement under the lot may be. Null or an empty list leaves that open."""

    number: LotNumber
    name: Name = Field(examples=["Part-time vocational"])
    pattern: AttendancePattern | None = Field(default=None, strict=False)
    online: bool | None = None
    key_stages: KeyStages = []
    delivery_options: DeliveryOptions = []


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
    changed_at: Instant


class LotAwardCreate(Body):
    """A lot for a provider, first and last day included, with the ways of delivery that it offers.

    Without `delivery_options` it offers all that the lot has.
    """

    lot_id: Id
    provider_id: Id
    starts_on: Day
    ends_on: Day
    delivery_options: DeliveryOptions = []


class LotAwardUpdate(Body):
    """Brings the end of an award forward."""

    ends_on: Day


class LotAwardRead(Tagged):
    id: Id
    lot_id: Id
    council_id: Id
    provider_id: Id
    starts_on: Day
    ends_on: Day
    delivery_options: DeliveryOptions
    changed_at: Instant
