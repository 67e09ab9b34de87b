"""Everything that the parties are asked, in one list: who must agree, who has, when, for whom, with what note."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from tests.asking import AGREED, REFUSED, answer, asked, at_once, longer, read, school_places_its_own
from tests.departing import answer as answer_departure
from tests.departing import asked as asked_to_leave
from tests.ledger import Ledger
from tests.test_suspensions import requested as requested_suspension
from tests.world import Party, World

AGREEMENTS = "/v1/agreements"


async def items(party: Party, **filters: Any) -> list[dict[str, Any]]:
    found = await party.get(AGREEMENTS, **filters)
    assert found.status_code == 200, found.text
    return list(found.json()["items"])


async def waiting(party: Party, **filters: Any) -> list[str]:
    """The paths of what a party has still to answer."""
    return [each["resource"] for each in await items(party, waiting_for_me=True, **filters)]


async def one_of_each(world: World, ledger: Ledger, placement: str) -> list[str]:
    """The paths of a suspension, an immediate termination and an extension, asked for minute by minute."""
    paths = []
    for minute, make in enumerate(
        (
            requested_suspension(world, placement),
            asked(world.provider, at_once(placement)),
            asked(world.school, longer(placement)),
        )
    ):
        await ledger.stand_at(datetime(2026, 11, 24, 8, minute, tzinfo=UTC))
        paths.append(await make)
    return paths


async def test_a_request_to_send_a_pupil_home_waits_for_the_school_alone(world: World) -> None:
    placement = await world.placement()
    path = await asked_to_leave(world, placement)
    assert await waiting(world.school) == [path]
    assert await waiting(world.council) == []
    [shown] = await items(world.council, kind="sending_home")
    assert (shown["resource"], shown["still_to_agree"], shown["answer_by"]) == (
        path,
        ["host_school"],
        "2026-11-24T11:40:00Z",
    )
    assert (await world.school.get(f"{path}/agreements")).json() == (
        (await world.school.get(f"{AGREEMENTS}/{shown['id']}")).json()
    )
    await answer_departure(world.school, path)
    assert await waiting(world.school) == []


async def test_everything_that_is_asked_is_in_one_list_in_the_order_asked(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    paths = await one_of_each(world, ledger, placement)
    found = await items(world.council)
    assert [each["resource"] for each in found] == paths
    assert [each["kind"] for each in found] == ["suspension", "immediate_termination", "extension"]
    assert {each["placement_id"] for each in found} == {placement}
    assert [each["asked_by_id"] for each in found] == [str(world.provider.id)] * 2 + [str(world.school.id)]
    assert [each["answer_by"] for each in found] == [
        "2026-11-26T09:00:00Z",
        "2026-11-27T00:00:00Z",
        "2027-02-13T00:00:00Z",
    ]
    assert [each["still_to_agree"] for each in found] == [
        ["commissioner", "host_school"],
        ["commissioner", "host_school"],
        ["commissioner", "provider"],
    ]
    for each in found:
        shown = await read(world.council, each["resource"])
        assert {name: shown[name] for name in ("agreements", "agreements_needed", "still_to_agree", "state")} == {
            name: each[name] for name in ("agreements", "agreements_needed", "still_to_agree", "state")
        }
        assert await read(world.council, f"{AGREEMENTS}/{each['id']}") == each
        assert await read(world.council, f"{each['resource']}/agreements") == each


async def test_each_office_opens_what_waits_for_its_own_answer(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    suspension, ending, extension = await one_of_each(world, ledger, placement)
    assert await waiting(world.council) == [suspension, ending, extension]
    assert await waiting(world.school) == [suspension, ending]
    assert await waiting(world.provider) == [extension]
    await answer(world.council, suspension)
    await answer(world.council, ending, REFUSED)
    assert await waiting(world.council) == [extension]
    assert await waiting(world.school) == [suspension]
    assert [each["resource"] for each in await items(world.council, waiting_for_me=False)] == [suspension, ending]
    await world.school.act(extension, "withdrawal")
    assert (await waiting(world.council), await waiting(world.provider)) == ([], [])


async def test_what_can_no_longer_be_answered_waits_for_nobody(world: World, ledger: Ledger) -> None:
    path = await requested_suspension(world, await world.placement(), first="2026-11-24", last="2026-11-24")
    assert await waiting(world.school) == [path]
    await ledger.stand_at(datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
    assert await waiting(world.school) == []
    assert [each["resource"] for each in await items(world.school, state="lapsed")] == [path]
    assert await items(world.school, state="requested") == []
    since = [each["resource"] for each in await items(world.school, changed_since="2026-11-24T08:59:00Z")]
    assert since == [path]


@pytest.mark.parametrize("own", ["child on no roll", "school commissions", "provider is the school"])
async def test_the_list_asks_whom_the_rule_asks(world: World, own: str) -> None:
    if own == "child on no roll":
        placement = await world.placement(host_school_id=None)
    elif own == "school commissions":
        placement = await school_places_its_own(world)
    else:
        placement = await world.placement(host_school_id=str(world.provider.id))
    await requested_suspension(world, placement)
    await asked(world.provider, at_once(placement))
    for each in await items(world.provider, placement_id=placement):
        needed = {party["organisation_id"] for party in each["agreements_needed"]}
        answered = {party["organisation_id"] for party in each["agreements"]}
        for party in (world.provider, world.council, world.school):
            waits = each["resource"] in await waiting(party, placement_id=placement)
            assert waits is (str(party.id) in needed - answered), (party.name, each["kind"])


async def test_the_list_is_filtered_and_paged(world: World, ledger: Ledger) -> None:
    first, second = await world.placement(), await world.placement()
    paths = await one_of_each(world, ledger, first) + await one_of_each(world, ledger, second)
    assert {each["resource"] for each in await items(world.school, placement_id=second)} == set(paths[3:])
    assert {each["resource"] for each in await items(world.school, kind="extension")} == {paths[2], paths[5]}
    await answer(world.council, paths[2], REFUSED)
    assert [each["resource"] for each in await items(world.school, state="refused")] == [paths[2]]
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await world.school.get(AGREEMENTS, limit=2, **cursor)).json()
        seen += [each["resource"] for each in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert (len(seen), set(seen)) == (6, set(paths))


@pytest.mark.parametrize("filters", [{"kind": "adoption"}, {"waiting_for_me": "maybe"}, {"state": "x"}, {"mine": "1"}])
async def test_a_filter_that_is_not_known_is_refused(world: World, filters: dict[str, str]) -> None:
    assert (await world.school.get(AGREEMENTS, **filters)).status_code == 422


async def test_an_answer_says_who_gave_it_when_for_whom_and_with_what_note(world: World) -> None:
    path = await requested_suspension(world, await world.placement())
    headers = {"Idempotency-Key": str(uuid4()), "On-Behalf-Of": "J. Okafor, AP officer"}
    noted = AGREED | {"note": "Work is sent home each morning"}
    await world.council.http.post(f"{path}/agreements", json=noted, headers=headers)
    (given,) = (await read(world.school, f"{path}/agreements"))["agreements"]
    assert given == {
        "organisation_id": str(world.council.id),
        "roles": ["commissioner"],
        "answer": "agreed",
        "given_by": "A. Head, headteacher",
        "on_behalf_of": "J. Okafor, AP officer",
        "note": "Work is sent home each morning",
        "given_at": "2026-11-24T08:00:00Z",
    }


async def test_strangers_see_nothing_that_is_asked_and_watchers_answer_nothing(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    paths = await one_of_each(world, ledger, placement)
    for stranger in (world.other_council, world.other_school, world.other_provider):
        assert await items(stranger) == []
        for path in paths:
            assert (await stranger.get(f"{AGREEMENTS}/{path[-36:]}")).status_code == 404
            assert (await stranger.get(f"{path}/agreements")).status_code == 404
    await ledger.watches(world.other_council.id, placement)
    assert len(await items(world.other_council)) == 3
    assert await waiting(world.other_council) == []


async def test_an_id_of_another_kind_is_not_found_under_this_one(world: World, ledger: Ledger) -> None:
    suspension, ending, _ = await one_of_each(world, ledger, await world.placement())
    assert (await world.school.get(f"/v1/suspensions/{ending[-36:]}/agreements")).status_code == 404
    assert (await world.school.get(f"/v1/extensions/{suspension[-36:]}/agreements")).status_code == 404


async def test_its_tag_changes_with_what_is_shown(world: World, ledger: Ledger) -> None:
    path = await asked(world.provider, at_once(await world.placement()))
    etag = (await world.school.get(f"{path}/agreements")).headers["ETag"]
    unchanged = await world.school.http.get(f"{path}/agreements", headers={"If-None-Match": etag})
    assert unchanged.status_code == 304
    await answer(world.school, path)
    assert (await world.school.get(f"{path}/agreements")).headers["ETag"] != etag
