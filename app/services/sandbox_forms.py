"""The sandbox's report form: every council publishes the one that is shipped."""

import json
from importlib.resources import files
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.schemas.progress_reports import ReportFormPublish
from app.services.report_forms import publish_form
from app.services.sandbox_organisations import Inhabitants


async def publish_forms(session: AsyncSession, them: Inhabitants) -> None:
    for council in them.councils:
        body = ReportFormPublish(name="Termly progress report", form=progress_report_form())
        await publish_form(await council.speaks(session), session, body)


def progress_report_form() -> dict[str, Any]:
    """Attendance, targets with their progress, what the pupil says, and readiness to return."""
    form: dict[str, Any] = json.loads(files("app.sandbox_data").joinpath("progress_report_form.json").read_text())
    return form
