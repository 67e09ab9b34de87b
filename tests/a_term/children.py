"""Two children come to the farm: one from a file, by the council; one registered and commissioned by its school."""

from fastapi import FastAPI

from app.rules.upn import synthetic_upn
from tests.a_term.story import Term
from tests.a_year.story import AGREED, added, created, done, listed, read
from tests.importing import csv, opened, put, report, work
from tests.part_time_planning import plan
from tests.world import TIMETABLE, Party

ADA, ALSO = synthetic_upn(701), synthetic_upn(702)
FILE = csv(
    "given_name,family_name,date_of_birth,upn,home_council",
    f"Ada,Termly,2011-03-04,{ADA},Southshire Council",
    f"=1+1,Termly,2011-03-04,{ALSO},",
)
FIRST, LAST = "2026-11-25", "2027-03-25"
PURPOSE = {
    "spot_purchase": True,
    "tier": "time_limited",
    "primary_reason": "at_risk_of_exclusion",
    "pattern": "full_time",
    "objectives": ["Attend every morning"],
    "intended_next_step": "Return to Hillside School",
    "starts_on": FIRST,
    "planned_end_on": LAST,
    "timetable": TIMETABLE,
}


async def a_file_is_tried_and_then_taken_for_good(term: Term, app: FastAPI) -> None:
    council = term.council
    dry = await opened(council, "pupils", dry_run=True)
    assert (await put(council, dry, FILE)).status_code == 200
    await work(app)
    assert [row["state"] for row in await report(council, dry)] == ["made", "rejected"]
    assert not await _known(council)
    for expected in ("made", "unchanged"):
        path = await opened(council, "pupils")
        assert (await put(council, path, FILE)).status_code == 200
        await work(app)
        good, bad = await report(council, path)
        assert (good["state"], bad["line"], bad["faults"][0]["column"]) == (expected, 3, "given_name")
        assert ADA not in (await council.get(f"{path}/rows")).text
    term.ids["ada"] = (await _known(council))[0]["id"]
    assert good["resource"] == f"/v1/pupils/{term.ids['ada']}"
    await term.hidden(path, term.school, term.farm)
    await term.hidden(good["resource"], term.school, term.farm)
    assert "import.completed" in await term.news(council)


async def _known(council: Party) -> list[dict[str, str]]:
    return [each for each in await listed(council, "/v1/pupils") if each["family_name"] == "Termly"]


async def council_and_school_place_a_child_each(term: Term) -> None:
    ours = await listed(term.council, "/v1/calendars", owner_id=str(term.council.id))
    [calendar] = [each for each in ours if each["name"].startswith("Sandbox calendar")]
    child = {"given_name": "Ben", "family_name": "Termly", "date_of_birth": "2011-09-12"}
    term.ids["ben"] = (await created(term.school, "/v1/pupils", child))["id"]
    for name, commissioner in (("ada", term.council), ("ben", term.school)):
        there = {
            "pupil_id": term.ids[name],
            "provider_id": str(term.farm.id),
            "host_school_id": str(term.school.id),
            "calendar_id": calendar["id"],
        }
        path = f"/v1/placements/{(await created(commissioner, '/v1/placements', PURPOSE | there))['id']}"
        await done(term.farm, path, "acceptance")
        term.ids[f"{name}_placement"] = path.rsplit("/", 1)[1]
        await term.hidden(path, term.next_school, term.their_school)
    assert "placement.accepted" in await term.news(term.school)


async def the_school_proposes_a_part_time_plan_and_the_council_agrees(term: Term) -> None:
    made = await created(term.school, "/v1/part-time-plans", plan(term.ids["ada_placement"]))
    path = f"/v1/part-time-plans/{made['id']}"
    assert (await added(term.council, f"{path}/agreements", AGREED))["state"] == "agreed"
    assert (await read(term.farm, path))["weeks"] == 6
    await term.hidden(path, term.next_school, term.their_school)


async def the_farm_reports_the_first_morning(term: Term) -> None:
    rows = [
        {"placement_id": term.ids[f"{name}_placement"], "on_date": FIRST, "session": "am", "fact": fact, **more}
        for name, fact, more in (
            ("ada", "present", {"arrived_at": "08:55"}),
            ("ben", "absent", {"reason": "ill"}),
        )
    ]
    taken = await term.farm.post("/v1/attendance-submissions", {"rows": rows})
    assert taken.status_code in (200, 201), taken.text
    assert taken.json()["rejected"] == [], taken.text
