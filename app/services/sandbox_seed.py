"""The sandbox that `make run` gives an integrator: invented organisations, children and placements, with keys.

Seeding is repeatable: a sandbox that exists is left as it is, and only its keys are renewed where their file is lost.
"""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.assembly import environment_of, pepper_of
from app.clock import london_day, utc_now
from app.db.engine import make_engine, make_sessions
from app.models.organisations import Organisation, Sandbox
from app.services.api_clients import Minting
from app.services.calendars import publish_calendar
from app.services.onboarding import open_sandbox
from app.services.sandbox_action_plans import plan_actions
from app.services.sandbox_agreements import ask_parties
from app.services.sandbox_calendars import calendar_around, published_calendars
from app.services.sandbox_children import place_children
from app.services.sandbox_departures import send_home_and_report
from app.services.sandbox_directory import describe_providers
from app.services.sandbox_forms import publish_forms
from app.services.sandbox_keys import keys_on_file, renew_keys, write_keys
from app.services.sandbox_organisations import Inhabitants, settle
from app.services.sandbox_outcomes import end_placements
from app.services.sandbox_plans import plan_part_time
from app.services.sandbox_procurement import procure
from app.services.sandbox_quality import make_qa_frameworks, visit_providers
from app.services.sandbox_records import keep_records
from app.services.sandbox_referrals import refer_children
from app.services.sandbox_reports import write_reports
from app.services.sandbox_returns import file_one_return
from app.services.sandbox_toolkit import assess_by_toolkit
from app.settings import settings

NAME = "Waymark sandbox"


class NotASandboxError(RuntimeError):
    """The database holds organisations of the real world: nothing invented is put beside them."""


async def seed_sandbox(owner_url: str, base_url: str, file: Path) -> None:
    """Makes the sandbox where it is absent, and writes its addresses and keys to `file`.

    Raises NotASandboxError for a database with live organisations.
    """
    engine = make_engine(owner_url, settings())
    minting = Minting(environment_of(settings()), pepper_of(settings()))
    try:
        async with make_sessions(engine).begin() as session:
            await _refuse_live(session)
            sandbox_id = await _existing(session) or await make_sandbox(session, utc_now())
            known = keys_on_file(file, sandbox_id) or await renew_keys(session, sandbox_id, minting)
        write_keys(file, base_url, known)
    finally:
        await engine.dispose()


async def make_sandbox(session: AsyncSession, now: datetime) -> UUID:
    """A sandbox with everything in it, as of `now`; its clock then follows the machine's until somebody moves it."""
    sandbox = await open_sandbox(session, NAME)
    them = await settle(session, sandbox.id, now)
    calendars = await _publish_calendars(session, them, now)
    await publish_forms(session, them)
    await make_qa_frameworks(session, them)
    lots = await procure(session, them)
    await visit_providers(session, them)
    await describe_providers(session, them)
    await assess_by_toolkit(session, them)
    await place_children(session, them, calendars, lots)
    await refer_children(session, them, calendars, lots)
    await send_home_and_report(session, them)
    await ask_parties(session, them)
    await plan_part_time(session, them)
    await write_reports(session, them)
    await plan_actions(session, them)
    await end_placements(session, them, calendars)
    await file_one_return(session, them)
    await keep_records(session, them)
    return sandbox.id


async def _publish_calendars(session: AsyncSession, them: Inhabitants, now: datetime) -> dict[UUID, UUID]:
    """Each council's governing calendar; the first council also publishes two of real schools."""
    governing = {}
    for council in them.councils:
        caller = await council.speaks(session)
        calendar = await publish_calendar(caller, session, calendar_around(london_day(now)))
        governing[council.organisation.id] = calendar.id
    caller = await them.councils[0].speaks(session)
    for published in published_calendars():
        await publish_calendar(caller, session, published)
    return governing


async def _existing(session: AsyncSession) -> UUID | None:
    return (await session.scalars(select(col(Sandbox.id)).where(col(Sandbox.name) == NAME))).one_or_none()


async def _refuse_live(session: AsyncSession) -> None:
    live = select(col(Organisation.id)).where(col(Organisation.sandbox_id).is_(None)).limit(1)
    if (await session.scalars(live)).first() is not None:
        raise NotASandboxError("This database holds live organisations; the sandbox needs a database of its own.")
