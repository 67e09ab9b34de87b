"""What every schema is made of: strict bodies, exact reads, and the bounded types of the wire."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})", re.ASCII)
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


def _written_as(kind: type, pattern: re.Pattern[str], code: str, message: str) -> BeforeValidator:
    """Refuses what is not text of this shape; a value of our own (`kind`, in a read) passes."""

    def check(value: Any) -> Any:
        if not isinstance(value, kind) and not (isinstance(value, str) and pattern.fullmatch(value)):
            raise PydanticCustomError(code, message)
        return value

    return BeforeValidator(check)


def _within_living_memory(value: date) -> date:
    if not 1990 <= value.year <= 2100:
        raise PydanticCustomError("out_of_range", "the year must lie between 1990 and 2100")
    return value


def _in_utc(value: datetime) -> datetime:
    """The instant as it will be stored and read again: the bounds hold for that, not for the sender's own offset."""
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("out_of_range", "the year must lie between 1990 and 2100") from None


def _not_blank(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("blank", "must not be blank")
    return value


_AS_DAY = _written_as(date, _DAY, "day_expected", "must be a day written YYYY-MM-DD")
_AS_INSTANT = _written_as(
    datetime, _INSTANT, "instant_expected", "must be an instant with offset, such as 2026-11-24T09:12:00Z"
)
_AS_ID = _written_as(UUID, _ID, "id_expected", "must be an id: a lower-case UUID")

Day = Annotated[date, Field(strict=False, examples=["2026-11-24"]), AfterValidator(_within_living_memory), _AS_DAY]
Instant = Annotated[
    datetime,
    Field(strict=False, examples=["2026-11-24T09:12:00Z"]),
    AfterValidator(_in_utc),
    AfterValidator(_within_living_memory),
    _AS_INSTANT,
]
ClockTime = Annotated[
    str,
    Field(
        pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$",
        json_schema_extra={"minLength": 5, "maxLength": 5},  # the pattern checks it, and says more when it is wrong
        examples=["09:12"],
    ),
]
Id = Annotated[UUID, Field(strict=False, examples=["3f0c8e0a-8d0e-4a65-9a57-0a1a3c1f2b77"]), _AS_ID]
Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_not_blank)]
ShortText = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_not_blank)]
LongText = Annotated[str, Field(min_length=1, max_length=8000), AfterValidator(_not_blank)]
Email = Annotated[
    str,
    Field(
        min_length=3,
        max_length=254,
        pattern=r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.[^@\s\x00-\x1f]+$",
        examples=["safeguarding@hill-school.example"],
    ),
]
Phone = Annotated[str, Field(min_length=3, max_length=30, pattern=r"^\+?[0-9][0-9 ]+$", examples=["0161 496 0123"])]
Count = Annotated[int, Field(ge=0, le=1_000_000)]


class Body(BaseModel):
    """What a caller sends: unknown members refused, nothing coerced."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Read(BaseModel):
    """What a caller receives: every member is always present."""

    model_config = ConfigDict(from_attributes=True, frozen=True, extra="forbid")


class Tagged(Read):
    """A single resource, which comes with its ETag: `tag(response, version)` in the router."""


def left_out() -> Any:
    """The default of a member that a change may leave out but not set to null; never read, never in the contract."""
    return None


SchoolYear = Annotated[
    str,
    Field(pattern=r"^20[0-9]{2}-[0-9]{2}$", json_schema_extra={"minLength": 7, "maxLength": 7}, examples=["2026-27"]),
]
