"""The sandbox's children and their placements: proposed and accepted by the same services as any others."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, cycle
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.queries.calendars import school_calendar
from app.queries.placements import visible_placement
from app.rules.calendars import SchoolCalendar, next_lawful_end_dates
from app.rules.upn import synthetic_upn
from app.schemas.host_school_checks import CheckRecord
from app.schemas.placement_contacts import PlacementContactsReplace
from app.schemas.placements import PlacementPropose
from app.schemas.pupils import PupilCreate
from app.services.host_school_checks import record_check
from app.services.placement_contacts import replace_placement_contacts
from app.services.placements import accept_placement, propose_placement
from app.services.pupils import register_pupil
from app.services.sandbox_organisations import Inhabitant, Inhabitants, people
from app.services.sandbox_procurement import FULL_TIME, PART_TIME, PART_TIME_ONLINE, Lots

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
HOURS = {"am": {"starts_at": "09:00", "ends_at": "12:00"}, "pm": {"starts_at": "12:45", "ends_at": "15:00"}}


@dataclass(frozen=True, slots=True)
class Place:
    """Who places a child with whom, under which calendar and lots."""

    council: Inhabitant
    school: Inhabitant
    provider: Inhabitant
    calendar_id: UUID
    lots: dict[int, UUID]


async def place_children(session: AsyncSession, them: Inhabitants, calendars: dict[UUID, UUID], lots: Lots) -> int:
    """Registers and places every child; `calendars` gives each council's calendar. Returns how many."""
    names = _names()
    placed = 0
    for provider in them.providers:
        commissioners = cycle(_commissioners(them, provider))
        for _ in range(provider.seed["children"]):
            council, school = next(commissioners)
            pupil = await _register(session, council, next(names), placed)
            of_council = council.organisation.id
            place = Place(council, school, provider, calendars[of_council], lots[of_council])
            await _place(session, place, pupil, placed)
            placed += 1
    return placed


def _commissioners(them: Inhabitants, provider: Inhabitant) -> list[tuple[Inhabitant, Inhabitant]]:
    councils = [them.councils[i] for i in provider.seed["councils"]]
    return [(council, school) for council in councils for school in them.schools_of(council)]


def _names() -> Iterator[tuple[str, str]]:
    seed = people()
    given, family = seed["given_names"], seed["family_names"]
    for number in count():
        yield given[number % len(given)], family[number % len(family)]


async def _register(session: AsyncSession, council: Inhabitant, name: tuple[str, str], number: int) -> UUID:
    caller = await council.speaks(session)
    born = date(caller.today.year - 14, 1 + number % 12, 1 + number % 28)
    body = PupilCreate(
        given_name=name[0],
        family_name=name[1],
        date_of_birth=born,
        upn=synthetic_upn(number),
        home_council_id=council.organisation.id,
    )
    return (await register_pupil(caller, session, body)).id


async def _place(session: AsyncSession, place: Place, pupil_id: UUID, number: int) -> None:
    """Every tenth child is placed as a spot purchase, every third part time, the others under a lot full time."""
    online = bool(place.provider.seed["online"])
    starts_on, ends_on = span(await school_calendar(session, place.calendar_id), place.council.caller.today)
    full_time = number % 3 != 0
    spot_purchase = number % 10 == 9
    lot_id = place.lots[FULL_TIME if full_time else PART_TIME_ONLINE if online else PART_TIME]
    body = PlacementPropose.model_validate(
        {
            "pupil_id": str(pupil_id),
            "provider_id": str(place.provider.organisation.id),
            "host_school_id": str(place.school.organisation.id),
            "spot_purchase": spot_purchase,
            "lot_id": None if spot_purchase else str(lot_id),
            "calendar_id": str(place.calendar_id),
            "tier": "time_limited",
            "primary_reason": "at_risk_of_exclusion",
            "pattern": "full_time" if full_time else "part_time",
            "online": online,
            "key_stage": "ks4" if number % 2 else "ks3",
            "objectives": ["Attend every session for six weeks", "Rejoin lessons in English"],
            "intended_next_step": f"Return to {place.school.organisation.name}",
            "starts_on": starts_on.isoformat(),
            "planned_end_on": ends_on.isoformat(),
            "timetable": [
                {"weekday": day, "session": part, "online": online, **hours}
                for day in WEEKDAYS
                for part, hours in HOURS.items()
                if full_time or part == "am"
            ],
        }
    )
    placement = await propose_placement(await place.council.speaks(session), session, body)
    await accept_placement(await place.provider.speaks(session), session, placement.id, placement.version)
    if number % 20 == 0:
        await _attend_to(session, place, placement.id)


async def _attend_to(session: AsyncSession, place: Place, placement_id: UUID) -> None:
    """The council names the social worker, the school its AP lead, who has told the social worker."""
    worker = {"role": "social_worker", "name": "S. Worker", "email": "s.worker@council.example"}
    lead = {"role": "ap_lead", "name": "A. Lead", "phone": "01632 960124", "told_alerts": True}
    for party, contact in ((place.council, worker | {"told_daily_attendance": True}), (place.school, lead)):
        caller = await party.speaks(session)
        placement = await visible_placement(caller, session, placement_id)
        listed = PlacementContactsReplace.model_validate({"contacts": [contact]})
        await replace_placement_contacts(caller, session, placement_id, listed, placement.version)
    caller = await place.school.speaks(session)
    told = {"kind": "social_worker_aware", "done_on": caller.today.isoformat(), "done_by": "A. Lead"}
    await record_check(caller, session, placement_id, CheckRecord.model_validate(told))


def span(calendar: SchoolCalendar, today: date) -> tuple[date, date]:
    """From the next open pupil day, so that nothing is overdue when the sandbox opens, to the second half-term end."""
    starts_on = next(calendar.open_pupil_days(today + timedelta(days=1), today + timedelta(days=120)))
    return starts_on, next_lawful_end_dates(calendar, starts_on, 2)[-1]
