"""Publishing report forms. A published edition never changes; a change is a new edition under the same name."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.progress_reports import ReportForm
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import FieldError, Invalid
from app.queries.progress_reports import latest_edition
from app.rules.report_forms import faults_of_form
from app.schemas.progress_reports import ReportFormPublish
from app.services.changes import made

_ONE_AT_A_TIME = text("select pg_advisory_xact_lock(hashtextextended(:name, 0))")
_MOST_FAULTS = 100


async def publish_form(caller: Caller, session: AsyncSession, body: ReportFormPublish) -> ReportForm:
    """Raises Invalid naming every fault of the form."""
    faults = faults_of_form(body.form)
    if faults:
        raise Invalid([FieldError(f"/form{f.pointer}"[:500], f.code, f.reason) for f in faults[:_MOST_FAULTS]])
    await session.execute(_ONE_AT_A_TIME, {"name": f"report form {caller.organisation_id} {body.name}"})
    form = ReportForm(
        **made(caller.now),
        council_id=caller.organisation_id,
        name=body.name,
        edition=await latest_edition(session, caller.organisation_id, body.name) + 1,
        form=body.form,
    )
    session.add(form)
    await session.flush()
    await record_event(
        session,
        EventType.REPORT_FORM_PUBLISHED,
        f"/v1/report-forms/{form.id}",
        caller.now,
        organisations=[caller.organisation_id],
    )
    return form
