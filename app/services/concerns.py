"""Concerns: raised by a school or council, shared with the provider, answered, acted on or closed with a reason."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.action_plans import ActionPlan
from app.models.concerns import Concern
from app.models.organisations import Organisation, OrganisationKind
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import FieldError, Invalid, NotFound, RuleRefused
from app.queries.action_plans import plans_of_concerns
from app.queries.concerns import council_of, visible_concern
from app.queries.directory import visible_organisation
from app.queries.oversight import oversight_of
from app.queries.qa_visits import visible_visit
from app.rules.action_plans import PlanSource, SourceKind, may_keep_plan
from app.rules.concerns import CONCERNS, ConcernState, day_for_council, hearing_council, may_close_concern
from app.rules.verdict import Refused
from app.schemas.concerns import ConcernActOn, ConcernAnswer, ConcernRaise, ConcernSettle, ConcernShare
from app.services.action_plans import open_plan
from app.services.actions import NewAction
from app.services.changes import changed, insist, made, must_be, state_after

PATH = "/v1/concerns"


async def raise_concern(caller: Caller, session: AsyncSession, body: ConcernRaise) -> Concern:
    """Tells the calling council, or the council of the calling school. Raises Invalid, RuleRefused."""
    provider = await _provider(caller, session, body.provider_id)
    if body.visit_id is not None:
        await _check_visit(caller, session, body.visit_id, provider)
    is_council = caller.kind is OrganisationKind.COUNCIL
    heard_by = hearing_council(caller.organisation_id, await council_of(caller, session), is_council=is_council)
    if isinstance(heard_by, Refused):
        raise RuleRefused(heard_by)
    concern = Concern(
        **made(caller.now),
        **body.model_dump(),
        council_id=heard_by,
        raised_by_id=caller.organisation_id,
        state=ConcernState.RAISED,
        due_on=day_for_council(caller.today),
    )
    session.add(concern)
    await session.flush()
    await _tell(caller, session, concern, EventType.CONCERN_RAISED)
    return concern


async def share(
    caller: Caller, session: AsyncSession, concern_id: UUID, body: ConcernShare, expected_version: int
) -> Concern:
    """Shows the concern to the provider, which is asked to answer by a day."""
    concern = await _moved(caller, session, concern_id, "share", expected_version)
    if body.answer_by < caller.today:
        raise Invalid([FieldError("/answer_by", "in_the_past", "name today or a later day")])
    concern.shared_at, concern.due_on = caller.now, body.answer_by
    return await _kept(caller, session, concern, EventType.CONCERN_SHARED)


async def answer(
    caller: Caller, session: AsyncSession, concern_id: UUID, body: ConcernAnswer, expected_version: int
) -> Concern:
    """The provider's answer, for the council and whoever raised the concern."""
    concern = await _moved(caller, session, concern_id, "answer", expected_version)
    concern.answer, concern.answered_at = body.text, caller.now
    concern.due_on = day_for_council(caller.today)
    return await _kept(caller, session, concern, EventType.CONCERN_ANSWERED)


async def act_on(
    caller: Caller, session: AsyncSession, concern_id: UUID, body: ConcernActOn, expected_version: int
) -> Concern:
    """Opens the action plan that the concern leads to, and shows both to the provider."""
    concern = await _moved(caller, session, concern_id, "act_on", expected_version)
    provider = await _provider(caller, session, concern.provider_id)
    insist(may_keep_plan(await oversight_of(caller, session, provider)))
    concern.shared_at = concern.shared_at or caller.now
    await _kept(caller, session, concern, EventType.CONCERN_ACTED_ON)
    await open_plan(
        caller,
        session,
        source=PlanSource(SourceKind.CONCERN, concern.id),
        provider_id=concern.provider_id,
        council_id=concern.council_id,
        actions=[NewAction(**each.model_dump()) for each in body.actions],
        title=body.title,
        review_on=body.review_on,
    )
    return concern


async def close(
    caller: Caller, session: AsyncSession, concern_id: UUID, body: ConcernSettle, expected_version: int
) -> Concern:
    """Says what became of the concern, to all who read it."""
    concern = await _moved(caller, session, concern_id, "close", expected_version)
    plan = (await plans_of_concerns(caller, session, [concern.id])).get(concern.id)
    insist(may_close_concern(plan.state if plan else None))
    return await _settled(caller, session, concern, body, EventType.CONCERN_CLOSED)


async def withdraw(
    caller: Caller, session: AsyncSession, concern_id: UUID, body: ConcernSettle, expected_version: int
) -> Concern:
    """Whoever raised it takes it back, before the council has done anything; the council goes on seeing it."""
    concern = await _moved(caller, session, concern_id, "withdraw", expected_version)
    return await _settled(caller, session, concern, body, EventType.CONCERN_WITHDRAWN)


async def plans_by_concern(caller: Caller, session: AsyncSession, *concerns: Concern) -> dict[UUID, ActionPlan]:
    """The plans that came of these concerns, where the caller sees them, by the concern."""
    return dict(await plans_of_concerns(caller, session, [each.id for each in concerns]))


async def _provider(caller: Caller, session: AsyncSession, provider_id: UUID) -> Organisation:
    try:
        return await visible_organisation(caller, session, OrganisationKind.PROVIDER, provider_id)
    except NotFound:
        raise Invalid([FieldError("/provider_id", "unknown_provider", "name a provider that you can find")]) from None


async def _check_visit(caller: Caller, session: AsyncSession, visit_id: UUID, provider: Organisation) -> None:
    fault = FieldError("/visit_id", "unknown_visit", "name a published visit to this provider")
    try:
        visit = await visible_visit(caller, session, visit_id)
    except NotFound:
        raise Invalid([fault]) from None
    if visit.provider_id != provider.id or visit.published_at is None:
        raise Invalid([fault])


async def _moved(caller: Caller, session: AsyncSession, concern_id: UUID, verb: str, expected_version: int) -> Concern:
    """The concern, locked, in the state that the verb leads to."""
    concern = await visible_concern(caller, session, concern_id, lock=True)
    must_be(concern.version, expected_version)
    roles = [
        role
        for role, who in (
            ("council", concern.council_id),
            ("raiser", concern.raised_by_id),
            ("provider", concern.provider_id),
        )
        if who == caller.organisation_id
    ]
    by = next((each for each in roles if CONCERNS.may(concern.state, verb, each)), roles[0])
    concern.state = state_after(CONCERNS, concern.state, verb, by)
    return concern


async def _settled(
    caller: Caller, session: AsyncSession, concern: Concern, body: ConcernSettle, event: EventType
) -> Concern:
    concern.settled_because, concern.settled_at = body.reason, caller.now
    return await _kept(caller, session, concern, event)


async def _kept(caller: Caller, session: AsyncSession, concern: Concern, event: EventType) -> Concern:
    changed(concern, caller)
    await session.flush()
    await _tell(caller, session, concern, event)
    return concern


async def _tell(caller: Caller, session: AsyncSession, concern: Concern, event: EventType) -> None:
    """The council, whoever raised it, and the provider from when it is shared."""
    audience = {concern.council_id, concern.raised_by_id}
    if concern.shared_at is not None:
        audience.add(concern.provider_id)
    await record_event(session, event, f"{PATH}/{concern.id}", caller.now, organisations=audience)
