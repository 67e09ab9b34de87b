"""Visits that councils make together: who is asked, who joins, who sees and publishes what."""

from asyncio import gather
from typing import Any

import pytest
from httpx import Response
from sqlalchemy.exc import DBAPIError

from app.settings import Settings
from tests.ledger import Ledger
from tests.overseen import rows_seen
from tests.test_qa_visits import NOWHERE, Plan, carried_out, plan, put, reported, the_framework
from tests.world import Party, World

__all__ = ["plan"]
PARTNERS = "/v1/qa-visit-partners"
JOIN = {"officers": ["S. Officer"]}
TABLES = ["qa_visits", "qa_findings", "qa_visit_partners"]


async def invited(world: World, path: str, **changes: Any) -> str:
    """The path of the other council's invitation to the visit."""
    made = await world.council.post(f"{path}/partners", {"council_id": str(world.other_council.id)} | changes)
    assert made.status_code == 201, made.text
    return str(made.headers["Location"])


async def joined(world: World, path: str, body: dict[str, Any] = JOIN) -> str:
    part = await invited(world, path)
    answer = await world.other_council.act(part, "acceptance", body)
    assert answer.status_code == 200, answer.text
    return part


def refusal(answer: Response) -> tuple[int, Any]:
    return answer.status_code, answer.json().get("rule")


async def told_of(ledger: Ledger, path: str, who: Party) -> set[str]:
    rows = await ledger.sql(
        "select e.type from events e join event_audiences a on a.event_id = e.id"
        " where e.resource = :path and a.organisation_id = :who",
        path=path,
        who=who.id,
    )
    return {row[0] for row in rows}


async def test_two_councils_make_a_visit_and_each_publishes_to_its_own_schools(
    world: World, plan: Plan, ledger: Ledger
) -> None:
    path = await plan()
    part = await joined(world, path)
    assert (await world.other_council.get(path)).json() == (await world.council.get(path)).json()
    await reported(world, path)
    seen = (await world.other_council.get(path)).json()
    assert len(seen["findings"]) == 2
    assert [(each["leads"], each["officers"]) for each in seen["councils"]] == [
        (True, ["A. Officer"]),
        (False, ["S. Officer"]),
    ]
    published = await world.other_council.act(path, "publication")
    assert (published.json()["state"], published.json()["councils"][0]["published_at"]) == ("published", None)
    assert (await world.other_school.get(path)).json()["report"] == "A calm and careful place."
    assert len((await world.other_school.get("/v1/qa-visits")).json()["items"]) == 1
    assert (await world.school.get(path)).status_code == 404
    assert (await world.school.get("/v1/qa-visits")).json()["items"] == []
    assert await told_of(ledger, path, world.school) == set()
    assert refusal(await world.other_council.act(path, "publication")) == (409, "already_published")
    assert (await world.council.act(path, "publication")).status_code == 200
    assert [each["council_id"] for each in (await world.school.get(path)).json()["councils"]] == [str(world.council.id)]
    assert len((await world.other_school.get(path)).json()["councils"]) == 2
    assert (await world.other_council.get(part)).json()["published_at"] == "2026-11-24T08:00:00Z"
    assert await told_of(ledger, path, world.other_school) == {"qa-visit.published"}
    assert await told_of(ledger, path, world.school) == {"qa-visit.published"}


