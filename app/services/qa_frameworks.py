"""A council's QA frameworks: its areas, criteria and kinds of visit, as data."""

from dataclasses import asdict, dataclass
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.qa import QaFramework
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import FieldError, Invalid, NotFound
from app.queries.qa_frameworks import current_framework_from, own_framework
from app.rules.qa_frameworks import FRAMEWORKS, may_adopt
from app.rules.qa_structures import StructureSlug, activity_set, structure
from app.schemas.qa_frameworks import QaFrameworkAdopt, QaFrameworkCreate
from app.services.changes import changed, insist, made, moved


@dataclass(frozen=True, slots=True)
class Place:
    """Where an edition stands: in which series (the first begins one, which bears its id), as which edition, and
    which structure the series came of.
    """

    series_id: UUID | None
    edition: int
    structure: StructureSlug | None = None


async def make_framework(caller: Caller, session: AsyncSession, body: QaFrameworkCreate) -> QaFramework:
    """Keeps the first edition of a framework. Raises Invalid where a slug names two things of one kind."""
    return await _make(caller, session, body, Place(None, 1))


async def adopt_framework(caller: Caller, session: AsyncSession, body: QaFrameworkAdopt) -> QaFramework:
    """Keeps a shipped structure, with a shipped set of activities, as a framework of the calling council's own."""
    known = await current_framework_from(caller, session, body.structure)
    insist(may_adopt(adopted=known is not None))
    adopted, activities = structure(body.structure), activity_set(body.activity_set)
    parts = {
        "name": body.name or adopted.name,
        "areas": [asdict(area) | {"criteria": [asdict(each) for each in area.criteria]} for area in adopted.areas],
        "activity_types": [asdict(each) for each in activities.activity_types],
    }
    whole = QaFrameworkCreate.model_validate(parts)
    return await _make(caller, session, whole, Place(None, 1, body.structure))


async def supersede(
    caller: Caller, session: AsyncSession, framework_id: UUID, body: QaFrameworkCreate, expected_version: int
) -> QaFramework:
    """Keeps the next edition of a framework; the one before stays what the visits by it are read by."""
    before = await _moved(caller, session, framework_id, "supersede", expected_version)
    _check_slugs(body)
    await _settled(caller, session, before, EventType.QA_FRAMEWORK_SUPERSEDED)
    return await _make(caller, session, body, Place(before.series_id, before.edition + 1, before.structure))


async def retire(caller: Caller, session: AsyncSession, framework_id: UUID, expected_version: int) -> QaFramework:
    """Ends a framework: no visit is planned by it any more, and none falls due."""
    framework = await _moved(caller, session, framework_id, "retire", expected_version)
    return await _settled(caller, session, framework, EventType.QA_FRAMEWORK_RETIRED)


async def framework_with(
    caller: Caller, session: AsyncSession, framework_id: UUID, activity_type: str, pointer: str
) -> QaFramework:
    """The calling council's framework, which has that activity. Raises Invalid; `pointer` is the activity's."""
    framework = await own_framework(caller, session, framework_id)
    if framework is None:
        raise Invalid([FieldError("/framework_id", "unknown_framework", "name one of your own QA frameworks")])
    if activity_type not in {each["slug"] for each in framework.activity_types}:
        detail = "name one of the framework's `activity_types`"
        raise Invalid([FieldError(pointer, "activity_type_not_in_framework", detail)])
    return framework


async def _make(caller: Caller, session: AsyncSession, body: QaFrameworkCreate, place: Place) -> QaFramework:
    _check_slugs(body)
    framework_id = uuid4()
    framework = QaFramework(
        **made(caller.now),
        id=framework_id,
        council_id=caller.organisation_id,
        series_id=place.series_id or framework_id,
        edition=place.edition,
        structure=place.structure,
        name=body.name,
        areas=[area.model_dump() for area in body.areas],
        activity_types=[each.model_dump(mode="json") for each in body.activity_types],
    )
    session.add(framework)
    await session.flush()
    await _tell(caller, session, framework, EventType.QA_FRAMEWORK_MADE)
    return framework


async def _moved(
    caller: Caller, session: AsyncSession, framework_id: UUID, verb: str, expected_version: int
) -> QaFramework:
    """The calling council's framework, locked, in the state that the verb leads to. Raises NotFound for another's."""
    framework = await own_framework(caller, session, framework_id, lock=True)
    if framework is None:
        raise NotFound
    framework.state = moved(framework, expected_version, FRAMEWORKS, framework.state, verb, "council")
    return framework


async def _settled(caller: Caller, session: AsyncSession, framework: QaFramework, event: EventType) -> QaFramework:
    changed(framework, caller)
    await session.flush()
    await _tell(caller, session, framework, event)
    return framework


async def _tell(caller: Caller, session: AsyncSession, framework: QaFramework, event: EventType) -> None:
    path = f"/v1/qa-frameworks/{framework.id}"
    await record_event(session, event, path, caller.now, organisations=[framework.council_id])


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
