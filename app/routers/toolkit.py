"""The AP Quality Toolkit's structure, as reference data."""

from typing import Annotated

from app.access.caller import Caller
from app.access.permission import allow
from app.rules.toolkit_areas import AREAS, MAY_NOT_APPLY, ToolkitArea, ToolkitCategory
from app.schemas.toolkit import SubAreaRead, ToolkitAreaRead, ToolkitCategoryRead, ToolkitRead
from app.web.router import edge_router

router = edge_router("toolkit")


@router.get("/reference-data/toolkit-areas", operation_id="get_toolkit_areas")
async def get_toolkit_areas(caller: Annotated[Caller, allow(None)]) -> ToolkitRead:
    """The toolkit's categories, areas and sub-areas with Waymark's own prompts. There is nothing in it to be scored."""
    return ToolkitRead(categories=[_category(category) for category in ToolkitCategory])


def _category(category: ToolkitCategory) -> ToolkitCategoryRead:
    return ToolkitCategoryRead(
        slug=category,
        name=category.capitalize(),
        areas=[_area(area) for area in AREAS if area.category is category],
    )


def _area(area: ToolkitArea) -> ToolkitAreaRead:
    return ToolkitAreaRead(
        slug=area.slug,
        reference=str(area.position),
        name=area.name,
        prompts=list(area.prompts),
        may_not_apply=area.slug == MAY_NOT_APPLY,
        sub_areas=[
            SubAreaRead(
                slug=each.slug, reference=f"{area.position}{each.letter}", name=each.name, prompts=list(each.prompts)
            )
            for each in area.sub_areas
        ],
    )
