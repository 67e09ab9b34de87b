"""A few placements of the sandbox that have ended this school year, with what came of them."""

from dataclasses import replace
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.queries.calendars import school_calendar
from app.rules.calendars import lawful_end_dates
from app.rules.london import LONDON
from app.schemas.dual_registrations import DualRegistrationCreate
from app.schemas.outcomes import OutcomeRecord
from app.schemas.placements import PlacementPropose
from app.schemas.pupils import PupilCreate
from app.services.dual_registrations import record_registration
from app.services.outcomes import record_outcome
from app.services.placements import accept_placement, propose_placement
from app.services.pupils import register_pupil
from app.services.sandbox_organisations import Inhabitant, Inhabitants

NAMES = (("Robin", "Example"), ("Sam", "Sample"), ("Alex", "Invented"))
CAME_OUT = (
    ("returned_to_mainstream_host_school", "objectives_met", "met", True, "The objective was met"),
    ("other_alternative_provision", "placement_broke_down", "not_met", False, "The child stopped coming"),
    ("returned_to_mainstream_host_school", "planned_end", "partly_met", None, "Too early to say"),
)
# Nobody is expected on a Thursday or Friday, the days on which half-terms end: these placements were agreed on their
# last day, so that a sandbox opens with no attendance owed of days before it was there.
WEEKDAYS = ("monday", "tuesday")


async def end_placements(session: AsyncSession, them: Inhabitants, calendars: dict[UUID, UUID]) -> None:
    """Three placements of the first council that ended on the last half-term's end; none before there was one."""
    council, provider = them.councils[0], them.providers[0]
    school = them.schools_of(council)[0]
    calendar_id = calendars[council.organisation.id]
    calendar = await school_calendar(session, calendar_id)
    ends_on = max((day for day in lawful_end_dates(calendar) if day < council.caller.today), default=None)
    half_term = calendar.half_term_of(ends_on) if ends_on else None
    if ends_on is None or half_term is None:
        return
    for number, (destination, reason, result, successful, why) in enumerate(CAME_OUT):
        placement = await _ended(session, council, provider, school, calendar_id, number, half_term.first, ends_on)
        if number == 0:
            await _on_two_rolls(session, school, provider, placement, half_term.first, ends_on)
        outcome = {
            "placement_id": str(placement),
            "destination": destination,
            "reason": reason,
            "objectives": [{"number": 1, "result": result}],
            "successful": successful,
            "success_reason": why,
            "recorded_by": "A. Officer",
        }
        caller = _on(await council.speaks(session), ends_on)
        await record_outcome(caller, session, OutcomeRecord.model_validate(outcome))


async def _ended(
    session: AsyncSession,
    council: Inhabitant,
    provider: Inhabitant,
    school: Inhabitant,
    calendar_id: UUID,
    number: int,
    starts_on: date,
    ends_on: date,
) -> UUID:
    caller = _on(await council.speaks(session), ends_on)
    given, family = NAMES[number]
    born = date(caller.today.year - 14, 3, 1 + number)
    child = PupilCreate(
        given_name=given, family_name=family, date_of_birth=born, home_council_id=council.organisation.id
    )
    pupil = await register_pupil(caller, session, child)
    body = {
        "pupil_id": str(pupil.id),
        "provider_id": str(provider.organisation.id),
        "host_school_id": str(school.organisation.id),
        "spot_purchase": True,
        "calendar_id": str(calendar_id),
        "tier": "time_limited",
        "primary_reason": "at_risk_of_exclusion",
        "pattern": "part_time",
        "objectives": ["Attend every session for a half-term"],
        "intended_next_step": f"Return to {school.organisation.name}",
        "starts_on": starts_on.isoformat(),
        "planned_end_on": ends_on.isoformat(),
        "timetable": [{"weekday": day, "session": "am", "starts_at": "09:00", "ends_at": "12:00"} for day in WEEKDAYS],
    }
    placement = await propose_placement(caller, session, PlacementPropose.model_validate(body))
    accepting = _on(await provider.speaks(session), ends_on)
    await accept_placement(accepting, session, placement.id, placement.version)
    return placement.id


async def _on_two_rolls(
    session: AsyncSession, school: Inhabitant, provider: Inhabitant, placement: UUID, first: date, last: date
) -> None:
    body = {
        "placement_id": str(placement),
        "main_school_id": str(school.organisation.id),
        "subsidiary_id": str(provider.organisation.id),
        "from_on": first.isoformat(),
        "until_on": last.isoformat(),
        "reason": "alternative_provision",
        "sessions": [{"weekday": "wednesday", "session": "am"}],
    }
    caller = _on(await school.speaks(session), last)
    await record_registration(caller, session, DualRegistrationCreate.model_validate(body))


def _on(caller: Caller, day: date) -> Caller:
    """As the caller spoke in the afternoon of an earlier day."""
    return replace(caller, now=datetime.combine(day, time(15), LONDON).astimezone(caller.now.tzinfo))
