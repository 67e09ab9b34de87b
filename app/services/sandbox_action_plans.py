"""The sandbox's action plan and concern: opened, answered and raised by the same services as any."""

from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.queries.actions import visible_actions
from app.schemas.action_plans import ActionPlanCreate
from app.schemas.actions import ActionComplete
from app.schemas.concerns import ConcernRaise
from app.services.action_plans import begin_plan
from app.services.actions import complete
from app.services.concerns import raise_concern
from app.services.sandbox_organisations import Inhabitants

# What is to be done, by whom, and in how many days: a clock moved a week on tells that the second is overdue.
_TO_DO = (
    ("Renew the safeguarding policy and have all staff read it", "The head of provision", 10),
    ("Complete the single central record", "The safeguarding lead", 5),
    ("Agree with each school who is told of an absence by 09:30", "The head of provision", 30),
)


async def plan_actions(session: AsyncSession, them: Inhabitants) -> None:
    """The first council plans with the first provider, which has done one of three; a school is worried about it."""
    council, provider = them.councils[0], them.providers[0]
    caller = await council.speaks(session)
    actions = [{"text": text, "owner": owner, "due_on": _in(caller.today, days)} for text, owner, days in _TO_DO]
    about = {"provider_id": str(provider.organisation.id)}
    plan = await begin_plan(
        caller,
        session,
        ActionPlanCreate.model_validate(about | {"title": "After the autumn's validation visit", "actions": actions}),
    )
    caller = await provider.speaks(session)
    first = (await session.scalars(visible_actions(caller).filter_by(plan_id=plan.id, text=_TO_DO[0][0]))).one()
    done = ActionComplete(
        note="Renewed; all staff have signed it", evidence=["The policy, with its list of signatures"]
    )
    await complete(caller, session, first.id, done, first.version)
    worry = about | {"text": "Sessions ended half an hour early on two Fridays, and nobody told us"}
    caller = await them.schools_of(council)[0].speaks(session)
    await raise_concern(caller, session, ConcernRaise.model_validate(worry))


def _in(today: date, days: int) -> str:
    return (today + timedelta(days=days)).isoformat()
