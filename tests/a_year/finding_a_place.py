"""September: the council procures, the school refers the child, and a provider takes it."""

from typing import Any

from tests.a_year.story import CHILD, PURPOSE, TERMS, YEAR, Story, created, done, listed, read, refused, told, written
from tests.directory_entry import CLAUSES, entry_path
from tests.world import Party

LOT = {
    "number": 1,
    "name": "Full-time vocational",
    "pattern": "full_time",
    "online": False,
    "key_stages": ["ks3", "ks4"],
    "delivery_options": ["in_person_group_2_to_4", "in_person_group_5_to_8"],
}
SITE = {"name": "The barn", "address": "1 Lane End", "postcode": "M5 3EQ"}


async def the_council_procures_and_the_school_finds_a_provider(story: Story) -> None:
    """Chapter 1: a framework, a lot, a window; two apply, one is awarded, assured and published."""
    council = story.council
    story.ids["calendar"] = (await created(council, "/v1/calendars", YEAR))["id"]
    days = {"starts_on": "2026-09-01", "ends_on": "2028-08-31", "extensions_allowed": 2, "extension_months": 12}
    framework = await created(council, "/v1/frameworks", {"name": "Alternative provision 2026", **days})
    story.ids["lot"] = (await created(council, f"/v1/frameworks/{framework['id']}/lots", LOT))["id"]
    window = {"kind": "initial", "opens_on": "2026-09-02", "closes_on": "2026-09-11"}
    await created(council, f"/v1/frameworks/{framework['id']}/windows", window)
    application = {"lot_id": story.ids["lot"], "statement": "We teach in a group of four.", "capacity": 1}
    await refused("no_window_open", story.farm.post("/v1/lot-applications", application))

    await story.stands_at("2026-09-02T08:00:00Z")
    farms = await created(story.farm, "/v1/lot-applications", application)
    garages = await created(story.garage, "/v1/lot-applications", application)
    await story.stands_at("2026-09-14T08:00:00Z")
    await _the_council_evaluates(story, f"/v1/lot-applications/{farms['id']}", f"/v1/lot-applications/{garages['id']}")
    await _the_provider_is_assured_and_published(story)
    await _the_school_searches(story)


async def _the_council_evaluates(story: Story, farms: str, garages: str) -> None:
    for path in (farms, garages):
        found = {"evaluators": ["A. Officer"], "summary": "Seen on site", "notes": []}
        await written(story.council, path, found, "/evaluation")
    awarded = await done(story.council, farms, "award", {"starts_on": "2026-09-14", "ends_on": "2027-08-31"})
    await done(story.council, garages, "rejection", {"reason": "No fire risk assessment yet"})
    assert (await read(story.garage, garages))["decided_because"] == "No fire risk assessment yet"
    assert (await story.garage.get(farms)).status_code == 404
    [award] = await listed(story.farm, "/v1/lot-awards")
    assert (award["id"], award["state"], award["capacity"]) == (awarded["lot_award_id"], "current", 1)
    assert await listed(story.garage, "/v1/lot-awards") == []


async def _the_provider_is_assured_and_published(story: Story) -> None:
    insured = {"insurer": "Invented Mutual", "cover_pounds": 5_000_000}
    for kind in ("public_liability", "employers_liability"):
        days = {"starts_on": "2026-09-01", "expires_on": "2027-08-31"}
        await created(story.farm, "/v1/insurance-certificates", {"kind": kind, **insured, **days})
    confirmed = {"confirmed_by": "C. Okafor, lead", "confirmed_on": "2026-09-14", "valid_until": "2027-07-31"}
    await created(story.farm, "/v1/safeguarding-confirmations", confirmed)
    await created(story.farm, f"/v1/providers/{story.farm.id}/sites", SITE)
    await written(story.farm, entry_path(story.farm.id), CLAUSES)


