"""A council's QA framework on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.qa_frameworks import DoneBy, FrameworkState, MinimumFrequency
from app.rules.qa_structures import ActivitySetSlug, StructureSlug
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
    text: ShortText = Field(examples=["The record of checks on staff is complete."])


class QaAreaWrite(Body):
    slug: Slug = Field(examples=["safeguarding"])
    name: Name = Field(examples=["Safeguarding"])
    criteria: Annotated[list[CriterionWrite], Field(min_length=1, max_length=25)]


class ActivityTypeWrite(Body):
    """What a council does to assure quality. Its slug is the `activity_type` of a visit.

    `done_by` says what fulfils it: a visit (or meeting) of the council's, a return that the provider files, or the
    reviews of its placements. Visits fall due by the activities that are done by `visit`.
    """

    slug: ActivitySlug
    name: Name = Field(examples=["QMC-9B validation visit"])
    minimum_frequency: MinimumFrequency = Field(strict=False)
    done_by: DoneBy = Field(default=DoneBy.VISIT, strict=False)


class QaFrameworkCreate(Body):
    """A council's own areas, criteria and activities. An edition does not change: what is new is a new edition."""

    name: Name = Field(examples=["Northshire QA framework"])
    areas: Annotated[list[QaAreaWrite], Field(min_length=1, max_length=20)]
    activity_types: Annotated[list[ActivityTypeWrite], Field(min_length=1, max_length=30)]


class QaFrameworkAdopt(Body):
    """What to adopt of `GET /v1/reference-data/qa-structures` and `GET /v1/reference-data/qa-activity-sets`.

    Without a `name` the framework bears the structure's.
    """

    structure: StructureSlug = Field(strict=False)
    activity_set: ActivitySetSlug = Field(default=ActivitySetSlug.BOLTON_FIVE, strict=False)
    name: Name | None = Field(default=None, examples=["Northshire QA framework"])


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
    done_by: DoneBy


class QaFrameworkRead(Tagged):
    """One edition of a framework. All editions of one share `series_id`, and one of them at most is `current`.

    Visits are planned by the current edition; one that was planned by an earlier edition keeps it. `structure` is the
    shipped structure that the framework was adopted from.
    """

    id: Id
    council_id: Id
    series_id: Id
    edition: Annotated[int, Field(ge=1, le=10_000, examples=[1])]
    state: FrameworkState
    structure: StructureSlug | None
    name: Name
    areas: Annotated[list[QaAreaRead], Field(max_length=20)]
    activity_types: Annotated[list[ActivityTypeRead], Field(max_length=30)]
    changed_at: Instant
