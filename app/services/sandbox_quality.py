"""The sandbox's quality assurance: every council adopts a shipped framework, and the first visits providers by it."""

from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.models.qa import QaVisit
from app.queries.qa_frameworks import current_frameworks
from app.queries.qa_visit_partners import standing_partners, visible_partner
from app.rules.qa_structures import StructureSlug
from app.schemas.qa_frameworks import QaFrameworkAdopt
from app.schemas.qa_visit_partners import QaVisitPartnerAccept
from app.schemas.qa_visits import (
    FindingsWrite,
    ProviderResponseWrite,
    QaVisitCarryOut,
    QaVisitCreate,
    QaVisitDiscuss,
    QaVisitReport,
)
from app.services.qa_frameworks import adopt_framework
from app.services.qa_visit_partners import accept
from app.services.qa_visits import carry_out, plan_visit, record_findings
from app.services.qa_visits_reporting import discuss, publish, report, respond
from app.services.sandbox_organisations import Inhabitant, Inhabitants

_FOUND = [
    {"criterion": "single-central-record", "evidence_seen": True, "notes": "Complete on the day."},
    {"criterion": "absence-followed-up", "evidence_seen": True, "notes": "Calls are logged by 09:30."},
    {"criterion": "risk-assessments", "evidence_seen": False, "notes": "None for the new workshop yet."},
]


async def make_qa_frameworks(session: AsyncSession, them: Inhabitants) -> None:
    """The first council adopts Salford's areas, the others Westmorland & Furness' sections, all Bolton's activities."""
    for index, council in enumerate(them.councils):
        structure = StructureSlug.WESTMORLAND_AND_FURNESS_SIX_SECTIONS if index else StructureSlug.SALFORD_SEVEN_AREAS
        body = QaFrameworkAdopt(structure=structure, name=f"{council.organisation.name} QA framework")
        await adopt_framework(await council.speaks(session), session, body)


async def visit_providers(session: AsyncSession, them: Inhabitants) -> None:
    """Of the providers that all councils work with the first was visited, and its report published; the second is
    visited by all of them next week.
    """
    lead, others = them.councils[0], them.councils[1:]
    shared = [each for each in them.providers if len(each.seed["councils"]) == len(them.councils)]
    today = lead.caller.today
    made = await _planned(session, lead, shared[0], -21, [])
    await _write_up(session, lead, shared[0], made, today - timedelta(days=21))
    joint = await _planned(session, lead, shared[1], 7, others)
    for part in await standing_partners(await lead.speaks(session), session, joint):
        council = next(each for each in others if each.organisation.id == part.council_id)
        caller = await council.speaks(session)
        [framework] = await current_frameworks(caller, session)
        body = QaVisitPartnerAccept(officers=["B. Officer"], framework_id=framework.id, counts_as="validation-visit")
        known = await visible_partner(caller, session, part.id)
        await accept(caller, session, part.id, body, known.version)


async def _planned(
    session: AsyncSession, council: Inhabitant, provider: Inhabitant, days: int, partners: list[Inhabitant]
) -> QaVisit:
    caller = await council.speaks(session)
    [framework] = await current_frameworks(caller, session)
    body = QaVisitCreate(
        provider_id=provider.organisation.id,
        framework_id=framework.id,
        activity_type="validation-visit",
        planned_on=caller.today + timedelta(days=days),
        officers=["A. Officer"],
        partner_ids=[each.organisation.id for each in partners],
    )
    return await plan_visit(caller, session, body)


async def _write_up(
    session: AsyncSession, council: Inhabitant, provider: Inhabitant, visit: QaVisit, day: date
) -> None:
    caller = await council.speaks(session)
    await carry_out(caller, session, visit.id, QaVisitCarryOut(carried_out_on=day), visit.version)
    findings = FindingsWrite.model_validate({"findings": _FOUND})
    await record_findings(caller, session, visit.id, findings, visit.version)
    text = "A calm and careful place. The new workshop needs its risk assessment before pupils use it."
    await report(caller, session, visit.id, QaVisitReport(text=text), visit.version)
    talk = QaVisitDiscuss(discussed_on=day + timedelta(days=7), discussed_with=["The manager"])
    await discuss(caller, session, visit.id, talk, visit.version)
    answer = ProviderResponseWrite(text="The risk assessment was written the week after, and staff have read it.")
    await respond(await provider.speaks(session), session, visit.id, answer, visit.version)
    await publish(await council.speaks(session), session, visit.id, None, visit.version)
