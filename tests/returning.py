"""Annual returns put straight into a test's world with the owner's role."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from app.models.qa_returns import QaReturn, QaReturnType
from app.rules.qa_returns import ReturnState
from app.services.changes import made
from tests.placing import LONG_AGO
from tests.world import World


async def ask_for_returns(session: AsyncSession, world: World, due_on: date, count: int) -> None:
    """The council asks the provider for this many returns, each of a type of its own."""
    for number in range(count):
        kind = QaReturnType(
            **made(LONG_AGO),
            council_id=world.council.id,
            slug=f"return-{number}",
            edition=1,
            name="Return",
            description="What is in place.",
        )
        session.add(kind)
        await session.flush()
        session.add(
            QaReturn(
                **made(LONG_AGO),
                council_id=world.council.id,
                provider_id=world.provider.id,
                type_id=kind.id,
                type_slug=kind.slug,
                school_year="2026-27",
                state=ReturnState.REQUESTED,
                requested_at=LONG_AGO,
                due_on=due_on,
            )
        )
    await session.flush()
