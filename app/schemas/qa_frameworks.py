"""A council's QA framework on the wire."""

from typing import Annotated

from pydantic import Field

from app.schemas.wire import Body, Id, Instant, Name, Read, ShortText, Tagged

Slug = Annotated[
    str,
    Field(min_length=1, max_length=120, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", examples=["single-central-record"]),
]


class CriterionWrite(Body):
    """What is looked at. Its slug names it in findings, and is the only one of that name in the framework."""

    slug: Slug
    text: ShortText


class QaAreaWrite(Body):
    slug: Slug
    name: Name
    criteria: Annotated[list[CriterionWrite], Field(min_length=1, max_length=25)]


class QaFrameworkCreate(Body):
    """A council's own areas and criteria. A framework does not change: a new edition is a new framework."""

    name: Name
    areas: Annotated[list[QaAreaWrite], Field(min_length=1, max_length=20)]


class CriterionRead(Read):
    slug: Slug
    text: ShortText


class QaAreaRead(Read):
    slug: Slug
    name: Name
    criteria: Annotated[list[CriterionRead], Field(max_length=25)]


class QaFrameworkRead(Tagged):
    id: Id
    council_id: Id
    name: Name
    areas: Annotated[list[QaAreaRead], Field(max_length=20)]
    changed_at: Instant
