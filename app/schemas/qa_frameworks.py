"""A council's QA framework on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.qa import MinimumFrequency
from app.schemas.wire import Body, Id, Instant, Name, Read, ShortText, Tagged

Slug = Annotated[
    str,
    Field(min_length=1, max_length=120, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", examples=["single-central-record"]),
]
ActivitySlug = Annotated[
    str, Field(min_length=1, max_length=60, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", examples=["validation-visit"])
]


class CriterionWrite(Body):
    """What is looked at. Its slug names it in findings, and is the only one of that name in the framework."""

    slug: Slug
    text: ShortText


class QaAreaWrite(Body):
    slug: Slug
    name: Name
    criteria: Annotated[list[CriterionWrite], Field(min_length=1, max_length=25)]


class ActivityTypeWrite(Body):
    """A kind of visit that the council makes. Its slug is the `activity_type` of a visit."""

    slug: ActivitySlug
    name: Name = Field(examples=["QMC-9B validation visit"])
    minimum_frequency: MinimumFrequency = Field(strict=False)


class QaFrameworkCreate(Body):
    """A council's own areas, criteria and kinds of visit. It does not change: a new edition is a new framework."""

    name: Name
    areas: Annotated[list[QaAreaWrite], Field(min_length=1, max_length=20)]
    activity_types: Annotated[list[ActivityTypeWrite], Field(min_length=1, max_length=30)]


class CriterionRead(Read):
    slug: Slug
    text: ShortText


class QaAreaRead(Read):
    slug: Slug
    name: Name
    criteria: Annotated[list[CriterionRead], Field(max_length=25)]


class ActivityTypeRead(Read):
    slug: ActivitySlug
    name: Name
    minimum_frequency: MinimumFrequency


class QaFrameworkRead(Tagged):
    id: Id
    council_id: Id
    name: Name
    areas: Annotated[list[QaAreaRead], Field(max_length=20)]
    activity_types: Annotated[list[ActivityTypeRead], Field(max_length=30)]
    changed_at: Instant
