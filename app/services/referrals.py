"""The life of a referral: requested by a school or council, taken up by its commissioner, withdrawn or concluded."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.organisations import Organisation, OrganisationKind
from app.models.referrals import Referral
from app.outbox.catalogue import EventType
from app.problems import FieldError, Invalid, NotFound
from app.queries.directory import visible_organisation
from app.queries.pupils import visible_pupil
from app.queries.referral_offers import standing_offers
from app.rules.referrals import ReferralState, may_be_wanted, may_request_referral
from app.schemas.referrals import ReferralChange, ReferralRequest
from app.services.changes import insist, made
from app.services.placements_checks import find_host_school
from app.services.referral_offers import end_offer
from app.services.referrals_parties import moved_referral, tell


async def request_referral(caller: Caller, session: AsyncSession, body: ReferralRequest) -> Referral:
    """A school or council asks for a place. Where the caller commissions itself, it is taken up already.

    Raises Invalid for what does not exist for the caller, RuleRefused.
    """
    host_school = await _checked(caller, session, body)
    me = await visible_organisation(caller, session, caller.kind, caller.organisation_id)
    insist(
        may_request_referral(
            requester=caller.organisation_id,
            own_council=me.council_id,
            commissioner=body.commissioner_id,
            wanted_start_on=body.wanted_start_on,
            wanted_end_on=body.wanted_end_on,
        )
    )
    itself = body.commissioner_id == caller.organisation_id
    referral = Referral(
        **made(caller.now),
        **body.model_dump(),
        requested_by_id=caller.organisation_id,
        council_id=_council(host_school) or _council(me),
        state=ReferralState.TAKEN_UP if itself else ReferralState.REQUESTED,
    )
    session.add(referral)
    caller.sees_pupils(referral.pupil_id)
    await tell(caller, session, referral, EventType.REFERRAL_REQUESTED)
    return referral


async def change_referral(
    caller: Caller, session: AsyncSession, referral_id: UUID, body: ReferralChange, expected_version: int
) -> Referral:
    """Requester or commissioner changes what is wanted, while no offer stands."""
    referral = await moved_referral(caller, session, referral_id, "change", expected_version)
    given = body.model_dump(exclude_unset=True)
    _check_days(given.get("preferred_days", []))
    for member, value in given.items():
        setattr(referral, member, value)
    insist(may_be_wanted(referral.wanted_start_on, referral.wanted_end_on))
    await tell(caller, session, referral, EventType.REFERRAL_CHANGED)
    return referral


async def take_up_referral(caller: Caller, session: AsyncSession, referral_id: UUID, expected_version: int) -> Referral:
    """The council that a school asked will commission."""
    referral = await moved_referral(caller, session, referral_id, "take_up", expected_version)
    await tell(caller, session, referral, EventType.REFERRAL_TAKEN_UP)
    return referral


async def decline_referral(
    caller: Caller, session: AsyncSession, referral_id: UUID, reason: str, expected_version: int
) -> Referral:
    """The council that a school asked will not commission."""
    return await _ended(caller, session, referral_id, "decline", reason, expected_version)


async def conclude_referral(
    caller: Caller, session: AsyncSession, referral_id: UUID, reason: str, expected_version: int
) -> Referral:
    """The commissioner found no place, and no offer stands."""
    return await _ended(caller, session, referral_id, "conclude", reason, expected_version)


async def withdraw_referral(
    caller: Caller, session: AsyncSession, referral_id: UUID, reason: str, expected_version: int
) -> Referral:
    """Whoever requested the referral withdraws it, and every offer that stands with it."""
    referral = await _ended(caller, session, referral_id, "withdraw", reason, expected_version)
    for offer in await standing_offers(caller, session, referral):
        await end_offer(caller, session, offer, referral, "end_with_referral")
    return referral


_EVENTS = {
    "decline": EventType.REFERRAL_DECLINED,
    "conclude": EventType.REFERRAL_NOT_PLACED,
    "withdraw": EventType.REFERRAL_WITHDRAWN,
}


async def _ended(
    caller: Caller, session: AsyncSession, referral_id: UUID, verb: str, reason: str, expected_version: int
) -> Referral:
    referral = await moved_referral(caller, session, referral_id, verb, expected_version)
    referral.closed_because = reason
    referral.settled_at = caller.now
    await tell(caller, session, referral, _EVENTS[verb])
    return referral


async def _checked(caller: Caller, session: AsyncSession, body: ReferralRequest) -> Organisation | None:
    """The host school. Raises Invalid naming every id that leads nowhere for this caller."""
    faults, host_school = [], None
    try:
        await visible_pupil(caller, session, body.pupil_id)
    except NotFound:
        faults.append(FieldError("/pupil_id", "pupil_not_found", "names nothing that you may see"))
    try:
        if body.host_school_id is not None:
            host_school = await find_host_school(caller, session, body.host_school_id)
    except NotFound:
        faults.append(FieldError("/host_school_id", "school_not_found", "names nothing that you may see"))
    if faults:
        raise Invalid(faults)
    _check_days(body.preferred_days)
    return host_school


def _check_days(preferred: Sequence[str]) -> None:
    if len(set(preferred)) < len(preferred):
        raise Invalid([FieldError("/preferred_days", "repeated", "name each day once")])


def _council(organisation: Organisation | None) -> UUID | None:
    """The council that an organisation is or belongs to."""
    if organisation is None:
        return None
    return organisation.id if organisation.kind is OrganisationKind.COUNCIL else organisation.council_id
