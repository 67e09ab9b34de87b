"""What school and parents answer to a sending-home: the school itself, the parents as the provider records it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.early_departures import EarlyDeparture, ParentalConsent
from app.outbox.catalogue import EventType
from app.problems import Conflict, Invalid, RuleRefused
from app.queries.agreements import agreements_of
from app.queries.early_departures import consents_of
from app.rules.agreements import AgreementAnswer, PartyRole, all_have_agreed
from app.rules.consents import MOST_CONSENTS, ConsentAnswer, may_record_consent, parents_have_consented
from app.rules.early_departures import EARLY_DEPARTURES, EarlyDepartureState
from app.rules.sources import OUR_OWN
from app.rules.verdict import Refused
from app.schemas.agreements import AgreementGive
from app.schemas.early_departures import ParentalConsentRecord
from app.services.agreements import agreed_by, judge_answer, keep_answer
from app.services.changes import changed, insist, state_after
from app.services.early_departures import (
    locked,
    not_in_future,
    parties_of,
    refuse_when_reported,
    settle,
    state_of,
    tell,
)


async def answer_early_departure(
    caller: Caller, session: AsyncSession, early_departure_id: UUID, body: AgreementGive
) -> EarlyDeparture:
    """Records the calling party's own answer. Raises NotFound, RuleRefused."""
    placement, departure, role = await locked(caller, session, early_departure_id)
    answers = await agreements_of(session, "early_departure_id", [departure.id])
    answered = judge_answer(
        caller,
        parties_of(placement),
        answers.get(departure.id, []),
        body,
        departure.leaving_at,
        placement_id=placement.id,
        early_departure_id=departure.id,
    )
    after = state_after(EARLY_DEPARTURES, state_of(departure, caller), answered.verb, role.value)
    if body.answer is AgreementAnswer.AGREED:
        await refuse_when_reported(caller, session, placement.id, departure.on_date)
    await keep_answer(session, answered)
    complete = answered.settles and (
        after is EarlyDepartureState.REFUSED or parents_have_consented(await _said(caller, session, departure))
    )
    await _move(caller, session, departure, after if complete else None, EventType.EARLY_DEPARTURE_AGREEMENT)
    return departure


async def record_parental_consent(
    caller: Caller, session: AsyncSession, early_departure_id: UUID, body: ParentalConsentRecord
) -> EarlyDeparture:
    """Records what a parent answered the provider, as evidence. Raises NotFound, Invalid, Conflict, RuleRefused."""
    placement, departure, role = await locked(caller, session, early_departure_id)
    if role is not PartyRole.PROVIDER:
        raise RuleRefused(Refused("wrong_party", "Only the placement's provider records parents' consent.", OUR_OWN))
    if faults := not_in_future(caller, body.given_at, "/given_at"):
        raise Invalid(faults)
    insist(
        may_record_consent(
            given_at=body.given_at,
            requested_at=departure.created_at,
            leaving_at=departure.leaving_at,
            recorded_at=caller.now,
        )
    )
    said = await _said(caller, session, departure)
    if len(said) >= MOST_CONSENTS:
        raise Conflict(f"An early departure holds at most {MOST_CONSENTS} answers of parents.")
    refused = body.answer is ConsentAnswer.REFUSED
    after = state_after(EARLY_DEPARTURES, state_of(departure, caller), "refuse" if refused else "agree", "parent")
    if not refused:
        await refuse_when_reported(caller, session, placement.id, departure.on_date)
    session.add(
        ParentalConsent(
            **body.model_dump(),
            early_departure_id=departure.id,
            placement_id=placement.id,
            recorded_by_id=caller.organisation_id,
            recorded_at=caller.now,
        )
    )
    await session.flush()
    answers = (await agreements_of(session, "early_departure_id", [departure.id])).get(departure.id, [])
    complete = refused or bool(all_have_agreed(parties_of(placement), agreed_by(answers)))
    await _move(caller, session, departure, after if complete else None, EventType.EARLY_DEPARTURE_CONSENT)
    return departure


async def _said(caller: Caller, session: AsyncSession, departure: EarlyDeparture) -> Sequence[ConsentAnswer]:
    consents = await consents_of(caller, session, [departure.id])
    return [each.answer for each in consents.get(departure.id, [])]


async def _move(
    caller: Caller,
    session: AsyncSession,
    departure: EarlyDeparture,
    after: EarlyDepartureState | None,
    otherwise: EventType,
) -> None:
    """Settles the departure, or without a state to go to tells that one more word is on record."""
    if after is EarlyDepartureState.AGREED:
        await settle(caller, session, departure, after, EventType.EARLY_DEPARTURE_AGREED)
    elif after is EarlyDepartureState.REFUSED:
        await settle(caller, session, departure, after, EventType.EARLY_DEPARTURE_REFUSED)
    else:
        changed(departure, caller)
        await tell(caller, session, departure, otherwise)
