"""Returns on the wire. The members of a return's row are the columns of its files, in their order.

A member says what it means once, in its description; `x-needs` names the scope without which it is empty.
"""

from collections.abc import Iterator
from datetime import date, datetime
from types import UnionType
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin
from uuid import UUID

from pydantic import Field

from app.rules.tables import Column, ColumnType
from app.schemas.attendance_summaries import Sessions
from app.schemas.wire import Day, Instant, Read

Label = Annotated[str, Field(max_length=20, examples=["2026-11"])]

OF_A_FILE = (
    Column("record", "What the line is of, or `nil_return` where the period has nothing.", ColumnType.TEXT),
    Column("period", "The month, school year or term of the return.", ColumnType.TEXT),
    Column("provisional", "Whether the period had not ended when this was written.", ColumnType.YES_NO),
)
"""The columns with which the lines of every file begin."""

_TYPES: tuple[tuple[type, ColumnType], ...] = (
    (bool, ColumnType.YES_NO),
    (int, ColumnType.NUMBER),
    (float, ColumnType.NUMBER),
    (UUID, ColumnType.ID),
    (datetime, ColumnType.INSTANT),
    (date, ColumnType.DAY),
)

R = TypeVar("R", bound=Read)


class ColumnRead(Read):
    """A column of a return's files. `needs` is the scope without which every cell of it is empty."""

    name: Annotated[str, Field(max_length=60, examples=["family_name"])]
    meaning: Annotated[str, Field(max_length=300, examples=["The pupil's family name."])]
    type: ColumnType
    needs: Annotated[str | None, Field(max_length=60, examples=["pupils:read-upn"])]


class ReturnDefinitionRead(Read):
    """A return: `path` gives its pages, `path` with `.csv` or `.xlsx` its files."""

    name: Annotated[str, Field(max_length=60, examples=["monthly-dashboard"])]
    title: Annotated[str, Field(max_length=100, examples=["Monthly dashboard"])]
    path: Annotated[str, Field(max_length=100, examples=["/v1/monthly-dashboard"])]
    columns: Annotated[list[ColumnRead], Field(max_length=200)]


class ReturnDefinitions(Read):
    items: Annotated[list[ReturnDefinitionRead], Field(max_length=50)]


class ReturnRead(Read, Generic[R]):
    """One page of a return, and how much the whole of it holds.

    `provisional` is true until the period has ended in London. `nil_return` is true where it holds nothing.
    """

    period: Label
    first_on: Day
    last_on: Day
    as_of: Instant
    provisional: bool
    nil_return: bool
    records: Sessions
    items: Annotated[list[R], Field(max_length=200)]
    next_cursor: Annotated[str | None, Field(max_length=600)]


def columns_of(*rows: type[Read], without: tuple[str, ...] = ()) -> tuple[Column, ...]:
    """The columns that a file has of such rows: those of every file, then each member with its meaning."""
    return (*OF_A_FILE, *(each for row in rows for each in _members_of(row) if each.name not in without))


def _members_of(row: type[Read]) -> Iterator[Column]:
    for name, field in row.model_fields.items():
        assert field.description is not None, f"{row.__name__}.{name} says what it means"
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        needs = extra.get("x-needs")
        yield Column(name, field.description, _type_of(field.annotation), str(needs) if needs else None)


def _type_of(annotation: Any) -> ColumnType:
    """Of what is left of a member's type without its bounds and without null."""
    plain = annotation
    while get_origin(plain) in (Annotated, Union, UnionType):
        plain = next(each for each in get_args(plain) if each is not type(None))
    if isinstance(plain, type):
        return next((kind for of, kind in _TYPES if issubclass(plain, of)), ColumnType.TEXT)
    return ColumnType.TEXT
