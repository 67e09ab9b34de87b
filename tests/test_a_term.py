"""A term's reports, visits, assessments and returns, played over HTTP by the clients of a small sandbox."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from app.db.embedded_database import Addresses
from app.settings import Settings
from tests.a_term import children, papers, plans, returns, visits
from tests.a_term.story import begun
from tests.databases import Databases
from tests.running import own_database, running, settings_for


@pytest.fixture
async def database(databases: Databases) -> AsyncIterator[Addresses]:
    """Of its own: the clock's duties are done in this sandbox alone."""
    async with own_database(databases) as addresses:
        yield addresses


@pytest.fixture
def settings(database: Addresses) -> Settings:
    return settings_for(database)


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    async with running(settings) as application:
        yield application


BEFORE = (
    visits.the_councils_take_a_framework_and_types_of_return,
    children.council_and_school_place_a_child_each,
    children.the_school_proposes_a_part_time_plan_and_the_council_agrees,
    visits.two_councils_make_a_visit,
)
NOVEMBER = (
    children.the_farm_reports_the_first_morning,
    visits.they_find_report_discuss_and_publish,
    plans.a_plan_follows_the_visit,
    plans.a_school_raises_a_concern_about_the_visit,
    plans.farm_and_council_assess_by_the_toolkit,
    papers.the_council_adopts_a_form_and_the_farm_writes_on_it,
    papers.the_school_returns_it_and_the_council_accepts,
    papers.the_farm_is_asked_for_two_returns,
    papers.the_school_sees_teaching_and_an_exam_is_entered_and_passed,
    papers.the_farm_attaches_its_policy,
)
AFTERWARDS = (
    papers.the_other_return_comes_late,
    papers.the_farm_forgets_a_report_and_hands_it_in_late,
    plans.the_concern_is_answered_late_and_acted_on,
    plans.the_plan_is_reviewed_and_closed,
    papers.the_next_term_begins_with_the_open_target,
    returns.every_party_hands_on_its_own,
    returns.the_dashboard_says_how_ada_comes_on,
    returns.schools_file_or_forget,
)


async def test_a_term_is_reported_visited_assessed_and_returned(app: FastAPI, database: Addresses) -> None:
    async with begun(app, database) as term:
        at_first = await plans.what_is_due(term)
        await children.a_file_is_tried_and_then_taken_for_good(term, app)
        for chapter in BEFORE:
            await chapter(term)
        await term.advances_to("2026-11-25T12:30:00Z")
        for chapter in NOVEMBER:
            await chapter(term)
        await term.advances_to("2026-12-19T12:30:00Z")
        for chapter in AFTERWARDS:
            await chapter(term)
        overdue = await plans.what_is_due(term) - at_first
        assert {("action", "complete_action", "provider"), ("concern", "decide_concern", "council")} <= overdue
