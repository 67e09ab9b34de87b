"""A pupil sent home or kept away without agreement is reported by any party, stays flagged, and is never lost."""

from asyncio import gather
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError

from tests.departing import (
    ABSENCES,
    AGREED,
    REFUSED,
    TODAY,
    agreed,
    answer,
    asked,
    consented,
    left,
    report,
    reported,
)
from tests.ledger import Ledger
from tests.world import World

REVIEW = {"outcome": "unlawful_exclusion_confirmed", "reviewed_by": "J. Okafor, AP officer"}
NOTE = {"written_by": "S. Turner", "text": "We did not know whom to ask"}
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("who", "role"), [("provider", "provider"), ("school", "host_school"), ("council", "commissioner")]
)
async def test_any_party_reports_and_all_are_told(world: World, ledger: Ledger, who: str, role: str) -> None:
    placement = await world.placement()
    path = await reported(getattr(world, who), placement)
    read = (await world.council.get(path)).json()
    assert (read["reported_as"], read["reported_by_id"]) == (role, str(getattr(world, who).id))
    assert (read["state"], read["potential_unlawful_exclusion"]) == ("open", True)
    assert read["agreement_missing"] == ["host_school", "parent"]
    assert (read["starts_on"], read["ends_on"], read["flags"]) == (TODAY, TODAY, [])
    told = {world.council.id, world.school.id, world.provider.id}
    assert await ledger.told("unagreed-absence.reported", path) == told
    assert await ledger.waived(placement) == []


async def test_being_told_not_to_come_needed_school_and_commissioner(world: World) -> None:
    path = await reported(world.school, await world.placement(), kind="kept_away", starts_on="2026-11-25")
    assert (await world.school.get(path)).json()["agreement_missing"] == ["commissioner", "host_school"]


