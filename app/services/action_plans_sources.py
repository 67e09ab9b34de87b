"""What a plan may come of: for each kind of source, whether the caller may act upon it, and with whom.

A feature whose things lead to plans adds one function here, and its column to `models.action_plans.SOURCE_COLUMNS`.
Each function finds the source as the caller may see it, locks it where it is the caller's, refuses by the source's own
rules, and answers the provider that it is about. It raises NotFound for what the caller may not see.
"""

from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.problems import NotFound
from app.queries.qa_returns import visible_return
from app.queries.qa_visits import visible_visit
from app.queries.toolkit_assessments import visible_assessment
from app.rules.action_plans import SourceKind
from app.rules.qa_visits import VISITS
from app.rules.toolkit import AssessmentState
from app.services.changes import insist

Check = Callable[[Caller, AsyncSession, UUID], Awaitable[UUID]]


async def qa_visit(caller: Caller, session: AsyncSession, visit_id: UUID) -> UUID:
    """A visit that took place. Raises NotFound, RuleRefused."""
    visit = await visible_visit(caller, session, visit_id)
    if caller.organisation_id in (visit.council_id, visit.provider_id):
        visit = await visible_visit(caller, session, visit_id, lock=True)
    insist(VISITS.may(visit.state, "set_action", "council"))
    return visit.provider_id


async def toolkit_assessment(caller: Caller, session: AsyncSession, assessment_id: UUID) -> UUID:
    """A complete assessment that the caller reads. Raises NotFound."""
    assessment = await visible_assessment(caller, session, assessment_id)
    if assessment.state is not AssessmentState.COMPLETE:
        raise NotFound
    return assessment.provider_id


async def qa_return(caller: Caller, session: AsyncSession, return_id: UUID) -> UUID:
    """An annual return that was submitted, even if it was sent back since. Raises NotFound."""
    found = await visible_return(caller, session, return_id, lock=True)
    if found.first_submitted_at is None:
        raise NotFound
    return found.provider_id


async def unknown(caller: Caller, session: AsyncSession, source_id: UUID) -> UUID:
    """A kind of source that plans are not opened of by this operation. Raises NotFound."""
    raise NotFound


CHECKS: Mapping[SourceKind, Check] = {
    SourceKind.QA_VISIT: qa_visit,
    SourceKind.TOOLKIT_ASSESSMENT: toolkit_assessment,
    SourceKind.QA_RETURN: qa_return,
    SourceKind.CONCERN: unknown,  # a concern leads to a plan by `act_on_concern`
}
