"""Where the actions of an assessment go when it is complete: to an action plan of whoever wrote it.

Actions with an owner and a day are handed on as they stand; those in words alone stay words. A council keeps a plan
with a provider that it oversees, and whoever assesses itself keeps its own. Nobody else plans for the one assessed: a
peer, a school that looked at a provider, a council of an applicant.
"""

from collections.abc import Iterable
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.organisations import OrganisationKind
from app.models.toolkit import ToolkitAssessment, ToolkitEntry
from app.queries.directory import visible_organisation
from app.queries.oversight import oversight_of
from app.rules.action_plans import PlanSource, SourceKind, may_keep_plan
from app.rules.toolkit import ASSESSED
from app.rules.toolkit_evidence import may_hand_on
from app.rules.toolkit_uses import AssessorRole
from app.services.action_plans import open_plan
from app.services.actions import NewAction
from app.services.changes import insist

TITLE = "Actions of a toolkit assessment"


async def hand_on_actions(
    caller: Caller, session: AsyncSession, assessment: ToolkitAssessment, entries: Iterable[ToolkitEntry]
) -> None:
    """Opens the plan for what an assessment that is complete plans. Raises RuleRefused for a day that has passed."""
    actions = planned(entries)
    if not actions or not await _keeps_plan(caller, session, assessment):
        return
    due_on = {each.about or "": [a.due_on for a in actions if a.about == each.about] for each in actions}
    insist(may_hand_on(due_on, caller.today))
    await open_plan(
        caller,
        session,
        source=PlanSource(SourceKind.TOOLKIT_ASSESSMENT, assessment.id),
        provider_id=assessment.provider_id,
        council_id=assessment.assessor_id if assessment.assessor_role is AssessorRole.COUNCIL else None,
        actions=actions,
        title=TITLE,
    )


async def _keeps_plan(caller: Caller, session: AsyncSession, assessment: ToolkitAssessment) -> bool:
    """Whether the assessor may keep a plan with the one assessed."""
    if assessment.assessor_id == assessment.provider_id:
        return True
    if assessment.assessor_role is not AssessorRole.COUNCIL:
        return False
    provider = await visible_organisation(caller, session, OrganisationKind.PROVIDER, assessment.provider_id)
    return bool(may_keep_plan(await oversight_of(caller, session, provider)))


def planned(entries: Iterable[ToolkitEntry]) -> list[NewAction]:
    """The actions with an owner and a day, in the order of the toolkit's areas, each about its area or sub-area."""
    in_order = sorted(entries, key=lambda entry: ASSESSED.index(entry.area))
    return [
        NewAction(each["text"], each["owner"], date.fromisoformat(each["due_on"]), entry.area)
        for entry in in_order
        for each in entry.planned_actions
    ]
