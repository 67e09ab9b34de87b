"""The sandbox's QA framework: every council makes the one that is shipped."""

import json
from importlib.resources import files

from sqlalchemy.ext.asyncio import AsyncSession

from app.schemas.qa_frameworks import QaFrameworkCreate
from app.services.qa_frameworks import make_framework
from app.services.sandbox_organisations import Inhabitants


async def make_qa_frameworks(session: AsyncSession, them: Inhabitants) -> None:
    document = json.loads(files("app.sandbox_data").joinpath("qa_framework.json").read_text())
    parts = {"areas": document["areas"], "activity_types": document["activity_types"]}
    for council in them.councils:
        body = QaFrameworkCreate.model_validate({"name": f"{council.organisation.name} QA framework", **parts})
        await make_framework(await council.speaks(session), session, body)
