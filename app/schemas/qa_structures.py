"""Shipped structures and activities of quality assurance, on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.qa_structures import ActivitySetSlug, StructureSlug
from app.schemas.qa_frameworks import ActivityTypeRead, QaAreaRead
from app.schemas.wire import Name, Read, ShortText


class QaStructureRead(Read):
    """Areas or sections with criteria that a council may adopt; `source` says whose areas they are."""

    slug: StructureSlug
    name: Name = Field(examples=["Salford's seven areas"])
    source: ShortText
    areas: Annotated[list[QaAreaRead], Field(max_length=20)]


class QaActivitySetRead(Read):
    """Types of activity, each with its minimum frequency, that a council may adopt."""

    slug: ActivitySetSlug
    name: Name = Field(examples=["Bolton's five types of activity"])
    source: ShortText
    activity_types: Annotated[list[ActivityTypeRead], Field(max_length=30)]
