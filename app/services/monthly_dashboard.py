"""The monthly dashboard: attendance, progress to targets and readiness to return, placement by placement.

Source: Bolton's dashboard return (QMC-5) and Cheshire West, read in the primary source.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.placements import Placement
from app.models.progress_reports import ProgressReport
from app.queries.attendance_census import census_pupils, counted_by_code
from app.queries.monthly_dashboard import dashboard_placements, last_reviews, reports_by
from app.queries.report_targets import targets_of
from app.queries.returns import names_of
from app.rules.attendance_summaries import Tally, attendance
from app.rules.report_targets import Target, TargetProgress
from app.schemas.monthly_dashboard import DashboardRow
from app.schemas.returns import columns_of
from app.services.attendance_summaries import tally_of
from app.services.returns import Asked, Return, Shown

_OF_PROGRESS = {f"targets_{each.value}": each for each in TargetProgress}


async def dashboard_rows(caller: Caller, session: AsyncSession, found: Sequence[Row[Any]], asked: Asked) -> list[Shown]:
    """The members of a `DashboardRow` for each placement found."""
    placements: list[Placement] = [row.Placement for row in found]
    ids = [each.id for each in placements]
    first, last = asked.period.first, asked.period.last
    caller.sees_placements(*ids)
    counted = await counted_by_code(caller, session, ids, first, last, answered_for=False)
    pupils = await census_pupils(caller, session, [each.pupil_id for each in placements])
    names = await names_of(
        caller, session, [party for each in placements for party in (each.provider_id, each.host_school_id)]
    )
    reviews = await last_reviews(caller, session, ids, last)
    reports = await report_figures(caller, session, ids, asked)
    rows = []
    for each in placements:
        if each.pupil_id not in pupils:
            continue
        pupil, provider = pupils[each.pupil_id], names.get(each.provider_id)
        host = names.get(each.host_school_id) if each.host_school_id else None
        row = {
            **each.model_dump(include=set(DashboardRow.model_fields)),
            "placement_id": each.id,
            "family_name": pupil.family_name,
            "given_name": pupil.given_name,
            "provider_name": provider and provider.name,
            "host_school_name": host and host.name,
            **_attendance(tally_of(counted[each.id]) if each.id in counted else Tally()),
            "last_review_on": reviews.get(each.id),
            **reports.get(each.id, _NO_REPORT),
        }
        rows.append(row)
    return rows


async def report_figures(
    caller: Caller, session: AsyncSession, placements: Sequence[UUID], asked: Asked
) -> Mapping[UUID, Shown]:
    """What the dashboard takes from the last report submitted on each placement; without one it is left out."""
    reports = await reports_by(caller, session, placements, asked.period.last)
    targets = await targets_of(caller, session, [each.id for each in reports.values()], submitted=True)
    return {each: _of_report(report, targets.get(report.id, ())) for each, report in reports.items()}


def _of_report(report: ProgressReport, targets: Sequence[Target]) -> Shown:
    return _NO_REPORT | {
        "report_id": report.id,
        "report_school_year": report.school_year,
        "report_term": report.term,
        "report_state": report.state,
        "report_submitted_at": report.submitted_at,
        "readiness_to_return": (report.submitted_statements or {}).get("readiness_to_return"),
        **_of_targets(targets),
    }


def _of_targets(targets: Sequence[Target]) -> Shown:
    """How many targets stand at each word; nothing for a report that names none, as no form asked it to."""
    if not targets:
        return {}
    standing = Counter(each.progress for each in targets)
    return {"targets": len(targets)} | {name: standing[progress] for name, progress in _OF_PROGRESS.items()}


def _attendance(tally: Tally) -> Shown:
    return {
        "possible": tally.possible,
        "attended": tally.attended,
        "authorised": tally.authorised,
        "unauthorised": tally.unauthorised,
        "not_reported": tally.not_reported,
        "came_late": tally.late,
        "attendance_percent": attendance(tally).percent,
    }


_NO_REPORT: Shown = dict.fromkeys(
    (
        "report_id",
        "report_school_year",
        "report_term",
        "report_state",
        "report_submitted_at",
        "readiness_to_return",
        "targets",
        *_OF_PROGRESS,
    )
)

DASHBOARD = Return(
    name="monthly-dashboard",
    title="Monthly dashboard",
    columns=lambda asked: columns_of(DashboardRow),
    found=lambda caller, asked: dashboard_placements(
        caller, asked.period.first, asked.period.last, asked.provider_id, asked.host_school_id
    ),
    key=col(Placement.id),
    rows=dashboard_rows,
)
