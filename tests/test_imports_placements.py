"""Importing placements: each row is proposed by the caller, by the rules of every other proposal."""

from typing import Any

import pytest
from fastapi import FastAPI

from app.rules.upn import synthetic_upn
from tests.importing import codes, csv, imported
from tests.ledger import Ledger
from tests.world import World

UPN = synthetic_upn(201)
ROW: dict[str, str] = {
    "pupil": UPN,
    "provider": "meadow farm",
    "host_school": "Hill School",
    "spot_purchase": "yes",
    "calendar": "2026/27",
    "tier": "time_limited",
    "primary_reason": "At risk of exclusion",
    "objectives": "Attend every morning|Sit English",
    "intended_next_step": "Return to Hill School",
    "pattern": "full_time",
    "starts_on": "2026-11-02",
    "planned_end_on": "12/02/2027",
    "am_days": "mon-fri",
    "am_starts_at": "9:00",
    "am_ends_at": "12:00:00",
    "pm_days": "Mon, Wed",
    "pm_starts_at": "13:00",
    "pm_ends_at": "15:00",
}


def placements(*rows: dict[str, str]) -> str:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return csv(",".join(columns), *(",".join(f'"{row.get(each, "")}"' for each in columns) for row in rows))


async def child(world: World, number: int = 201) -> str:
    """The id of a pupil of the council's with a UPN."""
    body = {"given_name": "Ada", "family_name": "Example", "date_of_birth": "2012-03-04", "upn": synthetic_upn(number)}
    made = await world.council.post("/v1/pupils", body)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def test_a_placement_of_a_file_is_proposed_to_its_provider(app: FastAPI, world: World, ledger: Ledger) -> None:
    pupil, calendar = await child(world), await world.calendar()
    _, [row] = await imported(app, world.council, "placements", placements(ROW))
    assert row["state"] == "made", row
    placement = (await world.provider.get(row["resource"])).json()
    expected = {
        "status": "proposed",
        "pupil_id": pupil,
        "commissioner_id": str(world.council.id),
        "host_school_id": str(world.school.id),
        "calendar_id": calendar,
        "primary_reason": "at_risk_of_exclusion",
        "objectives": ["Attend every morning", "Sit English"],
        "planned_end_on": "2027-02-12",
        "spot_purchase": True,
    }
    assert {key: placement[key] for key in expected} == expected
    [timetable] = (await world.council.get(f"{row['resource']}/timetables")).json()["items"]
    slots = [(each["weekday"], each["session"], each["starts_at"]) for each in timetable["slots"]]
    assert len(slots) == 7
    assert ("wednesday", "pm", "13:00") in slots
    assert ("monday", "am", "09:00") in slots
    assert world.provider.id in await ledger.told("placement.proposed", row["resource"])
    assert (await world.provider.act(row["resource"], "acceptance")).status_code == 200


