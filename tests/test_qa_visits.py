"""QA visits: planned, carried out, reported, answered, published; and who sees how much when."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.db.embedded_database import Addresses
from app.db.engine import make_engine, make_sessions
from app.settings import Settings
from tests.overseen import award, become, rows_seen
from tests.world import Party, World

AREAS = [
    {
        "slug": "safeguarding",
        "name": "Safeguarding",
        "criteria": [
            {"slug": "single-central-record", "text": "The single central record is complete."},
            {"slug": "attendance-followed-up", "text": "Absence is followed up on the day."},
        ],
    },
    {"slug": "insurance", "name": "Insurance", "criteria": [{"slug": "public-liability", "text": "In force."}]},
]
ACTIVITIES = [{"slug": "validation-visit", "name": "QMC-9B validation visit", "minimum_frequency": "annual"}]
PARTS = {"areas": AREAS, "activity_types": ACTIVITIES}
FINDINGS = [
    {"criterion": "single-central-record", "evidence_seen": True, "notes": "Seen on the day."},
    {"criterion": "public-liability", "evidence_seen": False},
]
TABLES = ["qa_visits", "qa_findings", "actions"]
NOWHERE = "3f0c8e0a-8d0e-4a65-9a57-0a1a3c1f2b77"

Plan = Callable[..., Awaitable[str]]


async def the_framework(council: Party) -> str:
    made = await council.post("/v1/qa-frameworks", {"name": "Bolton 2026", **PARTS})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


@pytest.fixture
async def plan(world: World, database: Addresses, settings: Settings) -> Plan:
    """Plans a visit to the provider, which stands on both councils' frameworks; gives its path."""
    await award(database, settings, world.council.id, world.provider.id)
    await award(database, settings, world.other_council.id, world.provider.id)
    framework_id = await the_framework(world.council)

    async def planned(**changes: Any) -> str:
        body = {
            "provider_id": str(world.provider.id),
            "framework_id": framework_id,
            "activity_type": "validation-visit",
            "planned_on": "2026-11-23",
            "officers": ["A. Officer"],
        }
        made = await world.council.post("/v1/qa-visits", body | changes)
        assert made.status_code == 201, made.text
        return str(made.headers["Location"])

    return planned


async def put(party: Party, path: str, part: str, body: object) -> Response:
    """Changes a part of a visit or assessment under the ETag of the whole."""
    etag = (await party.get(path)).headers["ETag"]
    return await party.http.put(f"{path}/{part}", json=body, headers={"If-Match": etag})


async def carried_out(world: World, path: str) -> None:
    made = await world.council.act(path, "carrying-out", {"carried_out_on": "2026-11-23"})
    assert made.json()["state"] == "carried_out", made.text
    assert (await put(world.council, path, "findings", {"findings": FINDINGS})).status_code == 200


async def reported(world: World, path: str) -> None:
    await carried_out(world, path)
    made = await world.council.act(path, "report", {"text": "A calm and careful place."})
    assert made.json()["state"] == "reported", made.text


async def test_a_visit_goes_from_plan_to_publication(world: World, plan: Plan) -> None:
    path = await plan()
    await reported(world, path)
    answer = await put(world.provider, path, "provider-response", {"text": "The policy is renewed."})
    assert answer.json()["provider_response"] == "The policy is renewed."
    assert (await world.school.get(path)).status_code == 404
    published = await world.council.act(path, "publication")
    assert published.json()["state"] == "published"
    assert published.json()["published_at"] == "2026-11-24T08:00:00Z"
    seen = (await world.school.get(path)).json()
    assert seen == (await world.provider.get(path)).json() == published.json()
    assert [f["criterion"] for f in seen["findings"]] == ["public-liability", "single-central-record"]


async def test_other_councils_their_schools_and_other_providers_never_see_it(world: World, plan: Plan) -> None:
    path = await plan()
    await reported(world, path)
    await world.council.act(path, "publication")
    missing = await world.other_council.get(f"/v1/qa-visits/{NOWHERE}")
    for stranger in (world.other_council, world.other_school, world.other_provider):
        answer = await stranger.get(path)
        assert answer.status_code == 404
        assert answer.json()["detail"] == missing.json()["detail"]
        assert (await stranger.get("/v1/qa-visits")).json()["items"] == []


async def test_before_the_report_the_provider_reads_the_plan_alone(world: World, plan: Plan) -> None:
    path = await plan()
    await carried_out(world, path)
    seen = (await world.provider.get(path)).json()
    assert seen["planned_on"] == "2026-11-23"
    assert seen["findings"] == []
    assert seen["report"] is None
    assert len((await world.council.get(path)).json()["findings"]) == 2


