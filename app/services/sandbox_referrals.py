"""The sandbox's referrals, one at each step of the way, by the same services as any others."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.queries.calendars import school_calendar
from app.rules.upn import synthetic_upn
from app.schemas.pupils import PupilCreate
from app.schemas.referral_offers import ReferralOfferDecline, ReferralOfferMake
from app.schemas.referrals import ReferralRequest
from app.services.pupils import register_pupil
from app.services.referral_offers import make_offer
from app.services.referral_offers_answers import accept_offer, decline_offer
from app.services.referrals import request_referral, take_up_referral
from app.services.sandbox_children import HOURS, WEEKDAYS, span
from app.services.sandbox_organisations import Inhabitant, Inhabitants, people
from app.services.sandbox_procurement import FULL_TIME, Lots

_DAYS_TO_ANSWER = 14
_FIRST_SERIAL = 90_000  # beyond the children who are placed already


async def refer_children(session: AsyncSession, them: Inhabitants, calendars: dict[UUID, UUID], lots: Lots) -> int:
    """Five children of the first council's schools are referred; returns how many.

    One waits for the council, one for an offer, one for the answers of two providers, one was declined by one of
    two providers, and one is placed.
    """
    council, (school, *_) = them.councils[0], them.schools_of(them.councils[0])
    first, second = [p for p in them.providers if 0 in p.seed["councils"]][:2]
    calendar_id = calendars[council.organisation.id]
    days = span(await school_calendar(session, calendar_id), council.caller.today)
    terms = {"calendar_id": str(calendar_id), "lot_id": str(lots[council.organisation.id][FULL_TIME])}
    taken_up: list[UUID] = []
    for number in range(5):
        referral = await request_referral(
            await school.speaks(session), session, await _wanted(session, school, council, days, number)
        )
        if number > 0:
            await take_up_referral(await council.speaks(session), session, referral.id, referral.version)
            taken_up.append(referral.id)
    _, waiting, declined, placed = taken_up
    await _offer(session, council, waiting, first, terms, days, version=2)
    await _offer(session, council, waiting, second, terms, days, version=3)
    full = await _offer(session, council, declined, first, terms, days, version=2)
    await _offer(session, council, declined, second, terms, days, version=3)
    why = ReferralOfferDecline.model_validate({"declined_for": "no_places", "reason": "Full until half-term"})
    await decline_offer(await first.speaks(session), session, full, why)
    free = await _offer(session, council, placed, first, terms, days, version=2)
    await accept_offer(await first.speaks(session), session, free)
    return 5


async def _wanted(
    session: AsyncSession, school: Inhabitant, council: Inhabitant, days: tuple[date, date], number: int
) -> ReferralRequest:
    caller, names = await school.speaks(session), people()
    child = PupilCreate(
        given_name=names["given_names"][-1 - number],
        family_name=names["family_names"][-1 - number],
        date_of_birth=date(caller.today.year - 14, 1 + number, 15),
        upn=synthetic_upn(_FIRST_SERIAL + number),
        home_council_id=council.organisation.id,
    )
    pupil = await register_pupil(caller, session, child)
    body = {
        "pupil_id": str(pupil.id),
        "host_school_id": str(school.organisation.id),
        "commissioner_id": str(council.organisation.id),
        "tier": "time_limited",
        "primary_reason": "at_risk_of_exclusion",
        "key_stage": "ks4",
        "objectives": ["Attend every session for six weeks"],
        "intended_next_step": "Return to mainstream lessons, mornings first",
        "needs": "Works well one to one and with tools in hand; leaves crowded rooms; reads two years below age.",
        "pattern": "full_time",
        "wanted_start_on": days[0].isoformat(),
        "wanted_end_on": days[1].isoformat(),
        "preferred_days": list(WEEKDAYS),
        "urgency": "urgent" if number == 0 else "soon",
        "transport_needed": number % 2 == 1,
    }
    return ReferralRequest.model_validate(body)


async def _offer(
    session: AsyncSession,
    council: Inhabitant,
    referral_id: UUID,
    provider: Inhabitant,
    terms: dict[str, str],
    days: tuple[date, date],
    version: int,
) -> UUID:
    caller = await council.speaks(session)
    slots = [{"weekday": day, "session": part, **hours} for day in WEEKDAYS for part, hours in HOURS.items()]
    body: dict[str, Any] = {
        **terms,
        "provider_id": str(provider.organisation.id),
        "pattern": "full_time",
        "starts_on": days[0].isoformat(),
        "planned_end_on": days[1].isoformat(),
        "timetable": slots,
        "answer_by": caller.now + timedelta(days=_DAYS_TO_ANSWER),
    }
    return (await make_offer(caller, session, referral_id, ReferralOfferMake.model_validate(body), version)).id
