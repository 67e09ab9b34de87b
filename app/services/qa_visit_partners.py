"""Councils that visit a provider together: one leads and invites, the others join, decline or leave."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.organisations import OrganisationKind
from app.models.qa import QaVisit
from app.models.qa_visit_partners import QaVisitPartner
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import FieldError, Invalid, NotFound
from app.queries.directory import visible_organisation
from app.queries.oversight import oversight_of
from app.queries.qa_visit_partners import hold_visit_of, standing_partners, visible_partner
from app.queries.qa_visits import audience_of, visible_visit
from app.rules.oversight import Oversight, may_oversee
from app.rules.qa_visit_partners import PARTNERS, PartnerState, may_invite, may_leave
from app.rules.qa_visits import VISITS
from app.schemas.qa_visit_partners import QaVisitPartnerAccept, QaVisitPartnerDecline, QaVisitPartnerInvite
from app.services.changes import changed, insist, made, moved, state_after
from app.services.qa_frameworks import framework_with
from app.services.qa_visits_steps import kept_visit, part_of, path_of


async def invite(caller: Caller, session: AsyncSession, visit_id: UUID, body: QaVisitPartnerInvite) -> QaVisitPartner:
    """Asks another council to make the visit with the calling one, which leads it."""
    visit = await visible_visit(caller, session, visit_id, lock=True)
    insist(VISITS.may(visit.state, "invite", part_of(caller, visit)))
    unknown = await _unknown_council(caller, session, body.council_id, "/council_id")
    if unknown is not None:
        raise Invalid([unknown])
    return await _invited(caller, session, visit, body.council_id, body.message)


async def invite_at_planning(
    caller: Caller, session: AsyncSession, visit: QaVisit, council_ids: Sequence[UUID]
) -> None:
    """Asks each of those councils. Raises Invalid naming every one that is not there."""
    faults = []
    for position, council_id in enumerate(council_ids):
        pointer = f"/partner_ids/{position}"
        if council_id in council_ids[:position]:
            faults.append(FieldError(pointer, "given_twice", "name each council once"))
        elif unknown := await _unknown_council(caller, session, council_id, pointer):
            faults.append(unknown)
    if faults:
        raise Invalid(faults)
    for council_id in council_ids:
        await _invited(caller, session, visit, council_id, None)


async def accept(
    caller: Caller, session: AsyncSession, partner_id: UUID, body: QaVisitPartnerAccept, expected_version: int
) -> QaVisitPartner:
    """Joins the visit: from now on the calling council sees all of it. It oversees the provider itself."""
    part = await _moved(caller, session, partner_id, "accept", expected_version)
    await _check_counting(caller, session, body)
    insist(may_oversee(await _oversight(caller, session, part.provider_id)))
    part.officers = list(body.officers)
    part.framework_id, part.counts_as = body.framework_id, body.counts_as
    part.answered_at = caller.now
    await _kept(caller, session, part, EventType.QA_VISIT_PARTNER_JOINED)
    visit = await visible_visit(caller, session, part.visit_id, lock=True)
    await kept_visit(caller, session, visit, EventType.QA_VISIT_CHANGED)
    return part


async def decline(
    caller: Caller, session: AsyncSession, partner_id: UUID, body: QaVisitPartnerDecline, expected_version: int
) -> QaVisitPartner:
    part = await _moved(caller, session, partner_id, "decline", expected_version)
    part.declined_because = body.reason
    part.answered_at = caller.now
    return await _kept(caller, session, part, EventType.QA_VISIT_PARTNER_DECLINED)


async def withdraw(caller: Caller, session: AsyncSession, partner_id: UUID, expected_version: int) -> QaVisitPartner:
    """The leading council takes back an invitation that was not answered."""
    part = await _moved(caller, session, partner_id, "withdraw", expected_version)
    return await _kept(caller, session, part, EventType.QA_VISIT_PARTNER_WITHDRAWN)


async def leave(caller: Caller, session: AsyncSession, partner_id: UUID, expected_version: int) -> QaVisitPartner:
    """The calling council takes part no more, and sees the visit no more."""
    part = await _locked(caller, session, partner_id)
    left = moved(part, expected_version, PARTNERS, part.state, "leave", _by(caller, part))
    visit = await visible_visit(caller, session, part.visit_id, lock=True)
    insist(may_leave(visit.state))
    told = set(await audience_of(session, visit)) - {part.council_id}
    changed(visit, caller)
    await session.flush()
    await record_event(session, EventType.QA_VISIT_CHANGED, path_of(visit), caller.now, organisations=told)
    part.state = left
    return await _kept(caller, session, part, EventType.QA_VISIT_PARTNER_LEFT)


async def follow_day(caller: Caller, session: AsyncSession, visit: QaVisit) -> None:
    """Tells those who are invited the new day of the visit, which they do not see; those who joined see it."""
    for part in await standing_partners(caller, session, visit):
        part.planned_on = visit.planned_on
        if part.state is PartnerState.INVITED:
            await _kept(caller, session, part, EventType.QA_VISIT_PARTNER_MOVED)
        else:
            changed(part, caller)
    await session.flush()


async def lapse_invitations(caller: Caller, session: AsyncSession, visit: QaVisit) -> None:
    """Ends the invitations that were not answered before the visit was reported or called off."""
    for part in await standing_partners(caller, session, visit):
        if part.state is PartnerState.INVITED:
            part.state = state_after(PARTNERS, part.state, "lapse", "visit")
            await _kept(caller, session, part, EventType.QA_VISIT_PARTNER_LAPSED)


async def _invited(
    caller: Caller, session: AsyncSession, visit: QaVisit, council_id: UUID, message: str | None
) -> QaVisitPartner:
    standing = {each.council_id for each in await standing_partners(caller, session, visit)}
    insist(may_invite(itself=council_id == visit.council_id, standing=council_id in standing))
    part = QaVisitPartner(
        **made(caller.now),
        visit_id=visit.id,
        lead_id=visit.council_id,
        provider_id=visit.provider_id,
        council_id=council_id,
        activity_type=visit.activity_type,
        planned_on=visit.planned_on,
        state=PartnerState.INVITED,
        message=message,
    )
    session.add(part)
    await session.flush()
    await _tell(caller, session, part, EventType.QA_VISIT_PARTNER_INVITED)
    return part


async def _moved(
    caller: Caller, session: AsyncSession, partner_id: UUID, verb: str, expected_version: int
) -> QaVisitPartner:
    """The part, locked after its visit, in the state that the verb leads to."""
    part = await _locked(caller, session, partner_id)
    part.state = moved(part, expected_version, PARTNERS, part.state, verb, _by(caller, part))
    return part


async def _locked(caller: Caller, session: AsyncSession, partner_id: UUID) -> QaVisitPartner:
    seen = await visible_partner(caller, session, partner_id)
    await hold_visit_of(caller, session, seen)
    return await visible_partner(caller, session, partner_id, lock=True)


def _by(caller: Caller, part: QaVisitPartner) -> str:
    return "council" if part.lead_id == caller.organisation_id else "partner_council"


async def _kept(caller: Caller, session: AsyncSession, part: QaVisitPartner, event: EventType) -> QaVisitPartner:
    changed(part, caller)
    await session.flush()
    await _tell(caller, session, part, event)
    return part


async def _tell(caller: Caller, session: AsyncSession, part: QaVisitPartner, event: EventType) -> None:
    path = f"/v1/qa-visit-partners/{part.id}"
    await record_event(session, event, path, caller.now, organisations=[part.lead_id, part.council_id])


async def _unknown_council(caller: Caller, session: AsyncSession, council_id: UUID, pointer: str) -> FieldError | None:
    try:
        await visible_organisation(caller, session, OrganisationKind.COUNCIL, council_id)
    except NotFound:
        return FieldError(pointer, "unknown_council", "name a council that you can find")
    return None


async def _oversight(caller: Caller, session: AsyncSession, provider_id: UUID) -> Oversight:
    """What ties the calling council to the provider; nothing, where it cannot even find it."""
    try:
        provider = await visible_organisation(caller, session, OrganisationKind.PROVIDER, provider_id)
    except NotFound:
        return Oversight(registered=False, awarded=False)
    return await oversight_of(caller, session, provider)


async def _check_counting(caller: Caller, session: AsyncSession, body: QaVisitPartnerAccept) -> None:
    """As which activity the partner counts the visit: one of a framework of its own, or none."""
    if body.framework_id is None and body.counts_as is None:
        return
    if body.framework_id is None or body.counts_as is None:
        missing = "/framework_id" if body.framework_id is None else "/counts_as"
        raise Invalid([FieldError(missing, "given_alone", "name the framework and its activity, or neither")])
    await framework_with(caller, session, body.framework_id, body.counts_as, "/counts_as")
