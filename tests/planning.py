"""Action plans, concerns and announced files, put straight into a test's world with the owner's role."""

from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.models.action_plans import Action, ActionPlan
from app.models.attachments import Attachment
from app.models.concerns import Concern
from app.rules.action_plans import ActionPlanState, ActionState
from app.rules.attachments import AttachmentAbout, AttachmentState
from app.rules.concerns import ConcernState
from app.services.changes import made
from tests.placing import LONG_AGO
from tests.world import World


async def plan_and_worry(session: AsyncSession, world: World, due_on: date, count: int) -> None:
    """This many plans of the council's with the provider, an action in each, and concerns that wait for the council."""
    ours: dict[str, Any] = {"kept_by_id": world.council.id, "provider_id": world.provider.id}
    for _ in range(count):
        plan = ActionPlan(
            **made(LONG_AGO), **ours, title="After the visit", state=ActionPlanState.OPEN, review_on=due_on
        )
        session.add(plan)
        await session.flush()
        session.add(
            Action(
                **made(LONG_AGO),
                **ours,
                plan_id=plan.id,
                text="Write the policy anew.",
                owner="The head",
                due_on=due_on,
                state=ActionState.OPEN,
            )
        )
        session.add(
            Concern(
                **made(LONG_AGO),
                council_id=world.council.id,
                provider_id=world.provider.id,
                raised_by_id=world.school.id,
                raiser_may_be_named=False,
                text="Doors stood open.",
                state=ConcernState.RAISED,
                due_on=due_on,
            )
        )
    await session.flush()


async def announce_files(session: AsyncSession, world: World, count: int) -> None:
    """The provider declares files about itself, and sends none."""
    for _ in range(count):
        session.add(
            Attachment(
                **made(LONG_AGO),
                about=AttachmentAbout.PROVIDER_POLICY,
                subject_id=world.provider.id,
                added_by_id=world.provider.id,
                title="Policy",
                file_name="policy.pdf",
                media_type="application/pdf",
                size=1,
                sha256="0" * 64,
                state=AttachmentState.DECLARED,
            )
        )
    await session.flush()
