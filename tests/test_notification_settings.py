"""What an organisation wants by email: its own to set, and within bounds."""

from typing import Any

import pytest

from tests.emailing import DAILY, LIST, SETTINGS, wants
from tests.world import World

BODY = {"daily_attendance": DAILY, "missing_list": LIST}


async def test_before_anything_is_said_the_same_holds_for_everybody(world: World) -> None:
    answer = await world.council.get(SETTINGS)
    dsl = answer.json()["daily_attendance"]["default_address"]
    assert dsl.startswith("dsl-")
    assert answer.json() == {
        "daily_attendance": DAILY | {"default_address": dsl},
        "missing_list": LIST | {"default_address": dsl},
        "child_named_as": "full_name",
        "changed_at": None,
    }
    assert (await world.school.get(SETTINGS)).json()["child_named_as"] is None


async def test_settings_are_replaced_by_whoever_has_read_them_and_by_nobody_else(world: World) -> None:
    officer = {"role": "ap_officer", "email": "officer@northshire.example"}
    head = {"role": "safeguarding_lead", "email": "lead@northshire.example"}
    await world.council.change("PUT", "/v1/contacts", {"contacts": [officer, head]})
    first = await world.council.get(SETTINGS)
    body: dict[str, Any] = {
        "daily_attendance": DAILY | {"addresses": ["ap@northshire.example"], "morning_at": "10:00"},
        "missing_list": LIST | {"on": False},
        "child_named_as": "initials",
    }
    changed = await world.council.change("PUT", SETTINGS, body)
    assert changed.status_code == 200, changed.text
    assert changed.json() == {
        "daily_attendance": body["daily_attendance"] | {"default_address": "lead@northshire.example"},
        "missing_list": body["missing_list"] | {"default_address": "officer@northshire.example"},
        "child_named_as": "initials",
        "changed_at": "2026-11-24T08:00:00Z",
    }
    stale = await world.council.http.put(SETTINGS, json=BODY, headers={"If-Match": first.headers["ETag"]})
    assert stale.status_code == 412
    await wants(world.council)
    assert (await world.council.get(SETTINGS)).json()["child_named_as"] == "full_name"
    assert (await world.other_council.get(SETTINGS)).json()["changed_at"] is None


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        pytest.param(
            {
                "daily_attendance": DAILY
                | {"addresses": ["a@b.example", "A@b.example"], "morning_at": "08:00", "afternoon_at": "17:00"},
                "missing_list": LIST | {"addresses": ["a@b.example"] * 2, "at": "09:30"},
                "child_named_as": "initials",
            },
            {
                "/daily_attendance/addresses": "address_given_twice",
                "/daily_attendance/morning_at": "time_out_of_range",
                "/daily_attendance/afternoon_at": "time_out_of_range",
                "/missing_list/addresses": "address_given_twice",
                "/missing_list/at": "time_out_of_range",
                "/child_named_as": "naming_not_of_council",
            },
            id="every fault is named",
        ),
        pytest.param(
            {"daily_attendance": DAILY | {"addresses": ["a@b.example\r\nBcc: c@d.example"]}}, None, id="line break"
        ),
        pytest.param(
            {"daily_attendance": DAILY | {"addresses": [f"a{n}@b.example" for n in range(11)]}}, None, id="too many"
        ),
        pytest.param({"daily_attendance": DAILY | {"on": "yes"}}, None, id="coerced"),
        pytest.param({"daily_attendance": DAILY | {"morning_at": "9:45"}}, None, id="no time of day"),
        pytest.param({"missing_list": None}, None, id="missing"),
        pytest.param({"upn": "x"}, None, id="unknown member"),
    ],
)
async def test_what_is_not_valid_changes_nothing(
    world: World, changes: dict[str, Any], faults: dict[str, str] | None
) -> None:
    refused = await world.school.change("PUT", SETTINGS, BODY | changes)
    assert refused.status_code == 422, refused.text
    if faults is not None:
        assert {each["pointer"]: each["code"] for each in refused.json()["errors"]} == faults
    assert (await world.school.get(SETTINGS)).json()["changed_at"] is None
