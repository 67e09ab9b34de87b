"""The sandbox's early departure, which waits for the parents, and its report of a pupil who was told not to come."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.models.placements import Placement
from app.queries.placements import visible_placements
from app.rules.agreements import AgreementAnswer
from app.rules.early_departures import WayHome
from app.rules.procurement import AttendancePattern
from app.rules.unagreed_absences import UnagreedKind
from app.schemas.agreements import AgreementGive
from app.schemas.early_departures import EarlyDepartureRequest
from app.schemas.unagreed_absences import UnagreedAbsenceAddNote, UnagreedAbsenceReport
from app.services.early_departures import request_early_departure
from app.services.early_departures_consents import answer_early_departure
from app.services.sandbox_organisations import Inhabitant, Inhabitants
from app.services.unagreed_absences import add_note, report_unagreed_absence


async def send_home_and_report(session: AsyncSession, them: Inhabitants) -> None:
    """One early departure and one report, of two of the first provider's pupils, on their first day."""
    provider = them.providers[0]
    first, second = await _placements(session, provider)
    departure = await request_early_departure(
        await provider.speaks(session),
        session,
        EarlyDepartureRequest(
            placement_id=first.id,
            on_date=first.starts_on,
            leaving_time="14:00",
            reason="The workshop closes at two, and no other room is staffed",
            way_home=WayHome.COLLECTED,
            collected_by="An aunt",
        ),
    )
    school = _school_of(them, first)
    agreed = AgreementGive(answer=AgreementAnswer.AGREED, given_by="A. Head, headteacher")
    await answer_early_departure(await school.speaks(session), session, departure.id, agreed)
    report = UnagreedAbsenceReport(
        placement_id=second.id,
        kind=UnagreedKind.KEPT_AWAY,
        starts_on=second.starts_on,
        happened_at=provider.caller.now - timedelta(minutes=10),
        what_happened="The family was asked by phone to keep him at home on the first day",
        decided_by="A tutor",
    )
    school = _school_of(them, second)
    absence = await report_unagreed_absence(await school.speaks(session), session, report)
    note = UnagreedAbsenceAddNote(written_by="Centre manager", text="A tutor was ill; we should have asked first")
    await add_note(await provider.speaks(session), session, absence.id, note)


async def _placements(session: AsyncSession, provider: Inhabitant) -> tuple[Placement, Placement]:
    statement = (
        visible_placements(await provider.speaks(session))
        .where(col(Placement.pattern) == AttendancePattern.FULL_TIME)
        .order_by(col(Placement.created_at), col(Placement.id))
        .limit(2)
    )
    first, second = (await session.scalars(statement)).all()
    return first, second


def _school_of(them: Inhabitants, placement: Placement) -> Inhabitant:
    return next(each for each in them.schools if each.organisation.id == placement.host_school_id)