async def test_a_council_that_has_not_joined_sees_its_invitation_alone(
    world: World, plan: Plan, ledger: Ledger, settings: Settings
) -> None:
    path = await plan()
    part = await invited(world, path, message="You place with them too")
    asked = (await world.other_council.get(part)).json()
    assert (asked["state"], asked["planned_on"], asked["message"]) == (
        "invited",
        "2026-11-23",
        "You place with them too",
    )
    assert (await world.other_council.get(path)).status_code == 404
    assert (await world.other_council.get("/v1/qa-visits")).json()["items"] == []
    assert await told_of(ledger, path, world.other_council) == set()
    assert await told_of(ledger, part, world.other_council) == {"qa-visit-partner.invited"}
    assert await told_of(ledger, part, world.provider) == set()
    assert (await world.provider.get(path)).json()["councils"][1:] == []
    seen = await rows_seen(settings, world, world.other_council.id, None, TABLES)
    assert seen == {"qa_visits": 0, "qa_findings": 0, "qa_visit_partners": 1}
    assert (await rows_seen(settings, world, world.provider.id, None, TABLES))["qa_visit_partners"] == 0
    assert (await world.other_council.act(part, "declinature", {"reason": "We were there"})).status_code == 200
    assert (await world.other_council.get(path)).status_code == 404
    again = await invited(world, path)
    assert again != part
    assert len((await world.council.get(PARTNERS, state="declined")).json()["items"]) == 1


async def test_councils_are_invited_when_the_visit_is_planned(world: World, plan: Plan) -> None:
    path = await plan(partner_ids=[str(world.other_council.id)])
    items = (await world.other_council.get(PARTNERS)).json()["items"]
    assert [f"/v1/qa-visits/{each['visit_id']}" for each in items] == [path]
    visit = (await world.council.get(path)).json()
    body = {key: visit[key] for key in ("provider_id", "framework_id", "activity_type", "planned_on")}
    other = str(world.other_council.id)
    odd = await world.council.post("/v1/qa-visits", body | {"partner_ids": [NOWHERE, other, other]})
    assert odd.status_code == 422
    assert {(e["pointer"], e["code"]) for e in odd.json()["errors"]} == {
        ("/partner_ids/0", "unknown_council"),
        ("/partner_ids/2", "given_twice"),
    }
    itself = await world.council.post("/v1/qa-visits", body | {"partner_ids": [str(world.council.id)]})
    assert refusal(itself) == (409, "council_leads_the_visit")
    assert len((await world.council.get("/v1/qa-visits")).json()["items"]) == 1


async def test_who_may_be_invited(world: World, plan: Plan) -> None:
    path = await plan()
    await invited(world, path)
    again = await world.council.post(f"{path}/partners", {"council_id": str(world.other_council.id)})
    assert refusal(again) == (409, "council_already_invited")
    for unknown in (world.provider.id, world.school.id, NOWHERE):
        odd = await world.council.post(f"{path}/partners", {"council_id": str(unknown)})
        assert (odd.status_code, odd.json()["errors"][0]["pointer"]) == (422, "/council_id")
    body = {"council_id": str(world.council.id)}
    assert (await world.other_council.post(f"{path}/partners", body)).status_code == 404
    assert (await world.provider.post(f"{path}/partners", body)).status_code == 403


async def test_a_council_joins_where_it_watches_over_the_provider_itself(world: World, plan: Plan) -> None:
    entry = {"name": "Hollow Farm", "category": "charity"}
    registered = (await world.council.post("/v1/providers", entry)).json()["id"]
    path = await plan(provider_id=registered)
    part = await invited(world, path)
    assert refusal(await world.other_council.act(part, "acceptance", JOIN)) == (409, "provider_not_on_framework")
    assert (await world.other_council.get(part)).json()["state"] == "invited"
    assert (await world.other_council.get(path)).status_code == 404


async def test_a_council_that_joined_keeps_to_its_own_part(world: World, plan: Plan) -> None:
    path = await plan()
    await joined(world, path)
    for verb, body in (
        ("carrying-out", {"carried_out_on": "2026-11-23"}),
        ("cancellation", None),
        ("rescheduling", {"planned_on": "2026-12-03", "reason": "Snow"}),
    ):
        assert refusal(await world.other_council.act(path, verb, body)) == (409, "wrong_party")
    body = {"council_id": str(world.other_council.id)}
    assert refusal(await world.other_council.post(f"{path}/partners", body)) == (409, "wrong_party")
    named = await put(world.other_council, path, "officers", {"officers": ["T. Officer"]})
    assert [each["officers"] for each in named.json()["councils"]] == [["A. Officer"], ["T. Officer"]]
    await carried_out(world, path)
    action = {"text": "Renew the policy.", "owner": "The head", "due_on": "2026-12-01"}
    assert refusal(await world.other_council.post(f"{path}/actions", action)) == (409, "wrong_party")
    findings = await put(world.other_council, path, "findings", {"findings": []})
    assert refusal(findings) == (409, "wrong_party")
    assert len((await world.other_council.get(path)).json()["findings"]) == 2


