"""Publishing report forms, adopting one, and withdrawing one from new reports. What an edition says never changes."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.placements import Placement
from app.models.progress_reports import ReportForm
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import FieldError, Invalid, NotFound, RuleRefused
from app.queries.placements import councils_of
from app.queries.report_forms import current_forms, latest_edition, providers_of, shipped_form, visible_form
from app.rules.calendars import Term
from app.rules.progress_reports import ReportTerm
from app.rules.report_examples import faults_of_examples
from app.rules.report_forms import faults_of_form
from app.rules.report_forms_choice import NOT_ITS_COUNCIL, REPORT_FORMS, FormInUse, FormState, may_use_form
from app.rules.report_statements import ReportMember
from app.schemas.report_forms import ReportFormPublish
from app.services.changes import changed, insist, made, moved

PATH = "/v1/report-forms"
_ONE_AT_A_TIME = text("select pg_advisory_xact_lock(hashtextextended(:name, 0))")
_MOST_FAULTS = 100


async def publish_form(caller: Caller, session: AsyncSession, body: ReportFormPublish) -> ReportForm:
    """Raises Invalid naming every fault of the form, and every example that is not as it asks."""
    faults = faults_of_form(body.form) or faults_of_examples(body.form)
    if faults:
        raise Invalid([FieldError(f"/form{f.pointer}"[:500], f.code, f.reason) for f in faults[:_MOST_FAULTS]])
    terms = [each.value for each in Term if each in body.terms]
    return await _publish(
        caller, session, ReportForm(**made(caller.now), **body.model_dump(exclude={"terms"}), edition=1, terms=terms)
    )


async def adopt_form(caller: Caller, session: AsyncSession, form_id: UUID, name: str | None) -> ReportForm:
    """The calling council publishes a form that it sees as the next edition of its own. Raises NotFound."""
    found, _ = await visible_form(caller, session, form_id)
    form = ReportForm(
        **made(caller.now),
        name=name or found.name,
        edition=1,
        form=found.form,
        adopted_from_id=found.id,
        terms=found.terms,
        school_year=found.school_year,
    )
    return await _publish(caller, session, form)


async def withdraw_form(
    caller: Caller, session: AsyncSession, form_id: UUID, expected_version: int
) -> tuple[ReportForm, bool]:
    """The council takes its form out of use for new reports. Raises NotFound, PreconditionFailed, RuleRefused."""
    seen, _ = await visible_form(caller, session, form_id)
    if seen.council_id != caller.organisation_id:
        raise RuleRefused(NOT_ITS_COUNCIL)
    form, _ = await visible_form(caller, session, form_id, lock=True)
    moved(form, expected_version, REPORT_FORMS, state_of(form), "withdraw", "council")
    form.withdrawn_at = caller.now
    changed(form, caller)
    await _tell(caller, session, form, EventType.REPORT_FORM_WITHDRAWN)
    return form, False


async def form_for(
    caller: Caller, session: AsyncSession, placement: Placement, term: ReportTerm, form_id: UUID | None
) -> ReportForm:
    """The form on which a report is written: the one named, or the only one that the placement goes by.

    Raises Invalid for a form that leads nowhere, or for none where there are several, and RuleRefused.
    """
    if form_id is None:
        return await _only_form(caller, session, placement, term)
    try:
        form, _ = await visible_form(caller, session, form_id)
    except NotFound:
        raise Invalid([FieldError("/form_id", "form_not_found", "names nothing that you may see")]) from None
    councils = await councils_of(session, placement)
    published = _meant_for(await current_forms(caller, session, councils), term)
    publishing = {each.council_id for each in published if each.council_id is not None}
    insist(may_use_form(in_use(form), councils, publishing, term))
    return form


async def forms_of_placement(
    caller: Caller, session: AsyncSession, placement: Placement, term: ReportTerm | None = None
) -> Sequence[ReportForm]:
    """The forms that a placement goes by: those of the nearest of its councils that has any, or the shipped one."""
    councils = await councils_of(session, placement)
    published = await current_forms(caller, session, councils)
    if term is not None:
        published = _meant_for(published, term)
    for council in councils:
        if own := [each for each in published if each.council_id == council]:
            return own
    return [await shipped_form(caller, session)]


def in_use(form: ReportForm) -> FormInUse:
    """What the rules ask of a form."""
    terms = frozenset(Term(each) for each in form.terms)
    return FormInUse(form.council_id, form.withdrawn_at is not None, terms, form.school_year)


def state_of(form: ReportForm) -> FormState:
    return FormState.PUBLISHED if form.withdrawn_at is None else FormState.WITHDRAWN


async def _only_form(caller: Caller, session: AsyncSession, placement: Placement, term: ReportTerm) -> ReportForm:
    found = await forms_of_placement(caller, session, placement, term)
    if len(found) > 1:
        detail = "the council has several forms for that term; name one of them"
        raise Invalid([FieldError("/form_id", "form_needed", detail)])
    return found[0]


def _meant_for(forms: Sequence[ReportForm], term: ReportTerm) -> list[ReportForm]:
    return [each for each in forms if in_use(each).is_for(term)]


async def _publish(caller: Caller, session: AsyncSession, form: ReportForm) -> ReportForm:
    await session.execute(_ONE_AT_A_TIME, {"name": f"report form {caller.organisation_id} {form.name}"})
    form.council_id = caller.organisation_id
    form.edition = await latest_edition(session, caller.organisation_id, form.name) + 1
    form.asks_for = [each.value for each in ReportMember]
    session.add(form)
    await _tell(caller, session, form, EventType.REPORT_FORM_PUBLISHED)
    return form


async def _tell(caller: Caller, session: AsyncSession, form: ReportForm, event: EventType) -> None:
    await session.flush()
    audience = {caller.organisation_id, *await providers_of(caller, session)}
    await record_event(session, event, f"{PATH}/{form.id}", caller.now, organisations=sorted(audience))
