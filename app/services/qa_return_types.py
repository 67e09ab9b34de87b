"""A council's types of annual return: published edition by edition, or taken from those that are shipped."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.qa_returns import QaReturnType
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import FieldError, Invalid
from app.queries.qa_return_types import latest_edition
from app.rules.qa_return_types import SHIPPED
from app.rules.report_forms import faults_of_form
from app.schemas.qa_return_types import QaReturnTypePublish
from app.services.changes import made

PATH = "/v1/qa-return-types"
_ONE_AT_A_TIME = text("select pg_advisory_xact_lock(hashtextextended(:name, 0))")
_MOST_FAULTS = 100


async def publish_type(caller: Caller, session: AsyncSession, body: QaReturnTypePublish) -> QaReturnType:
    """The calling council's next edition. Raises Invalid naming every fault of the form."""
    faults = faults_of_form(body.form) if body.form is not None else []
    if faults:
        raise Invalid([FieldError(f"/form{f.pointer}"[:500], f.code, f.reason) for f in faults[:_MOST_FAULTS]])
    await _hold(caller, session)
    edition = await latest_edition(caller, session, caller.organisation_id, body.slug) + 1
    return await _keep(caller, session, body, edition)


async def adopt_types(caller: Caller, session: AsyncSession) -> list[QaReturnType]:
    """Makes the calling council's own every shipped type of whose slug it has none."""
    await _hold(caller, session)
    adopted = []
    for each in SHIPPED:
        if await latest_edition(caller, session, caller.organisation_id, each.slug) == 0:
            body = QaReturnTypePublish(slug=each.slug, name=each.name, description=each.description, form=each.form)
            adopted.append(await _keep(caller, session, body, 1))
    return adopted


async def _hold(caller: Caller, session: AsyncSession) -> None:
    """One edition after the other: two that publish at once meet here."""
    await session.execute(_ONE_AT_A_TIME, {"name": f"qa return types {caller.organisation_id}"})


async def _keep(caller: Caller, session: AsyncSession, body: QaReturnTypePublish, edition: int) -> QaReturnType:
    kept = QaReturnType(**made(caller.now), **body.model_dump(), council_id=caller.organisation_id, edition=edition)
    session.add(kept)
    await session.flush()
    await record_event(
        session,
        EventType.QA_RETURN_TYPE_PUBLISHED,
        f"{PATH}/{kept.id}",
        caller.now,
        organisations=[caller.organisation_id],
    )
    return kept
