"""The structures and activities of quality assurance that are shipped, as reference data."""

from dataclasses import asdict
from typing import Annotated

from fastapi import Response

from app.access.caller import Caller
from app.access.permission import allow
from app.rules.qa_structures import ACTIVITY_SETS, STRUCTURES
from app.schemas.qa_structures import QaActivitySetRead, QaStructureRead
from app.schemas.reference_data import TaggedList
from app.web.conditional import tag
from app.web.router import edge_router

router = edge_router("reference-data")

Anybody = Annotated[Caller, allow(None)]


@router.get("/reference-data/qa-structures", operation_id="list_qa_structures")
async def list_qa_structures(caller: Anybody, response: Response) -> TaggedList[QaStructureRead]:
    """Areas or sections by which councils look at providers, with criteria in our own words. A council adopts one."""
    tag(response, 1)
    return TaggedList(items=[QaStructureRead.model_validate(asdict(each)) for each in STRUCTURES])


@router.get("/reference-data/qa-activity-sets", operation_id="list_qa_activity_sets")
async def list_qa_activity_sets(caller: Anybody, response: Response) -> TaggedList[QaActivitySetRead]:
    """What councils do to assure quality, and how often at least. A council adopts one set with a structure."""
    tag(response, 1)
    return TaggedList(items=[QaActivitySetRead.model_validate(asdict(each)) for each in ACTIVITY_SETS])
