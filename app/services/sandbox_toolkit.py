"""The sandbox's toolkit assessments: of one provider by itself and then by its council; a peer review asked for."""

import json
from datetime import timedelta
from importlib.resources import files
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.organisations import Organisation
from app.rules.toolkit import ToolkitUse
from app.schemas.toolkit_assessments import AreaWrite, ToolkitAssessmentCreate
from app.schemas.toolkit_peer_reviews import ToolkitPeerReviewPropose
from app.services.sandbox_organisations import Inhabitants
from app.services.toolkit_assessments import address_area, complete
from app.services.toolkit_assessments_beginning import begin_assessment
from app.services.toolkit_peer_reviews import propose_peer_review


async def assess_by_toolkit(session: AsyncSession, them: Inhabitants) -> None:
    """Two complete assessments of the first provider, to be read side by side; the second awaits a peer's consent."""
    said = json.loads(files("app.sandbox_data").joinpath("toolkit_assessments.json").read_text())
    council, (first, second) = them.councils[0], them.providers[:2]
    about = first.organisation
    await _assess(await first.speaks(session), session, about, ToolkitUse.SELF_EVALUATION, said, "provider")
    await _assess(await council.speaks(session), session, about, ToolkitUse.COUNCIL_QUALITY_ASSURANCE, said, "council")
    asked = ToolkitPeerReviewPropose(
        reviewed_id=about.id, reviewer_id=second.organisation.id, purpose="To look at induction together."
    )
    await propose_peer_review(await second.speaks(session), session, asked)


async def _assess(
    caller: Caller, session: AsyncSession, about: Organisation, use: ToolkitUse, said: dict[str, Any], by: str
) -> None:
    body = {"provider_id": about.id, "use": use, "assessors": f"Two colleagues of {caller.organisation_name}"}
    assessment = await begin_assessment(caller, session, ToolkitAssessmentCreate.model_validate(body))
    for each in said["areas"]:
        entry = {**each[by], **_beside(each["area"], said, caller)}
        written = AreaWrite.model_validate(entry)
        await address_area(caller, session, assessment.id, each["area"], written, assessment.version)
    await complete(caller, session, assessment.id, assessment.version)


def _beside(area: str, said: dict[str, Any], caller: Caller) -> dict[str, Any]:
    """The one source and the one action of the document, in the areas that it names."""
    source, action = said["source"], said["action"]
    shown: dict[str, Any] = {}
    if area == source["area"]:
        shown["sources"] = [{key: source[key] for key in ("kind", "title", "found_at")}]
    if area == action["area"]:
        due_on = caller.today + timedelta(days=action["days"])
        shown["planned_actions"] = [{"text": action["text"], "owner": action["owner"], "due_on": due_on}]
    return shown
