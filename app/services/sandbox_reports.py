"""The sandbox's progress reports: a draft, one handed in, one returned, one accepted; no other is begun."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.queries.calendars import school_calendar
from app.queries.clocks import ClockFilters, WithClocks, placements_with_clocks
from app.queries.report_forms import shipped_form
from app.rules.progress_reports import terms_of_placement
from app.schemas.progress_reports import ProgressReportCreate
from app.services.progress_reports import accept_report, begin_report, return_report, submit_report
from app.services.sandbox_organisations import Inhabitants

_LOOKED_AT = 20
_SAID: dict[str, Any] = {
    "pupil_voice": {"said": "I like the workshop best. I would like to do English at school again."},
    "readiness_to_return": "working_towards",
    "readiness_reason": "Two mornings a week at school go well; a third is planned after half-term.",
    "targets": [
        {
            "text": "Attend every session for six weeks",
            "success_criterion": "No unexplained absence in six weeks of the register",
            "progress": "on_track",
        },
        {
            "text": "Rejoin lessons in English",
            "success_criterion": "Stays for the whole of two lessons a week at school",
            "progress": "some_progress",
            "comment": "One lesson a week so far, with a familiar adult.",
        },
    ],
}


async def write_reports(session: AsyncSession, them: Inhabitants) -> None:
    """On the first four of the first council's placements, for their first term."""
    council = them.councils[0]
    caller = await council.speaks(session)
    answers = (await shipped_form(caller, session)).form["examples"][0]
    found = await placements_with_clocks(caller, session, ClockFilters(), None, _LOOKED_AT)
    for placement, becomes in zip(found, ("draft", "submitted", "returned", "accepted"), strict=False):
        await _write(session, them, placement, answers, becomes)


async def _write(
    session: AsyncSession, them: Inhabitants, placement: WithClocks, answers: dict[str, Any], becomes: str
) -> None:
    council = them.councils[0]
    provider = next(each for each in them.providers if each.organisation.id == placement.provider_id)
    calendar = await school_calendar(session, placement.calendar_id)
    term = terms_of_placement(calendar, placement.starts_on, placement.ends_on)[0]
    targets = [each | {"review_on": placement.ends_on.isoformat()} for each in _SAID["targets"]]
    body = ProgressReportCreate.model_validate(
        {
            "placement_id": str(placement.id),
            "school_year": term.school_year,
            "term": term.term.value,
            "answers": answers,
            **_SAID,
            "targets": targets,
        }
    )
    caller = await provider.speaks(session)
    report = await begin_report(caller, session, body)
    if becomes == "draft":
        return
    await submit_report(caller, session, report.id, report.version)
    caller = await council.speaks(session)
    if becomes == "returned":
        await return_report(caller, session, report.id, "Please say more about the second target.", report.version)
    elif becomes == "accepted":
        await accept_report(caller, session, report.id, report.version)