async def test_an_officer_of_either_council_makes_the_visit(world: World, plan: Plan) -> None:
    path = await plan(officers=[])
    await joined(world, path)
    assert (await world.council.act(path, "carrying-out", {"carried_out_on": "2026-11-23"})).status_code == 200


async def test_a_council_leaves_until_the_visit_is_reported_and_then_sees_nothing(
    world: World, plan: Plan, ledger: Ledger
) -> None:
    path = await plan()
    part = await joined(world, path)
    assert refusal(await world.council.act(part, "departure")) == (409, "wrong_party")
    left = await world.other_council.act(part, "departure")
    assert left.json()["state"] == "left"
    assert (await world.other_council.get(path)).status_code == 404
    assert len((await world.council.get(path)).json()["councils"]) == 1
    assert await told_of(ledger, part, world.council) == {
        "qa-visit-partner.invited",
        "qa-visit-partner.joined",
        "qa-visit-partner.left",
    }
    again = await joined(world, path)
    await reported(world, path)
    assert refusal(await world.other_council.act(again, "departure")) == (409, "visit_already_reported")


async def test_an_invitation_is_taken_back_and_moves_with_the_visit(world: World, plan: Plan, ledger: Ledger) -> None:
    path = await plan()
    part = await invited(world, path)
    await world.council.act(path, "rescheduling", {"planned_on": "2026-12-03", "reason": "Snow"})
    assert (await world.other_council.get(part)).json()["planned_on"] == "2026-12-03"
    assert "qa-visit-partner.moved" in await told_of(ledger, part, world.other_council)
    assert refusal(await world.other_council.act(part, "withdrawal")) == (409, "wrong_party")
    assert refusal(await world.council.act(part, "acceptance", JOIN)) == (409, "wrong_party")
    assert (await world.council.act(part, "withdrawal")).json()["state"] == "withdrawn"
    assert refusal(await world.other_council.act(part, "acceptance", JOIN)) == (409, "wrong_state")
    stale = {"If-Match": '"1-0123456789abcdef"', "Idempotency-Key": "a-new-key"}
    answer = await world.other_council.http.post(f"{part}/acceptance", json=JOIN, headers=stale)
    assert answer.status_code == 412


@pytest.mark.parametrize("end", ["report", "cancellation"])
async def test_what_was_not_answered_lapses_with_the_visit(world: World, plan: Plan, ledger: Ledger, end: str) -> None:
    path = await plan()
    part = await invited(world, path)
    if end == "report":
        await carried_out(world, path)
    body = {"text": "Done."} if end == "report" else {"reason": "It has closed"}
    assert (await world.council.act(path, end, body)).status_code == 200
    assert (await world.other_council.get(part)).json()["state"] == "lapsed"
    assert "qa-visit-partner.lapsed" in await told_of(ledger, part, world.other_council)
    assert refusal(await world.other_council.act(part, "acceptance", JOIN)) == (409, "wrong_state")


async def test_a_council_joins_and_the_visit_is_reported_at_once(world: World, plan: Plan) -> None:
    path = await plan()
    await carried_out(world, path)
    part = await invited(world, path)
    answers = await gather(
        world.other_council.act(part, "acceptance", JOIN),
        world.council.act(path, "report", {"text": "Done."}),
    )
    state = (await world.other_council.get(part)).json()["state"]
    sees = (await world.other_council.get(path)).status_code
    assert (state, sees) in {("joined", 200), ("lapsed", 404)}
    assert {each.status_code for each in answers} <= {200, 409, 412}


