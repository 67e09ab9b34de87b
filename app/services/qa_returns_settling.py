"""What a council does with an annual return: names its day, returns it for changes, accepts it; and its withdrawal."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.qa_returns import QaReturn
from app.outbox.catalogue import EventType
from app.rules.qa_returns import may_withdraw_return
from app.schemas.qa_returns import QaReturnReturn
from app.services.changes import insist
from app.services.qa_returns import locked_and_moved, must_lie_ahead, tell


async def reschedule_return(
    caller: Caller, session: AsyncSession, return_id: UUID, due_on: date, expected_version: int
) -> QaReturn:
    """Names the day by which the council wants it, also of one begun unasked. Raises NotFound, RuleRefused, Invalid."""
    found = await locked_and_moved(caller, session, return_id, "reschedule", expected_version)
    must_lie_ahead(caller, due_on)
    _due(found, due_on)
    found.requested_at = found.requested_at or caller.now
    return await tell(caller, session, found, EventType.QA_RETURN_RESCHEDULED)


async def return_return(
    caller: Caller, session: AsyncSession, return_id: UUID, body: QaReturnReturn, expected_version: int
) -> QaReturn:
    """Asks for changes and says why. Raises NotFound, RuleRefused, Invalid."""
    found = await locked_and_moved(caller, session, return_id, "return", expected_version)
    if body.due_on is not None:
        must_lie_ahead(caller, body.due_on)
        _due(found, body.due_on)
    found.returned_because = body.reason
    return await tell(caller, session, found, EventType.QA_RETURN_RETURNED)


async def accept_return(caller: Caller, session: AsyncSession, return_id: UUID, expected_version: int) -> QaReturn:
    """Raises NotFound, RuleRefused."""
    found = await locked_and_moved(caller, session, return_id, "accept", expected_version)
    found.settled_at = caller.now
    return await tell(caller, session, found, EventType.QA_RETURN_ACCEPTED)


async def withdraw_return(
    caller: Caller, session: AsyncSession, return_id: UUID, reason: str, expected_version: int
) -> QaReturn:
    """Whoever brought it about takes it back; it stays on record. Raises NotFound, RuleRefused."""
    found = await locked_and_moved(caller, session, return_id, "withdraw", expected_version)
    by_council = found.council_id == caller.organisation_id
    insist(may_withdraw_return(by_council, requested=found.requested_at is not None))
    found.withdrawn_because = reason
    return await tell(caller, session, found, EventType.QA_RETURN_WITHDRAWN)


def _due(found: QaReturn, due_on: date) -> None:
    found.due_on, found.told = due_on, 0
