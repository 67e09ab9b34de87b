"""A new sandbox holds what an integrator looks for first: plans, an exclusion, records, reports, assessments."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.clock import utc_now
from app.db.embedded_database import Addresses
from app.services import sandbox_seed
from app.services.sandbox_children import place_children
from app.services.sandbox_organisations import Inhabitants
from app.services.sandbox_seed import make_sandbox
from tests.placing import owner_session


@pytest.fixture
def few_children(monkeypatch: pytest.MonkeyPatch) -> None:
    """Placing all the children of the sandbox takes most of the time; the walk through the README has them all."""

    async def place_few(session: AsyncSession, them: Inhabitants, *there: Any) -> int:
        for provider in them.providers:
            monkeypatch.setitem(provider.seed, "children", min(provider.seed["children"], 8))
        return await place_children(session, them, *there)

    monkeypatch.setattr(sandbox_seed, "place_children", place_few)


@pytest.mark.usefixtures("few_children")
async def test_a_sandbox_shows_something_of_everything(database: Addresses) -> None:
    async with owner_session(database.owner) as session:
        sandbox = await make_sandbox(session, utc_now())
        found = await session.execute(
            text(
                "select (select count(*) from part_time_plans t join placements p on p.id = t.placement_id"
                " join organisations o on o.id = p.provider_id where o.sandbox_id = :id and t.state = 'agreed'),"
                " (select count(*) from placement_facts f join placements p on p.id = f.placement_id"
                " join organisations o on o.id = p.provider_id where o.sandbox_id = :id and f.exclusion = 'permanent'),"
                " (select count(*) from expected_sessions e join organisations o on o.id = e.provider_id"
                " where o.sandbox_id = :id and e.waived_by = 'part_time_plan'),"
                " (select array_agg(r.state order by r.state) from progress_reports r"
                " join placements p on p.id = r.placement_id join organisations o on o.id = p.provider_id"
                " where o.sandbox_id = :id),"
                " (select count(*) from placement_returns r join organisations o on o.id = r.school_id"
                " where o.sandbox_id = :id)"
            ),
            {"id": sandbox},
        )
        plans, facts, waived, reports, returns = found.one()
        records = await session.execute(
            text(
                "select (select count(*) from qa_returns r join organisations o on o.id = r.council_id"
                " where o.sandbox_id = :id and r.state = 'requested'),"
                " (select count(*) from qa_return_types t join organisations o on o.id = t.council_id"
                " where o.sandbox_id = :id) / (select count(*) from organisations o"
                " where o.sandbox_id = :id and o.kind = 'council'),"
                " (select count(*) from teaching_observations t join organisations o on o.id = t.observer_id"
                " where o.sandbox_id = :id and t.provider_comment is not null),"
                " (select count(*) from qualification_statements s join organisations o on o.id = s.recorded_by_id"
                " where o.sandbox_id = :id)"
            ),
            {"id": sandbox},
        )
        asked, types, observed, entries = records.one()
        assessed = await session.scalars(
            text(
                "select use from toolkit_assessments a join organisations o on o.id = a.provider_id"
                " where o.sandbox_id = :id and a.state = 'complete' order by use"
            ),
            {"id": sandbox},
        )
        assert list(assessed) == ["council_quality_assurance", "self_evaluation"]
        await session.rollback()
    assert (plans, facts, returns) == (1, 1, 1)
    assert waived > 0
    assert reports == ["accepted", "draft", "returned", "submitted"]
    assert (asked, types) == (1, 3)
    assert (observed, entries) in ((1, 2), (0, 0))  # in the first half-term no placement has ended yet