async def test_the_same_file_again_finds_the_placement_also_once_it_is_accepted(app: FastAPI, world: World) -> None:
    await child(world)
    await world.calendar()
    _, [made] = await imported(app, world.council, "placements", placements(ROW))
    await world.provider.act(made["resource"], "acceptance")
    _, [again] = await imported(app, world.council, "placements", placements(ROW))
    assert (again["state"], again["resource"]) == ("unchanged", made["resource"])
    other = ROW | {"tier": "transitional", "host_school": ""}
    _, rows = await imported(app, world.council, "placements", placements(other))
    assert codes(rows) == [(2, "tier", "differs_from_existing")]


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        pytest.param({"pupil": synthetic_upn(999)}, [("pupil", "pupil_not_found")], id="a child nobody registered"),
        pytest.param(
            {"pupil": "Ada", "provider": "Nowhere", "calendar": "2030/31", "host_school": "urn:999999"},
            [
                (each, f"{code}not_found")
                for each, code in [("provider", ""), ("host_school", ""), ("pupil", "pupil_"), ("calendar", "")]
            ],
            id="all that it names leads nowhere",
        ),
        pytest.param(
            {"planned_end_on": "2027-02-11"},
            [(None, "planned_end_not_half_term_end")],
            id="a day on which it cannot end",
        ),
        pytest.param({"spot_purchase": ""}, [(None, "lot_missing")], id="neither lot nor spot purchase"),
        pytest.param({"lot": "Framework"}, [("lot", "not_found")], id="a lot without its number"),
        pytest.param({"lot": "Framework: 7"}, [("lot", "not_found")], id="a lot that is not there"),
        pytest.param({"am_days": "mon-sun"}, [("am_days", "weekday_expected")], id="no days of a school"),
        pytest.param({"am_days": "fri-mon"}, [("am_days", "weekday_expected")], id="days that run backwards"),
        pytest.param(
            {"pm_days": ""}, [("pm_starts_at", "not_expected"), ("pm_ends_at", "not_expected")], id="hours without days"
        ),
        pytest.param({"pm_ends_at": ""}, [("pm_ends_at", "required")], id="days without hours"),
        pytest.param({"am_starts_at": "9"}, [("am_starts_at", "not_as_written")], id="no time of day"),
        pytest.param({"tier": "four"}, [("tier", "not_one_of")], id="an unknown tier"),
        pytest.param({"online": "maybe"}, [("online", "true_or_false_expected")], id="neither yes nor no"),
        pytest.param({"site": "The Barn"}, [("site", "not_found")], id="a site that the provider has not"),
    ],
)
async def test_what_a_proposal_may_not_be_a_row_may_not_be(
    app: FastAPI, world: World, changes: dict[str, str], faults: list[tuple[Any, str]]
) -> None:
    await child(world)
    await world.calendar()
    _, rows = await imported(app, world.council, "placements", placements(ROW | changes))
    assert [(column, code) for _, column, code in codes(rows)] == faults


async def test_a_provider_or_school_imports_by_its_own_rights(app: FastAPI, world: World) -> None:
    await child(world)
    await world.calendar()
    _, rows = await imported(app, world.school, "placements", placements(ROW))
    assert codes(rows) == [(2, "pupil", "pupil_not_found")]
    by_id = ROW | {"pupil": await child(world, 202), "provider": str(world.other_provider.id)}
    _, rows = await imported(app, world.provider, "placements", placements(by_id))
    assert codes(rows) == [(2, "pupil", "pupil_not_found"), (2, "calendar", "not_found")]


async def test_one_place_for_a_child_also_within_a_file(app: FastAPI, world: World) -> None:
    await child(world)
    await world.calendar()
    elsewhere = ROW | {"provider": "Forge Garage"}
    _, [first, second] = await imported(app, world.council, "placements", placements(ROW, elsewhere))
    await world.provider.act(first["resource"], "acceptance")
    assert second["state"] == "made"
    assert (await world.other_provider.act(second["resource"], "acceptance")).json()["rule"] == "timetabled_elsewhere"


async def test_a_placement_under_a_lot_and_at_a_site(app: FastAPI, world: World) -> None:
    await child(world)
    await world.calendar()
    days = {"starts_on": "2026-09-01", "ends_on": "2028-08-31"}
    requires = {"insurance_required": False, "safeguarding_confirmation_required": False}
    framework = (await world.council.post("/v1/frameworks", {"name": "AP 2026", **days, **requires})).json()["id"]
    lot = (await world.council.post(f"/v1/frameworks/{framework}/lots", {"number": 2, "name": "Full time"})).json()[
        "id"
    ]
    awarded = await world.council.post("/v1/lot-awards", {"lot_id": lot, "provider_id": str(world.provider.id), **days})
    assert awarded.status_code == 201, awarded.text
    site = {"name": "The Barn", "address": "1 Lane", "postcode": "M5 3EQ"}
    added = await world.provider.post(f"/v1/providers/{world.provider.id}/sites", site)
    row = ROW | {"spot_purchase": "no", "lot": "AP 2026: 2", "site": "the barn"}
    _, [made] = await imported(app, world.council, "placements", placements(row))
    assert made["state"] == "made", made
    assert (await world.provider.get(made["resource"])).json()["lot_id"] == lot
    [timetable] = (await world.council.get(f"{made['resource']}/timetables")).json()["items"]
    assert {each["site_id"] for each in timetable["slots"]} == {added.json()["id"]}
