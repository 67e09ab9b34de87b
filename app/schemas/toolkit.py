"""The AP Quality Toolkit's structure on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.toolkit_areas import ToolkitCategory
from app.schemas.toolkit_assessments import AreaSlug
from app.schemas.wire import Name, Read, ShortText

Reference = Annotated[str, Field(min_length=1, max_length=3, examples=["7b"])]
Prompts = Annotated[list[ShortText], Field(max_length=2)]


class SubAreaRead(Read):
    """`reference` is the toolkit's own, such as 7b. `prompts` are ours."""

    slug: AreaSlug
    reference: Reference
    name: Name
    prompts: Prompts


class ToolkitAreaRead(Read):
    """`reference` is the toolkit's own: a place in a list, no measure. `prompts` are ours; the questions are theirs."""

    slug: AreaSlug
    reference: Reference
    name: Name
    prompts: Prompts
    may_not_apply: bool
    sub_areas: Annotated[list[SubAreaRead], Field(max_length=4)]


class ToolkitCategoryRead(Read):
    slug: ToolkitCategory
    name: Name
    areas: Annotated[list[ToolkitAreaRead], Field(max_length=13)]


class ToolkitRead(Read):
    """The three categories with their thirteen areas."""

    categories: Annotated[list[ToolkitCategoryRead], Field(max_length=3)]
