"""No table without row security, no role above it, and nothing to see before an organisation is set."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlmodel import SQLModel

import app.models
from app.db.embedded_database import Addresses
from app.db.engine import make_engine
from app.settings import Settings
from tests.world import World

# Tables that hold nothing of any tenant, each with its reason. Police contacts are public knowledge.
WITHOUT_ROW_SECURITY: set[str] = set()
SEEN_WITHOUT_AN_ORGANISATION: dict[str, str] = {"contacts": "role <> 'police'"}

assert app.models
TABLES = sorted(SQLModel.metadata.tables)


@pytest.fixture(scope="module")
async def engines(database: Addresses, settings: Settings) -> AsyncIterator[dict[str, AsyncEngine]]:
    made = {role: make_engine(getattr(database, role), settings) for role in ("app", "worker", "owner")}
    yield made
    for engine in made.values():
        await engine.dispose()


@pytest.fixture
async def as_app(engines: dict[str, AsyncEngine]) -> AsyncIterator[AsyncConnection]:
    """A connection of the application's role on which no organisation is set."""
    async with engines["app"].connect() as connection:
        yield connection


@pytest.mark.parametrize("table", TABLES)
async def test_a_table_forces_row_security(as_app: AsyncConnection, table: str) -> None:
    if table in WITHOUT_ROW_SECURITY:
        return
    row = (
        await as_app.execute(
            text(
                "select c.relrowsecurity, c.relforcerowsecurity, c.relowner = current_user::regrole,"
                " (select coalesce(array_agg(polname::text), '{}') from pg_policy where polrelid = c.oid)"
                " from pg_class c where c.oid = cast(:table as regclass)"
            ),
            {"table": table},
        )
    ).one()
    enabled, forced, owned, policies = row
    assert (enabled, forced) == (True, True), "add the table to POLICIES in migrations/versions/0002_row_security.py"
    assert not owned, "the application's role must not own a table"
    assert {"app_sees", "owner_all", "worker_all"} <= set(policies)


async def test_no_table_is_there_without_a_model(engines: dict[str, AsyncEngine]) -> None:
    async with engines["owner"].connect() as connection:
        found = await connection.execute(
            text(
                "select relname from pg_class where relkind in ('r', 'p', 'm', 'v') and not relispartition"
                " and relnamespace = 'public'::regnamespace"
                " and relname !~ '^alembic_version$' order by 1"
            )
        )
        assert list(found.scalars()) == TABLES


@pytest.mark.parametrize("role", ["app", "worker"])
async def test_a_role_is_below_row_security(engines: dict[str, AsyncEngine], role: str) -> None:
    async with engines[role].connect() as connection:
        above = await connection.execute(
            text("select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles where rolname = current_user")
        )
        assert not any(above.one())
        owned = await connection.execute(text("select count(*) from pg_class where relowner = current_user::regrole"))
        assert owned.scalar_one() == 0
        member = await connection.execute(
            text("select count(*) from pg_auth_members where member = current_user::regrole")
        )
        assert member.scalar_one() == 0


@pytest.mark.parametrize("organisation", [None, ""], ids=["never set", "as a used connection leaves it"])
async def test_nothing_is_seen_before_an_organisation_is_set(
    world: World, as_app: AsyncConnection, organisation: str | None
) -> None:
    await world.council.post("/v1/providers", {"name": "Hollow Farm", "category": "charity"})
    if organisation is not None:
        await as_app.execute(text("select set_config('app.organisation', :value, true)"), {"value": organisation})
    for table in TABLES:
        if table not in WITHOUT_ROW_SECURITY:
            condition = SEEN_WITHOUT_AN_ORGANISATION.get(table, "true")
            seen = await as_app.execute(text(f"select count(*) from {table} where {condition}"))
            assert seen.scalar_one() == 0, table


async def test_only_the_reviewed_functions_see_past_row_security(engines: dict[str, AsyncEngine]) -> None:
    async with engines["owner"].connect() as connection:
        found = await connection.execute(
            text(
                "select proname, exists (select 1 from unnest(proconfig) c where c like 'search_path=%')"
                " and (prorettype = 'trigger'::regtype or not has_function_privilege('public', oid, 'execute'))"
                " from pg_proc"
                " where prosecdef and pronamespace = 'public'::regnamespace order by 1"
            )
        )
        definers = {row[0]: row[1] for row in found}
    assert all(definers.values()), f"a search_path of its own, and not for everybody: {definers}"
    assert definers.keys() == REVIEWED


# Read each of them before adding to this list: what it shows, to whom, and by which check.
REVIEWED = {
    "add_party_viewers",
    "attendance_counted",
    "alert_open_about",
    "calendar_viewers",
    "check_new_placement",
    "circumstances_of_child",
    "circumstances_of_placement",
    "circumstances_of_pupil",
    "claim_or_give_up_session",
    "claim_sessions",
    "councils_overseeing",
    "cover_of",
    "end_has_a_reason",
    "erase_attachment",
    "find_credential",
    "hold_circumstances",
    "hold_referral",
    "keeps_its_own_entry",
    "may_commission",
    "may_refer",
    "move_referral_with_offer",
    "note_referral_step",
    "offered_to_me",
    "hold_award",
    "hold_qa_visit",
    "takes_part_in_visit",
    "places_taken",
    "give_up_sessions",
    "identify_child",
    "is_taken_over",
    "keep_succeeded",
    "move_home",
    "move_reports_with_placement",
    "show_targets_of_report",
    "record_event",
    "sees_today",
    "sessions_have_circumstances",
    "sessions_elsewhere",
    "sessions_elsewhere_as",
    "viewers_of",
    "sever_identity",
    "hold_for_severance",
    "is_severed",
    "is_severed_referral",
    "refuse_severed",
    "registration_thresholds",
    "referrals_offered",
}