async def test_a_late_suspension_is_told_where_to_report(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    await ledger.stand_at(NOON)
    days = {"placement_id": placement, "starts_on": TODAY, "ends_on": TODAY, "reason": "A fight"}
    refusal = (await world.provider.post("/v1/suspensions", days)).json()
    assert (refusal["rule"], refusal["report_as"]) == ("suspension_not_prior", "report_unagreed_absence")


async def test_what_was_asked_for_is_linked_and_what_was_agreed_is_not_missing(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    departure = await asked(world, placement)
    await answer(world.school, departure, REFUSED)
    await consented(world, await asked(world, placement, leaving_time="13:30"))
    await ledger.stand_at(NOON)
    latest = (await world.school.get(await reported(world.provider, placement))).json()
    assert latest["agreement_missing"] == ["host_school"]
    named = {"early_departure_id": departure.rsplit("/", 1)[1]}
    refused = (await world.school.get(await reported(world.provider, placement, **named))).json()
    assert (refused["agreement_missing"], refused["early_departure_id"]) == (
        ["host_school", "parent"],
        named["early_departure_id"],
    )


async def test_a_suspension_that_lapsed_is_linked(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    days = {"placement_id": placement, "starts_on": TODAY, "ends_on": "2026-11-25", "reason": "A fight"}
    suspension = (await world.provider.post("/v1/suspensions", days)).headers["Location"]
    await world.school.post(f"{suspension}/agreements", AGREED)
    await ledger.stand_at(NOON)
    path = await reported(world.council, placement, kind="kept_away")
    read = (await world.council.get(path)).json()
    assert (read["suspension_id"], read["agreement_missing"]) == (suspension.rsplit("/", 1)[1], ["commissioner"])
    named = await reported(world.council, placement, kind="kept_away", suspension_id=suspension.rsplit("/", 1)[1])
    assert (await world.council.get(named)).json()["suspension_id"] == read["suspension_id"]


async def test_agreement_that_came_after_it_happened_was_missing(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    await agreed(world, placement)
    before = await reported(world.school, placement, happened_at="2026-11-24T07:50:00Z")
    assert (await world.school.get(before)).json()["agreement_missing"] == ["host_school", "parent"]
    after = await reported(world.school, placement)
    read = (await world.school.get(after)).json()
    assert (read["agreement_missing"], read["flags"]) == ([], ["agreed_on_record"])
    assert read["potential_unlawful_exclusion"] is True


async def test_what_was_withdrawn_counts_as_never_agreed_to(world: World) -> None:
    placement = await world.placement()
    departure = await agreed(world, placement)
    await world.provider.act(departure, "withdrawal")
    path = await reported(world.school, placement)
    assert (await world.school.get(path)).json()["agreement_missing"] == ["host_school", "parent"]
    days = {"placement_id": placement, "starts_on": "2026-11-25", "ends_on": "2026-11-25", "reason": "A fight"}
    suspension = (await world.provider.post("/v1/suspensions", days)).headers["Location"]
    await world.school.post(f"{suspension}/agreements", AGREED)
    await world.provider.act(suspension, "withdrawal")
    path = await reported(world.school, placement, kind="kept_away", starts_on="2026-11-25")
    assert (await world.school.get(path)).json()["agreement_missing"] == ["commissioner", "host_school"]


@pytest.mark.parametrize("state", ["proposed", "withdrawn", "ended"])
async def test_it_is_taken_in_whatever_state_the_placement_is(world: World, ledger: Ledger, state: str) -> None:
    if state == "ended":
        placement = await world.placement()
        await ledger.stand_at(datetime(2027, 3, 1, 9, 0, tzinfo=UTC))
        day = "2027-02-22"
    else:
        proposed = await world.council.post("/v1/placements", await world.proposal())
        placement, day = proposed.json()["id"], TODAY
        if state == "withdrawn":
            await world.council.act(f"/v1/placements/{placement}", "withdrawal")
    path = await reported(world.provider, placement, starts_on=day)
    assert (await world.provider.get(path)).json()["flags"] == ["placement_not_active", "no_session_expected"]


async def test_strangers_see_and_report_nothing_and_watchers_only_read(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await reported(world.school, placement)
    for stranger in (world.other_council, world.other_school, world.other_provider):
        assert (await stranger.get(path)).status_code == 404
        assert (await stranger.get(ABSENCES)).json()["items"] == []
        assert (await stranger.get("/v1/unagreed-absence-counts")).json() == {"providers": []}
        assert (await stranger.post(ABSENCES, report(placement))).status_code == 404
        assert (await stranger.post(f"{path}/notes", NOTE)).status_code == 404
    await ledger.watches(world.other_council.id, placement)
    assert (await world.other_council.get(path)).status_code == 200
    for attempt in (
        await world.other_council.post(ABSENCES, report(placement)),
        await world.other_council.post(f"{path}/notes", NOTE),
        await world.other_council.act(path, "review", REVIEW),
    ):
        assert (attempt.status_code, attempt.json()["rule"]) == (409, "not_a_party")


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        pytest.param({"starts_on": "2026-11-25"}, "/starts_on", "in_future", id="sent home tomorrow"),
        pytest.param({"ends_on": "2026-11-23"}, "/ends_on", "before_start", id="ends before it begins"),
        pytest.param({"ends_on": "2027-11-25"}, "/ends_on", "too_long", id="more than a year"),
        pytest.param({"happened_at": "2026-11-24T08:06:00Z"}, "/happened_at", "in_future", id="not yet happened"),
        pytest.param({"kind": "excluded"}, "/kind", "not_one_of", id="an unknown kind"),
        pytest.param({"potential_unlawful_exclusion": False}, "/potential_unlawful_exclusion", "unknown", id="no flag"),
        pytest.param(
            {"early_departure_id": "3f0c8e0a-8d0e-4a65-9a57-0a1a3c1f2b77"},
            "/early_departure_id",
            "early_departure_not_found",
            id="an early departure that is not there",
        ),
        pytest.param(
            {"suspension_id": "3f0c8e0a-8d0e-4a65-9a57-0a1a3c1f2b77"},
            "/suspension_id",
            "suspension_not_found",
            id="a suspension that is not there",
        ),
    ],
)
async def test_a_malformed_report_is_named_and_nothing_stored(
    world: World, changes: dict[str, Any], pointer: str, code: str
) -> None:
    refusal = await world.school.post(ABSENCES, report(await world.placement(), **changes))
    [fault] = refusal.json()["errors"]
    assert (refusal.status_code, fault["pointer"]) == (422, pointer)
    assert fault["code"].startswith(code)
    assert (await world.school.get(ABSENCES)).json()["items"] == []


async def test_another_placements_request_is_not_linked(world: World) -> None:
    mine, other = await world.placement(), await world.placement()
    departure = (await asked(world, other)).rsplit("/", 1)[1]
    days = {"placement_id": other, "starts_on": "2026-11-25", "ends_on": "2026-11-25", "reason": "A fight"}
    suspension = (await world.provider.post("/v1/suspensions", days)).json()["id"]
    for named in ({"early_departure_id": departure}, {"suspension_id": suspension}):
        assert (await world.school.post(ABSENCES, report(mine, **named))).status_code == 422


async def test_the_parties_add_notes_and_the_commissioner_reviews_once(world: World, ledger: Ledger) -> None:
    path = await reported(world.school, await world.placement())
    etag = (await world.council.get(path)).headers["ETag"]
    noted = await world.provider.post(f"{path}/notes", NOTE)
    assert (noted.status_code, noted.json()["notes"][0]["role"]) == (200, "provider")
    assert world.school.id in await ledger.told("unagreed-absence.note-added", path)
    wrong = await world.school.act(path, "review", REVIEW)
    assert (wrong.status_code, wrong.json()["rule"]) == (409, "wrong_party")
    headers = {"If-Match": etag, "Idempotency-Key": "review"}
    done = await world.council.http.post(f"{path}/review", json=REVIEW, headers=headers)
    assert done.status_code == 200, done.text
    assert (done.json()["state"], done.json()["outcome"]) == ("reviewed", REVIEW["outcome"])
    assert done.json()["potential_unlawful_exclusion"] is True
    assert world.provider.id in await ledger.told("unagreed-absence.reviewed", path)
    again = await world.council.act(path, "review", REVIEW | {"outcome": "not_an_exclusion"})
    assert (again.status_code, again.json()["rule"]) == (409, "wrong_state")
    assert (await world.school.post(f"{path}/notes", NOTE)).status_code == 200


async def test_two_reviews_at_once_are_one(world: World) -> None:
    path = await reported(world.school, await world.placement())
    outcomes = ("resolved", "not_an_exclusion")
    both = await gather(*(world.council.act(path, "review", REVIEW | {"outcome": each}) for each in outcomes))
    assert sorted(each.status_code for each in both) in ([200, 409], [200, 412])


async def test_agreeing_and_reporting_at_one_instant_both_stand(world: World) -> None:
    placement = await world.placement()
    departure = await asked(world, placement)
    await consented(world, departure)
    said, told = await gather(answer(world.school, departure), world.council.post(ABSENCES, report(placement)))
    assert (told.status_code, said.status_code) in [(201, 200), (201, 409)]
    assert (said.status_code == 200) is (told.json()["agreement_missing"] == [])


async def test_what_was_agreed_before_is_recorded_though_somebody_reports_it(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    departure = await agreed(world, placement)
    await ledger.stand_at(NOON)
    await reported(world.council, placement)
    assert (await world.provider.act(departure, "departure", left())).json()["state"] == "departed"


async def test_a_council_filters_and_counts(world: World, ledger: Ledger) -> None:
    first, second = await world.placement(), await world.placement()
    path = await reported(world.school, first)
    await reported(world.council, first)
    await reported(world.provider, second, kind="kept_away", starts_on="2026-11-23", ends_on="2026-11-25")
    await world.council.act(path, "review", REVIEW)
    provider, school = str(world.provider.id), str(world.school.id)
    for filters, found in (
        ({}, 3),
        ({"placement_id": first}, 2),
        ({"provider_id": provider, "host_school_id": school}, 3),
        ({"provider_id": str(world.other_provider.id)}, 0),
        ({"kind": "kept_away"}, 1),
        ({"state": "open"}, 2),
        ({"outcome": REVIEW["outcome"]}, 1),
        ({"to": "2026-11-23"}, 1),
        ({"from": "2026-11-25"}, 1),
        ({"changed_since": "2026-11-24T08:00:01Z"}, 0),
    ):
        page = (await world.council.get(ABSENCES, **filters)).json()
        assert len(page["items"]) == found, filters
    counts = (await world.council.get("/v1/unagreed-absence-counts")).json()["providers"]
    figures = {"incidents": 2, "reports": 3, "sent_home": 2, "kept_away": 1, "open": 2, "confirmed": 1}
    assert counts == [{"provider_id": provider, "provider_name": "Meadow Farm", **figures}]
    later = {"from": "2026-11-25"}
    assert (await world.council.get("/v1/unagreed-absence-counts", **later)).json()["providers"][0]["reports"] == 1
    await ledger.stand_at(datetime(2026, 11, 24, 8, 1, tzinfo=UTC))
    await world.school.post(f"{path}/notes", NOTE)
    since = (await world.council.get(ABSENCES, changed_since="2026-11-24T08:00:01Z")).json()["items"]
    assert [each["id"] for each in since] == [path.rsplit("/", 1)[1]]


async def test_no_more_notes_than_can_be_shown(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await reported(world.school, placement)
    await ledger.sql(
        "insert into unagreed_absence_notes (id, unagreed_absence_id, placement_id, organisation_id, role, written_by,"
        " text, written_at) select gen_random_uuid(), :id, :placement, :by, 'host_school', 'x', 'x', now()"
        " from generate_series(1, 200)",
        id=path.rsplit("/", 1)[1],
        placement=placement,
        by=world.school.id,
    )
    assert (await world.provider.post(f"{path}/notes", NOTE)).status_code == 409


TELL = (
    "insert into unagreed_absences (id, created_at, changed_at, version, placement_id, reported_by_id, reported_as, kind,"
    " starts_on, ends_on, agreement_missing, flags, potential_unlawful_exclusion, state, outcome) values"
    " (gen_random_uuid(), now(), now(), 1, :placement, :by, 'provider', 'sent_home', '2026-11-24', '2026-11-24', '{}',"
    " '{}', true, 'open', null)"
)
WRITE = (
    "insert into unagreed_absence_notes (id, unagreed_absence_id, placement_id, organisation_id, role, written_by, text,"
    " written_at) values (gen_random_uuid(), :id, :placement, :by, 'provider', 'x', 'x', now())"
)


async def test_row_security_keeps_a_report_as_it_was(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    await ledger.watches(world.other_council.id, placement)
    id_ = (await reported(world.school, placement)).rsplit("/", 1)[1]
    provider, school, council, watcher = (
        world.provider.id,
        world.school.id,
        world.council.id,
        world.other_council.id,
    )
    review = "update unagreed_absences set state = 'reviewed', outcome = 'not_an_exclusion' where id = :id"
    forbidden: list[tuple[UUID, str, dict[str, Any]]] = [
        (watcher, TELL, {"placement": placement, "by": watcher}),
        (school, TELL, {"placement": placement, "by": provider}),
        (council, TELL.replace("'open', null", "'reviewed', 'resolved'"), {"placement": placement, "by": council}),
        (watcher, WRITE, {"id": id_, "placement": placement, "by": watcher}),
        (school, WRITE, {"id": id_, "placement": placement, "by": provider}),
        (council, "update unagreed_absences set potential_unlawful_exclusion = false where id = :id", {"id": id_}),
        (council, "update unagreed_absences set what_happened = null where id = :id", {"id": id_}),
        (council, "update unagreed_absences set flags = '{}' where id = :id", {"id": id_}),
        (provider, review, {"id": id_}),
        (school, "update unagreed_absences set version = 9 where id = :id", {"id": id_}),
        (council, "delete from unagreed_absences where id = :id", {"id": id_}),
        (provider, "update unagreed_absence_notes set text = 'x' where unagreed_absence_id = :id", {"id": id_}),
        (provider, "delete from unagreed_absence_notes where unagreed_absence_id = :id", {"id": id_}),
    ]
    for organisation, statement, values in forbidden:
        with pytest.raises(DBAPIError) as refusal:
            await ledger.sql_as(organisation, statement, **values)
        assert getattr(refusal.value.orig, "sqlstate", None) == "42501", (statement, values)
    assert await ledger.sql_as(watcher, f"{review} returning id", id=id_) == []
    await ledger.sql_as(council, review, id=id_)
    with pytest.raises(DBAPIError, match="reviewed once"):
        await ledger.sql_as(council, "update unagreed_absences set outcome = 'resolved' where id = :id", id=id_)
    with pytest.raises(DBAPIError, match="stays_flagged"):
        await ledger.sql("update unagreed_absences set potential_unlawful_exclusion = false where id = :id", id=id_)
