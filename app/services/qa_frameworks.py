"""A council's QA frameworks: its areas, criteria and kinds of visit, as data."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.qa import QaFramework
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import FieldError, Invalid
from app.schemas.qa_frameworks import QaFrameworkCreate
from app.services.changes import made


async def make_framework(caller: Caller, session: AsyncSession, body: QaFrameworkCreate) -> QaFramework:
    """Keeps a framework of the calling council. Raises Invalid where a slug names two things of one kind."""
    _check_slugs(body)
    framework = QaFramework(
        **made(caller.now),
        council_id=caller.organisation_id,
        name=body.name,
        areas=[area.model_dump() for area in body.areas],
        activity_types=[each.model_dump() for each in body.activity_types],
    )
    session.add(framework)
    await session.flush()
    path = f"/v1/qa-frameworks/{framework.id}"
    await record_event(session, EventType.QA_FRAMEWORK_MADE, path, caller.now, organisations=[framework.council_id])
    return framework


def _check_slugs(body: QaFrameworkCreate) -> None:
    areas = [(f"/areas/{i}/slug", area.slug) for i, area in enumerate(body.areas)]
    criteria = [
        (f"/areas/{i}/criteria/{j}/slug", criterion.slug)
        for i, area in enumerate(body.areas)
        for j, criterion in enumerate(area.criteria)
    ]
    activities = [(f"/activity_types/{i}/slug", each.slug) for i, each in enumerate(body.activity_types)]
    faults = given_twice(areas) + given_twice(criteria) + given_twice(activities)
    if faults:
        raise Invalid(faults)


def given_twice(named: list[tuple[str, str]]) -> list[FieldError]:
    """A fault at every pointer whose slug stands at an earlier pointer already."""
    seen: set[str] = set()
    faults = []
    for pointer, slug in named:
        if slug in seen:
            faults.append(FieldError(pointer, "given_twice", "each slug is used once"))
        seen.add(slug)
    return faults
