"""What every step in the life of a QA visit has in common: who takes it, what is kept, who is told."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.qa import QaVisit
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.queries.qa_visits import audience_of, visible_visit
from app.rules.qa_visits import VISITS
from app.services.changes import changed, moved


def part_of(caller: Caller, visit: QaVisit) -> str:
    """As what the caller takes part in a visit that it sees: a party of `rules.qa_visits.VISITS`."""
    if caller.organisation_id == visit.council_id:
        return "council"
    return "provider" if caller.organisation_id == visit.provider_id else "partner_council"


async def moved_visit(
    caller: Caller, session: AsyncSession, visit_id: UUID, verb: str, expected_version: int
) -> QaVisit:
    """The visit, locked, in the state that the verb leads to."""
    visit = await visible_visit(caller, session, visit_id, lock=True)
    visit.state = moved(visit, expected_version, VISITS, visit.state, verb, part_of(caller, visit))
    return visit


async def kept_visit(caller: Caller, session: AsyncSession, visit: QaVisit, event: EventType) -> QaVisit:
    """Moves the visit's version on, and tells everybody who takes part, or reads it, what happened."""
    changed(visit, caller)
    await session.flush()
    await tell_of_visit(caller, session, visit, event)
    return visit


async def tell_of_visit(caller: Caller, session: AsyncSession, visit: QaVisit, event: EventType) -> None:
    told = await audience_of(session, visit)
    await record_event(session, event, path_of(visit), caller.now, organisations=told)


def path_of(visit: QaVisit) -> str:
    return f"/v1/qa-visits/{visit.id}"