async def test_two_invitations_of_one_council_at_once_are_one(world: World, plan: Plan) -> None:
    path = await plan()
    body = {"council_id": str(world.other_council.id)}
    answers = await gather(*(world.council.post(f"{path}/partners", body) for _ in range(3)))
    assert sorted(each.status_code for each in answers) == [201, 409, 409]


async def test_a_joint_visit_counts_as_an_activity_of_the_partners_own_framework(world: World, plan: Plan) -> None:
    theirs = await the_framework(world.other_council)
    part = await invited(world, await plan())
    for body, pointer in (
        (JOIN | {"framework_id": theirs}, "/counts_as"),
        (JOIN | {"counts_as": "validation-visit"}, "/framework_id"),
        (JOIN | {"framework_id": NOWHERE, "counts_as": "validation-visit"}, "/framework_id"),
        (JOIN | {"framework_id": theirs, "counts_as": "golf"}, "/counts_as"),
    ):
        odd = await world.other_council.act(part, "acceptance", body)
        assert (odd.status_code, odd.json()["errors"][0]["pointer"]) == (422, pointer)
    body = JOIN | {"framework_id": theirs, "counts_as": "validation-visit"}
    assert (await world.other_council.act(part, "acceptance", body)).json()["counts_as"] == "validation-visit"


@pytest.mark.parametrize(
    ("who", "statement", "refused"),
    [
        ("other_council", "update qa_visits set report = 'Ours'", "this party does not change this"),
        ("other_council", "update qa_visits set state = 'cancelled'", "this party does not change this"),
        ("other_council", "update qa_visits set lead_published_at = now()", "this party does not change this"),
        ("provider", "update qa_visits set provider_response = 'Early'", "this party does not change this"),
        ("council", "update qa_visits set state = 'published'", "this party does not change this"),
        ("council", "update qa_visit_partners set published_at = now()", "this council does not change this"),
        ("council", "update qa_visit_partners set state = 'left'", "this council does not change this"),
        ("other_council", "update qa_visit_partners set published_at = now()", "this council does not change this"),
        ("other_council", "update qa_visit_partners set council_id = lead_id", "permission denied"),
        ("council", "delete from qa_visit_partners", "permission denied"),
        (
            "other_council",
            "insert into qa_findings (id, visit_id, council_id, provider_id, criterion, evidence_seen)"
            " select gen_random_uuid(), id, council_id, provider_id, 'x', true from qa_visits",
            "row-level security",
        ),
        (
            "council",
            "insert into qa_findings (id, visit_id, council_id, provider_id, criterion, evidence_seen)"
            " select gen_random_uuid(), id, council_id, provider_id, 'x', true from qa_visits",
            "row-level security",
        ),
    ],
)
async def test_the_database_keeps_each_council_to_its_part(
    world: World, plan: Plan, ledger: Ledger, who: str, statement: str, refused: str
) -> None:
    await joined(world, await plan())
    with pytest.raises(DBAPIError, match=refused):
        await ledger.sql_as(getattr(world, who).id, statement)


async def test_a_provider_joins_no_visit_and_writes_itself_no_invitation(
    world: World, plan: Plan, ledger: Ledger
) -> None:
    path = await plan()
    insert = (
        "insert into qa_visit_partners (id, created_at, changed_at, version, visit_id, lead_id, provider_id, council_id,"
        " activity_type, planned_on, state) select gen_random_uuid(), now(), now(), 1, id, council_id, provider_id,"
        " cast(:other as uuid), activity_type, planned_on, :state from qa_visits where id = cast(:visit as uuid)"
    )
    values = {"other": world.other_council.id, "visit": path.rsplit("/", 1)[1]}
    for who, state, refused in (
        (world.provider, "invited", "a council invites to a visit that it leads"),
        (world.council, "joined", "row-level security"),
    ):
        with pytest.raises(DBAPIError, match=refused):
            await ledger.sql_as(who.id, insert, state=state, **values)
    for stranger in (world.provider, world.school):
        assert (await stranger.get(PARTNERS)).status_code == 403
