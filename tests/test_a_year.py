"""A year of one child's life, played over HTTP by all parties with the sandbox's clock, one chapter after another."""

from datetime import UTC, datetime

from fastapi import FastAPI

from app.db.embedded_database import Addresses
from app.models.organisations import OrganisationKind
from app.outbox.tools import Tools
from app.settings import Settings
from tests.a_year import autumn, coming_back, finding_a_place, spring, trouble
from tests.a_year.story import begun, no_list_mixes_the_two, nobody_else_saw_it
from tests.declared_headers import document
from tests.world import another_party, make_world

SEPTEMBER = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
CHAPTERS = (
    finding_a_place.the_council_procures_and_the_school_finds_a_provider,
    finding_a_place.the_school_refers_the_child_and_the_farm_takes_it,
    autumn.the_first_weeks_are_stated_planned_and_registered,
    autumn.the_first_half_term_is_reviewed_and_reported_on,
    trouble.the_suspension_is_agreed_before_and_the_second_comes_too_late,
    trouble.the_child_goes_home_early_with_everybodys_consent,
    trouble.the_child_runs_off_and_is_found,
    trouble.the_term_is_reported_and_christmas_comes,
    spring.the_clocks_say_what_is_done_and_what_is_late,
    spring.the_placement_is_extended_and_a_notice_taken_back,
    spring.the_child_changes_school_and_stays_at_the_farm,
    coming_back.the_child_returns_to_school_and_stays_there,
)


async def test_a_year_of_one_childs_life_is_seen_by_its_parties_and_nobody_else(
    app: FastAPI, database: Addresses, settings: Settings
) -> None:
    async with make_world(app, database.owner, SEPTEMBER) as world:
        garage = another_party(app, database.owner, world, OrganisationKind.PROVIDER, "Lock Garage")
        brook = another_party(app, database.owner, world, OrganisationKind.SCHOOL, "Brook School", world.council)
        async with begun(world, Tools(app.state.worker_sessions, settings), garage, brook) as story:
            for chapter in CHAPTERS:
                await chapter(story)
                await nobody_else_saw_it(story)
            await no_list_mixes_the_two(story, document())
            await coming_back.the_child_gets_another_identity(story)
            await nobody_else_saw_it(story)
