"""The sandbox's report forms: the first council adopts the one that comes with the service, the others publish none."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.queries.report_forms import shipped_form
from app.services.report_forms import adopt_form
from app.services.sandbox_organisations import Inhabitants


async def publish_forms(session: AsyncSession, them: Inhabitants) -> None:
    caller = await them.councils[0].speaks(session)
    await adopt_form(caller, session, (await shipped_form(caller, session)).id, None)
