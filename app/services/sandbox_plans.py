"""The sandbox's part-time plan, and its excluded child: proposed, agreed and stated by the same services as any."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.queries.clocks import ClockFilters, placements_with_clocks
from app.rules.agreements import AgreementAnswer
from app.rules.procurement import AttendancePattern
from app.schemas.agreements import AgreementGive
from app.schemas.part_time_plans import PlanPropose
from app.schemas.placement_facts import PlacementFactsWrite
from app.services.part_time_plans import answer_plan, propose_plan
from app.services.placement_facts import UNSTATED, replace_facts
from app.services.sandbox_organisations import Inhabitants

_LOOKED_AT = 100


async def plan_part_time(session: AsyncSession, them: Inhabitants) -> None:
    """Of the first council's children one stays away on Friday afternoons at first, and one is excluded today."""
    council = them.councils[0]
    caller = await council.speaks(session)
    found = await placements_with_clocks(caller, session, ClockFilters(), None, _LOOKED_AT)
    full_time = [each for each in found if each.pattern is AttendancePattern.FULL_TIME]
    planned, excluded = full_time[0], full_time[1]
    today = caller.today.isoformat()
    facts = PlacementFactsWrite.model_validate({"ehcp": True, "exclusion": {"kind": "permanent", "on": today}})
    await replace_facts(caller, session, excluded.id, facts, UNSTATED)
    starts_on = planned.starts_on + timedelta(days=1)
    body = PlanPropose.model_validate(
        {
            "placement_id": str(planned.id),
            "reason": "return_after_absence",
            "explanation": "Back after some months; the afternoons are built up week by week",
            "starts_on": starts_on.isoformat(),
            "weeks": 6,
            "ends_on": min(starts_on + timedelta(weeks=4), planned.ends_on).isoformat(),
            "sessions_not_attended": [{"weekday": "friday", "session": "pm"}],
            "targets": [
                {
                    "target": "Stay for both sessions on four days of five",
                    "measured_by": "The register",
                    "by": (starts_on + timedelta(weeks=4)).isoformat(),
                }
            ],
            "review_dates": [min(starts_on + timedelta(weeks=2), planned.ends_on).isoformat()],
            "risk_assessment": {"done_on": today, "done_by": "C. Lead, designated safeguarding lead"},
            "parents_agreement": {"given_by": "Mother", "how": "in_person", "given_on": today},
            "proposed_by": "A. Head, headteacher",
        }
    )
    school = next(each for each in them.schools if each.organisation.id == planned.host_school_id)
    plan = await propose_plan(await school.speaks(session), session, body)
    agreed = AgreementGive(answer=AgreementAnswer.AGREED, given_by="B. Officer")
    await answer_plan(await council.speaks(session), session, plan.id, agreed)
