"""Everything that is overdue, or falls due, in a council's quality assurance, over all kinds in one order."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.rules.quality_due import DueItem, DueKind, soonest
from app.services.quality_due_sources import SOURCES, Wanted


async def quality_due(caller: Caller, session: AsyncSession, kind: DueKind | None, wanted: Wanted) -> list[DueItem]:
    """The soonest of what each source gives, or one source alone; no more than `wanted.most`."""
    asked = [source for each, source in SOURCES.items() if kind in (None, each)]
    return soonest([await source(caller, session, wanted) for source in asked], wanted.most)
