"""What follows a QA visit: the report, its discussion, the provider's answer, publication by each council."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.qa import QaVisit
from app.outbox.catalogue import EventType
from app.queries.qa_visit_partners import own_part
from app.rules.qa_visits import may_be_discussed, may_be_published, may_publish_again
from app.schemas.qa_visits import ProviderResponseWrite, QaVisitDiscuss, QaVisitPublish, QaVisitReport
from app.services.changes import changed, insist
from app.services.qa_visit_partners import lapse_invitations
from app.services.qa_visits_steps import kept_visit, moved_visit, part_of


async def report(
    caller: Caller, session: AsyncSession, visit_id: UUID, body: QaVisitReport, expected_version: int
) -> QaVisit:
    """Hands the report, and the findings with it, to the provider. Whoever was invited joins the visit no more."""
    visit = await moved_visit(caller, session, visit_id, "report", expected_version)
    visit.report = body.text
    kept = await kept_visit(caller, session, visit, EventType.QA_VISIT_REPORTED)
    await lapse_invitations(caller, session, visit)
    return kept


async def discuss(
    caller: Caller, session: AsyncSession, visit_id: UUID, body: QaVisitDiscuss, expected_version: int
) -> QaVisit:
    """Keeps when, and with whom, the report was discussed. A later discussion takes the place of an earlier one."""
    visit = await moved_visit(caller, session, visit_id, "discuss", expected_version)
    insist(may_be_discussed(body.discussed_on, visit.carried_out_on, caller.today))
    visit.discussed_on = body.discussed_on
    visit.discussed_with = list(body.discussed_with)
    visit.discussion_note = body.note
    return await kept_visit(caller, session, visit, EventType.QA_VISIT_DISCUSSED)


async def respond(
    caller: Caller, session: AsyncSession, visit_id: UUID, body: ProviderResponseWrite, expected_version: int
) -> QaVisit:
    """Keeps the provider's answer to the report, which stands beside it also when it is published."""
    visit = await moved_visit(caller, session, visit_id, "answer", expected_version)
    visit.provider_response = body.text
    return await kept_visit(caller, session, visit, EventType.QA_VISIT_ANSWERED)


async def publish(
    caller: Caller, session: AsyncSession, visit_id: UUID, body: QaVisitPublish | None, expected_version: int
) -> QaVisit:
    """Opens the visit to the calling council's schools, so that they can choose. Others publish to their own."""
    visit = await moved_visit(caller, session, visit_id, "publish", expected_version)
    leads = part_of(caller, visit) == "council"
    part = None if leads else await own_part(caller, session, visit)
    before = visit.lead_published_at if part is None else part.published_at
    insist(may_publish_again(published=before is not None))
    because = body.without_discussion_because if body is not None else None
    heard = bool(visit.discussed_on or visit.provider_response or visit.undiscussed_because)
    insist(may_be_published(heard=heard, because=because))
    if not heard:
        visit.undiscussed_because = because
    visit.published_at = visit.published_at or caller.now
    if part is None:
        visit.lead_published_at = caller.now
    else:
        part.published_at = caller.now
        changed(part, caller)
    return await kept_visit(caller, session, visit, EventType.QA_VISIT_PUBLISHED)