async def _the_school_searches(story: Story) -> None:
    wishes = {"key_stage": "ks4", "pattern": "full_time", "need": "anxiety", "day": "monday", "transport": "true"}
    found = await listed(story.hill, "/v1/providers", **wishes)
    assert [each["id"] for each in found] == [str(story.farm.id)]
    entry = await read(story.hill, entry_path(story.farm.id))
    assert (entry["sites"][0]["postcode"], entry["permission_to_publish"]) == ("M5 3EQ", None)
    [vacancy] = await listed(story.council, "/v1/vacancies", on="2026-10-05")
    assert (vacancy["provider_id"], vacancy["vacancies"]) == (str(story.farm.id), 1)


async def the_school_refers_the_child_and_the_farm_takes_it(story: Story) -> None:
    """Chapter 2: one provider declines, in confidence, and the other accepts."""
    await story.stands_at("2026-09-28T09:00:00Z")
    story.ids["pupil"] = (await created(story.hill, "/v1/pupils", CHILD))["id"]
    wanted = PURPOSE | {
        "pupil_id": story.ids["pupil"],
        "host_school_id": str(story.hill.id),
        "commissioner_id": str(story.council.id),
        "needs": "Small groups; anxious in corridors",
        "pattern": "full_time",
        "wanted_start_on": "2026-10-05",
        "wanted_end_on": "2027-03-24",
        "urgency": "urgent",
        "transport_needed": True,
    }
    story.ids["referral"] = (await created(story.hill, "/v1/referrals", wanted))["id"]
    await done(story.council, story.path("referral"), "take-up")
    to_farm, to_garage = await _offered_to_both(story)
    await _each_knows_its_own_offer_alone(story, to_farm, to_garage)

    await story.stands_at("2026-09-30T10:00:00Z")
    full = {"declined_for": "no_places", "reason": "Both groups are full until February"}
    declined = await story.garage.post(f"{to_garage}/refusal", full)
    assert (declined.status_code, declined.json()["state"]) == (200, "declined"), declined.text
    accepted = await story.farm.post(f"{to_farm}/acceptance", None)
    assert accepted.status_code == 200, accepted.text
    story.ids["placement"] = accepted.json()["placement_id"]
    await _all_know_of_the_placement(story)


async def _offered_to_both(story: Story) -> tuple[str, str]:
    terms = TERMS | {
        "calendar_id": story.ids["calendar"],
        "starts_on": "2026-10-05",
        "delivery": "in_person_group_2_to_4",
        "answer_by": "2026-10-02T16:00:00Z",
    }
    bought: dict[Party, dict[str, Any]] = {
        story.farm: {"lot_id": story.ids["lot"]},
        story.garage: {"spot_purchase": True},
    }
    paths = []
    for provider, how in bought.items():
        offer = terms | how | {"provider_id": str(provider.id)}
        paths.append(
            f"/v1/referral-offers/{(await done(story.council, story.path('referral'), 'offers', offer))['id']}"
        )
    return paths[0], paths[1]


async def _each_knows_its_own_offer_alone(story: Story, to_farm: str, to_garage: str) -> None:
    for provider, own, others in ((story.farm, to_farm, to_garage), (story.garage, to_garage, to_farm)):
        shown = await provider.get(own)
        assert shown.json()["child"]["needs"] == "Small groups; anxious in corridors"
        for hidden in (CHILD["family_name"], story.ids["pupil"], story.ids["referral"]):
            assert hidden not in shown.text
        assert (await provider.get(others)).status_code == 404
        assert len(await listed(provider, "/v1/referral-offers")) == 1
        assert (await provider.get(story.path("pupil"))).status_code == 404


async def _all_know_of_the_placement(story: Story) -> None:
    for party in (story.council, story.hill, story.farm):
        shown = await read(party, story.path("placement"))
        assert (shown["status"], shown["ends_on"]) == ("upcoming", "2027-03-24")
        assert story.path("placement") in await told(party, "placement.accepted")
    assert (await story.garage.get(story.path("placement"))).status_code == 404
    assert (await read(story.hill, story.path("referral")))["state"] == "placed"
    week = await listed(story.farm, "/v1/expected-sessions", **{"from": "2026-10-05", "to": "2026-10-09"})
    assert len(week) == 10
    [vacancy] = await listed(story.council, "/v1/vacancies", on="2026-10-05")
    assert vacancy["vacancies"] == 0