async def test_row_security_alone_keeps_findings_and_visits_from_others(
    world: World, plan: Plan, settings: Settings
) -> None:
    path = await plan()
    await carried_out(world, path)
    council = world.council.id
    seen_by = {
        "council": await rows_seen(settings, world, council, None, TABLES),
        "provider": await rows_seen(settings, world, world.provider.id, None, TABLES),
        "school": await rows_seen(settings, world, world.school.id, council, TABLES),
    }
    nothing = dict.fromkeys(TABLES, 0)
    assert seen_by == {
        "council": nothing | {"qa_visits": 1, "qa_findings": 2},
        "provider": nothing | {"qa_visits": 1},
        "school": nothing,
    }
    await world.council.act(path, "report", {"text": "Done."})
    assert (await rows_seen(settings, world, world.provider.id, None, TABLES))["qa_findings"] == 2
    await world.council.act(path, "publication")
    for stranger, its_council in ((world.other_provider, council), (world.other_council, None), (None, None)):
        seen = await rows_seen(settings, world, stranger.id if stranger else None, its_council, TABLES)
        assert seen == nothing, stranger and stranger.name
    assert await rows_seen(settings, world, world.other_school.id, world.other_council.id, TABLES) == nothing
    assert (await rows_seen(settings, world, world.school.id, council, TABLES))["qa_findings"] == 2


async def test_the_database_lets_a_provider_change_its_answer_and_nothing_else(
    world: World, plan: Plan, settings: Settings
) -> None:
    await reported(world, await plan())
    engine = make_engine(settings.database_url or "", settings)
    async with make_sessions(engine)() as session:
        await become(session, world, world.provider.id, None)
        await session.execute(text("update qa_visits set provider_response = 'Ours'"))
        with pytest.raises(DBAPIError, match="a provider does not change this"):
            await session.execute(text("update qa_visits set report = 'Theirs'"))
    await engine.dispose()


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        pytest.param("report", {"text": "Too soon."}, id="a report before the visit"),
        pytest.param("publication", None, id="publication before the report"),
        pytest.param("actions", {"text": "x", "owner": "y", "due_on": "2026-12-01"}, id="an action before the visit"),
    ],
)
async def test_what_comes_too_early_is_refused(world: World, plan: Plan, verb: str, body: object) -> None:
    path = await plan()
    refused = await world.council.act(path, verb, body)
    assert refused.status_code == 409
    assert refused.json()["rule"] == "wrong_state"
    assert refused.json()["possible_verbs"] == ["carry_out", "cancel"]
    assert (await world.council.get(path)).json()["state"] == "planned"


async def test_a_visit_is_not_carried_out_tomorrow_nor_cancelled_afterwards(world: World, plan: Plan) -> None:
    path = await plan()
    tomorrow = await world.council.act(path, "carrying-out", {"carried_out_on": "2026-11-25"})
    assert (tomorrow.status_code, tomorrow.json()["rule"]) == (409, "visit_in_future")
    assert (await world.council.get(path)).json()["state"] == "planned"
    await carried_out(world, path)
    late = await world.council.act(path, "cancellation")
    assert (late.status_code, late.json()["rule"]) == (409, "wrong_state")
    cancelled = await world.council.act(await plan(), "cancellation")
    assert cancelled.json()["state"] == "cancelled"


async def test_findings_stand_still_once_reported_and_the_answer_waits_for_the_report(world: World, plan: Plan) -> None:
    path = await plan()
    await carried_out(world, path)
    early = await put(world.provider, path, "provider-response", {"text": "Already?"})
    assert (early.status_code, early.json()["rule"]) == (409, "wrong_state")
    await world.council.act(path, "report", {"text": "Done."})
    late = await put(world.council, path, "findings", {"findings": []})
    assert (late.status_code, late.json()["rule"]) == (409, "wrong_state")
    assert len((await world.council.get(path)).json()["findings"]) == 2


async def test_findings_are_of_the_visits_framework_once_each_and_replace_the_earlier(world: World, plan: Plan) -> None:
    path = await plan()
    await carried_out(world, path)
    foreign = [*FINDINGS[:1], {"criterion": "golf", "evidence_seen": True}, *FINDINGS[:1]]
    answer = await put(world.council, path, "findings", {"findings": foreign})
    assert answer.status_code == 422
    assert {(e["pointer"], e["code"]) for e in answer.json()["errors"]} == {
        ("/findings/1/criterion", "criterion_not_in_framework"),
        ("/findings/2/criterion", "given_twice"),
    }
    graded = await put(world.council, path, "findings", {"findings": [FINDINGS[0] | {"score": 4}]})
    assert graded.status_code == 422
    assert len((await world.council.get(path)).json()["findings"]) == 2
    kept = await put(world.council, path, "findings", {"findings": [FINDINGS[0] | {"evidence_seen": False}]})
    assert [f["evidence_seen"] for f in kept.json()["findings"]] == [False]
    stale = await world.council.http.put(
        f"{path}/findings", json={"findings": []}, headers={"If-Match": '"1-0123456789abcdef"'}
    )
    assert stale.status_code == 412


