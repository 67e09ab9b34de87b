"""A QA visit as the caller reads it: its plan, who takes part, and what it found where that is shared already."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.organisations import OrganisationKind
from app.models.qa import QaVisit
from app.queries.qa_visits import joined_partners, visible_findings
from app.rules.qa_visits import visit_is_overdue
from app.schemas.qa_visits import QaVisitRead, QaVisitSummary

_FINDING = {"criterion", "evidence_seen", "notes"}


def visit_summary(caller: Caller, visit: QaVisit) -> QaVisitSummary:
    return QaVisitSummary.model_validate(_plan(caller, visit, set(QaVisitSummary.model_fields)))


async def visit_shown(caller: Caller, session: AsyncSession, visit: QaVisit) -> QaVisitRead:
    findings = await visible_findings(caller, session, visit)
    return QaVisitRead.model_validate(
        {
            **_plan(caller, visit, set(QaVisitRead.model_fields)),
            "councils": await _councils(caller, session, visit),
            "rescheduled": visit.reschedulings,
            "findings": [each.model_dump(include=_FINDING) for each in findings],
        }
    )


def _plan(caller: Caller, visit: QaVisit, members: set[str]) -> dict[str, Any]:
    overdue = visit_is_overdue(visit.state, visit.planned_on, caller.today)
    return {**visit.model_dump(include=members), "overdue": overdue}


async def _councils(caller: Caller, session: AsyncSession, visit: QaVisit) -> list[dict[str, Any]]:
    """All that take part; row security leaves a school with the one that leads and, where that joined, its own."""
    lead = {
        "council_id": visit.council_id,
        "leads": True,
        "officers": visit.officers,
        "joined_at": None,
        "published_at": visit.lead_published_at,
    }
    of_a_school = caller.kind is OrganisationKind.SCHOOL
    return [lead] + [
        {
            "council_id": each.council_id,
            "leads": False,
            "officers": each.officers,
            "joined_at": each.answered_at,
            "published_at": each.published_at,
        }
        for each in await joined_partners(session, visit)
        if not of_a_school or each.published_at is not None
    ]