async def test_the_parties_keep_to_their_own_verbs(world: World, plan: Plan) -> None:
    path = await plan()
    await reported(world, path)
    by_provider = await world.provider.act(path, "publication")
    assert (by_provider.status_code, by_provider.json()["needed_kinds"]) == (403, ["council"])
    by_council = await put(world.council, path, "provider-response", {"text": "They agree."})
    assert (by_council.status_code, by_council.json()["needed_kinds"]) == (403, ["provider"])
    assert (await world.other_council.act(path, "publication")).status_code == 404
    for stranger in (world.school, world.provider):
        assert (await stranger.post("/v1/qa-visits", {})).status_code == 403


async def test_a_council_visits_whom_it_oversees_on_a_framework_of_its_own(world: World, plan: Plan) -> None:
    framework_id, theirs = await the_framework(world.council), await the_framework(world.other_council)
    entry = {"name": "Hollow Farm", "category": "charity", "published": True}
    registered = (await world.council.post("/v1/providers", entry)).json()["id"]
    foreign = (await world.other_council.post("/v1/providers", entry)).json()["id"]
    hidden = (await world.other_council.post("/v1/providers", entry | {"published": False})).json()["id"]
    plan_of = {"activity_type": "validation-visit", "planned_on": "2026-12-01", "framework_id": framework_id}
    await plan(provider_id=registered)
    refused = await world.council.post("/v1/qa-visits", plan_of | {"provider_id": foreign})
    assert (refused.status_code, refused.json()["rule"]) == (409, "provider_not_on_framework")
    for provider_id in (hidden, NOWHERE):
        unknown = await world.council.post("/v1/qa-visits", plan_of | {"provider_id": provider_id})
        assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/provider_id")
    other = {"provider_id": registered, "framework_id": theirs}
    elsewhere = await world.council.post("/v1/qa-visits", plan_of | other)
    assert (elsewhere.status_code, elsewhere.json()["errors"][0]["pointer"]) == (422, "/framework_id")


async def test_a_framework_names_each_area_and_criterion_once(world: World) -> None:
    twice = [AREAS[0], AREAS[0] | {"slug": "again"}]
    answer = await world.council.post(
        "/v1/qa-frameworks", {"name": "Twice", "areas": twice, "activity_types": ACTIVITIES}
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/areas/1/criteria/0/slug"
    assert (await world.provider.post("/v1/qa-frameworks", {})).status_code == 403
    made = await world.council.post("/v1/qa-frameworks", {"name": "Once", **PARTS})
    assert (await world.provider.get(made.headers["Location"])).json() == made.json()
    listed = await world.school.get("/v1/qa-frameworks", council_id=str(world.council.id))
    assert [f["id"] for f in listed.json()["items"]] == [made.json()["id"]]


async def test_a_visit_is_of_a_kind_that_its_framework_names(world: World, plan: Plan) -> None:
    path = await plan()
    visit = (await world.council.get(path)).json()
    body = {key: visit[key] for key in ("provider_id", "framework_id", "planned_on")}
    refused = await world.council.post("/v1/qa-visits", body | {"activity_type": "nonsense-type"})
    assert refused.status_code == 422
    [error] = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/activity_type", "activity_type_not_in_framework")
    framework = (await world.provider.get(f"/v1/qa-frameworks/{visit['framework_id']}")).json()
    assert framework["activity_types"] == ACTIVITIES


@pytest.mark.parametrize(
    ("activities", "pointer"),
    [
        pytest.param([], "/activity_types", id="none"),
        pytest.param([ACTIVITIES[0] | {"minimum_frequency": "often"}], "/activity_types/0/minimum_frequency", id="odd"),
        pytest.param(ACTIVITIES * 2, "/activity_types/1/slug", id="one twice"),
    ],
)
async def test_a_framework_names_its_kinds_of_visit(world: World, activities: list[Any], pointer: str) -> None:
    answer = await world.council.post("/v1/qa-frameworks", {"name": "QA", "areas": AREAS, "activity_types": activities})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_visits_are_found_by_provider_state_and_day(world: World, plan: Plan) -> None:
    first, second = await plan(planned_on="2026-11-20"), await plan(planned_on="2026-12-10")
    await carried_out(world, first)

    async def found(**filters: str) -> list[str]:
        items = (await world.council.get("/v1/qa-visits", **filters)).json()["items"]
        return [f"/v1/qa-visits/{item['id']}" for item in items]

    assert await found() == [first, second]
    assert await found(state="planned") == [second]
    assert await found(planned_from="2026-11-21", planned_to="2026-12-31") == [second]
    assert await found(provider_id=str(world.other_provider.id)) == []
    assert await found(changed_since="2026-11-24T09:00:00Z") == []
