"""A day as those read it who are told by email: every text whole, every recipient, and nobody else."""

from typing import Any

from tests.attendance_days import mark, submit
from tests.emailing import clock, deliveries, emails, placed, subjects, wants
from tests.world import Party, World

WORKER = {
    "role": "social_worker",
    "name": "S. Worker",
    "email": "s.worker@northshire.example",
    "told_daily_attendance": True,
}
CODES = "Each code is a suggestion: the host school decides what it enters.\n"
MORE = "If any of this changes, one more email follows at the end of the day.\n"


async def the_email(party: Party, at: str) -> dict[str, Any]:
    (found,) = [each for each in await emails(party) if each["at"][11:16] == at]
    return found


def text(email: dict[str, Any]) -> str:
    """The body without its reference, which names the delivery."""
    body, _, reference = email["body"].rpartition("Reference: ")
    assert reference == f"{email['id']}\n"
    return str(body)


async def list_contacts(party: Party, placement: str, *contacts: dict[str, Any]) -> None:
    answer = await party.change("PUT", f"/v1/placements/{placement}/contacts", {"contacts": list(contacts)})
    assert answer.status_code == 200, answer.text


async def test_a_morning_as_two_schools_a_council_a_setting_and_a_social_worker_read_it(world: World) -> None:
    ada = await placed(world, "Ada Example")
    noor = await placed(world, "Noor Malik", world.other_provider)
    await placed(world, "Robin Ash", world.other_provider)
    zoe = await placed(world, "Zoe Brook", school=world.other_school)
    await list_contacts(world.council, ada, WORKER)
    await world.other_provider.change(
        "PUT",
        "/v1/contacts",
        {"contacts": [{"role": "head", "email": "head@forge.example", "phone": "0161 496 0123"}]},
    )
    await clock(world, "09:20")
    rows = mark(ada, arrived_at="09:12"), mark(zoe, fact="absent", reason="ill")
    assert (await submit(world.provider, *rows)).json()["rejected"] == []
    await clock(world, "09:46")
    await submit(world.other_provider, mark(noor, fact="late", minutes_late=10))
    await clock(world, "17:00")
    day = "Attendance on Tuesday 24 November 2026"
    assert sorted(await subjects(world.council)) == [
        f"09:31 {day}: 1 setting has not reported 2 sessions",
        f"09:45 {day}, morning: 1 pupil",
        f"09:45 {day}, morning: 4 pupils, 2 not reported",
        f"17:00 {day}: 1 change since the emails of the day",
    ]
    missing, changes = await the_email(world.council, "09:31"), await the_email(world.council, "17:00")
    assert text(missing) == (
        "Settings that have not reported attendance on Tuesday 24 November 2026.\n"
        "For Northshire Council, as known at 09:31.\n\n"
        "- Forge Garage: 2 sessions, due 09:30; telephone 0161 496 0123\n\n"
        "Until a setting has reported nobody knows whether these children have arrived.\n"
    )
    worker, daily = sorted(
        (each for each in await emails(world.council) if each["at"][11:16] == "09:45"), key=lambda each: each["subject"]
    )
    assert text(daily) == (
        "Attendance at alternative provision on the morning of Tuesday 24 November 2026.\n"
        "For Northshire Council, as known at 09:45.\n\n"
        "Forge Garage, telephone 0161 496 0123\n"
        "- Robin Ash: not reported by the setting, due 09:30\n"
        "- Noor Malik: not reported by the setting, due 09:30\n\n"
        "Meadow Farm\n"
        "- Zoe Brook: absent: illness; suggested code I\n"
        "- Ada Example: arrived 09:12; suggested code K\n\n"
        "Not reported: 2 pupils. Please ask the setting where each child is.\n" + CODES + MORE
    )
    assert text(changes) == (
        "Attendance at alternative provision on Tuesday 24 November 2026: what came in after the emails of the day.\n"
        "For Northshire Council, as known at 17:00.\n\n"
        "The morning\n\n"
        "Forge Garage, telephone 0161 496 0123\n"
        "- Noor Malik: late by 10 minutes; suggested code K\n\n" + CODES
    )
    assert worker["recipient"] == WORKER["email"]
    assert text(worker) == (
        "Attendance at alternative provision on the morning of Tuesday 24 November 2026.\n"
        "For S. Worker (social worker), as known at 09:45.\n\n"
        "Meadow Farm\n"
        "- Ada Example: arrived 09:12; suggested code K\n\n" + CODES + MORE
    )
    school = await the_email(world.school, "09:45")
    assert "Ada Example" in school["body"]
    assert "Zoe" not in school["body"]
    (vale,) = await emails(world.other_school)
    assert text(vale) == (
        "Attendance at alternative provision on the morning of Tuesday 24 November 2026.\n"
        "For Vale School, as known at 09:45.\n\n"
        "Meadow Farm\n"
        "- Zoe Brook: absent: illness; suggested code I\n\n" + CODES + MORE
    )
    (reminder,) = await emails(world.other_provider)
    robin, noors = [line for line in text(reminder).splitlines() if line.startswith("- ")]
    assert robin.startswith("- R.A. (placement ")
    assert noors == f"- N.M. (placement {noor[:8]}): morning from 09:00, due 09:30"
    assert reminder["recipient"] == "head@forge.example"
    assert reminder["subject"] == "Attendance not reported on Tuesday 24 November 2026: 2 pupils"
    assert await emails(world.provider) == await emails(world.other_council) == []
    assert await deliveries(world.other_council) == await deliveries(world.provider) == []


async def test_one_organisation_that_is_school_and_commissioner_is_told_once(world: World) -> None:
    registered = {"given_name": "Ada", "family_name": "Example", "date_of_birth": "2012-03-04"}
    pupil = (await world.school.post("/v1/pupils", registered)).json()["id"]
    body = await world.proposal(pupil_id=pupil)
    path = (await world.school.post("/v1/placements", body)).headers["Location"]
    assert (await world.provider.act(path, "acceptance")).status_code == 200
    await clock(world, "12:00")
    (told,) = await deliveries(world.school, kind="daily_attendance")
    assert (told["roles"], told["organisation_id"]) == (["commissioner", "host_school"], str(world.school.id))
    assert await deliveries(world.council, kind="daily_attendance") == []


async def test_a_setting_that_is_the_host_school_too_is_not_told_what_it_said_itself(world: World) -> None:
    ada = await placed(world, "Ada Example", school=world.provider)
    await clock(world, "09:20")
    assert (await submit(world.provider, mark(ada))).json()["rejected"] == []
    await clock(world, "12:00")
    assert await deliveries(world.provider) == []
    assert len(await emails(world.council)) == 1


async def test_a_council_that_wants_initials_gets_them_in_every_email_of_its_placements(world: World) -> None:
    ada = await placed(world, "Ada Example")
    await wants(world.council, child_named_as="initials")
    await clock(world, "10:00")
    for party in (world.council, world.school):
        body = (await the_email(party, "09:45"))["body"]
        assert f"- A.E. (placement {ada[:8]}): not reported by the setting, due 09:30" in body
        assert "Ada" not in body


async def test_who_is_suspended_is_said_to_be_and_alone_makes_no_email(world: World) -> None:
    ada, _ = await placed(world, "Ada Example"), await placed(world, "Robin Ash", school=world.other_school)
    days = {"starts_on": "2026-11-25", "ends_on": "2026-11-25", "reason": "Danger to others"}
    asked = await world.provider.post("/v1/suspensions", {"placement_id": ada, **days})
    for party in (world.school, world.council):
        answer = {"answer": "agreed", "given_by": "A. Head"}
        assert (await party.post(f"{asked.headers['Location']}/agreements", answer)).status_code == 200
    await clock(world, "20:00")
    await clock(world, "10:00", day=25)
    assert "- Ada Example: not expected: suspended; suggested code E\n" in (await emails(world.council))[-1]["body"]
    assert [each["on_date"] for each in await deliveries(world.school)] == ["2026-11-24"]


async def test_no_email_on_a_day_off_and_none_twice_however_the_clock_is_moved(world: World) -> None:
    await placed(world, "Ada Example")
    for at, day in (("09:45", 24), ("09:46", 24), ("23:00", 24), ("23:00", 26)):
        await clock(world, at, day)
    told = await deliveries(world.school)
    assert [(each["on_date"], each["part"]) for each in told] == [("2026-11-24", "am"), ("2026-11-25", "am")]
    assert [each["due_at"] for each in told] == ["2026-11-24T09:45:00Z", "2026-11-25T09:45:00Z"]
    assert len(await emails(world.school)) == 2


async def test_a_later_deadline_is_on_a_second_list_an_hour_after_the_first_and_no_other(world: World) -> None:
    late = {"am": {"starts_at": "09:45", "ends_at": "12:00"}, "pm": {"starts_at": "13:00", "ends_at": "15:00"}}
    slots = [{"weekday": "tuesday", "session": session, **hours} for session, hours in late.items()]
    await placed(world, "Ada Example", timetable=slots)
    await clock(world, "18:00")
    (told,) = await deliveries(world.council, kind="missing_list")
    assert (told["part"], told["due_at"]) == ("follow_up", "2026-11-24T10:31:00Z")
    assert "- Meadow Farm: 1 session, due 10:15;" in (await the_email(world.council, "10:31"))["body"]
    assert "nothing received yet, due 13:30" not in (await the_email(world.council, "09:45"))["body"]
    assert "- Ada Example: nothing received yet, due 10:15" in (await the_email(world.school, "09:45"))["body"]
    assert "- Ada Example: not reported by the setting, due 13:30" in (await the_email(world.school, "14:15"))["body"]


async def test_a_named_service_that_is_listed_no_more_is_told_no_more(world: World) -> None:
    ada = await placed(world, "Ada Example")
    await list_contacts(world.school, ada, WORKER | {"role": "youth_justice"})
    await clock(world, "10:00")
    await list_contacts(world.school, ada, WORKER | {"told_daily_attendance": False})
    await clock(world, "10:00", day=25)
    services = [each for each in await deliveries(world.school) if each["placement_id"]]
    assert [(each["on_date"], each["roles"]) for each in services] == [("2026-11-24", ["youth_justice"])]


async def test_nobody_without_an_address_is_left_out_in_silence(world: World) -> None:
    await world.school.change("PUT", "/v1/contacts", {"contacts": [{"role": "head", "phone": "0161 496 0000"}]})
    await placed(world, "Ada Example")
    await clock(world, "10:00")
    (told,) = await deliveries(world.school)
    assert (told["state"], told["address"], told["attempts"]) == ("no_address", None, [])
    feed = (await world.school.get("/v1/events")).json()["items"]
    (event,) = [each for each in feed if each["type"] == "email-delivery.not-delivered"]
    assert event["resource"] == f"/v1/email-deliveries/{told['id']}"
    for other in (world.council, world.provider):
        assert "not-delivered" not in (await other.get("/v1/events")).text
    await wants(world.school, {"addresses": ["office@hill.example"]})
    await clock(world, "10:02")
    (email,) = await emails(world.school)
    assert (email["recipient"], email["at"]) == ("office@hill.example", "2026-11-24T10:00:00Z")
    await wants(world.school, {"addresses": ["office@hill.example"], "on": False})
    await clock(world, "10:00", day=25)
    assert len(await emails(world.school)) == 1


async def test_each_organisation_has_its_own_times_and_addresses(world: World) -> None:
    await placed(world, "Ada Example")
    await wants(world.school, {"addresses": ["a@hill.example", "b@hill.example"], "morning_at": "10:10"})
    await wants(world.council, {"on": False}, {"addresses": ["duty@northshire.example"], "at": "09:40"})
    await wants(world.provider, missing={"on": False})
    await clock(world, "18:00")
    told = {(each["recipient"], each["at"][11:16]) for each in await emails(world.school)}
    assert told == {("a@hill.example", "10:10"), ("b@hill.example", "10:10")}
    assert [(e["recipient"], e["at"][11:16]) for e in await emails(world.council)] == [
        ("duty@northshire.example", "09:40")
    ]
    assert await emails(world.provider) == []


async def test_a_name_breaks_out_of_no_line(world: World) -> None:
    await placed(world, "Ada\r\nBcc: thief@evil.example <b>Example</b>")
    await clock(world, "10:00")
    (email,) = await emails(world.school)
    lines = email["body"].splitlines()
    assert [each for each in lines if "thief" in each] == [
        "- Ada Bcc: thief@evil.example <b>Example</b>: not reported by the setting, due 09:30"
    ]
    assert "thief" not in email["subject"]


async def test_a_name_holds_no_upn_and_a_service_is_told_once_by_its_own_name(world: World) -> None:
    ada = await placed(world, "Ada Example H801200001001")
    officer = WORKER | {"role": "sen_officer", "name": "P. Officer", "email": "P.Officer@northshire.example"}
    again = officer | {"role": "other", "email": "p.officer@northshire.example"}
    await list_contacts(world.council, ada, officer, again)
    await clock(world, "09:20")
    await submit(world.provider, mark(ada, fact="absent", code="I"))
    await clock(world, "10:00")
    service = [each for each in await emails(world.council) if "officer" in each["recipient"].lower()]
    assert len(service) == 1
    assert service[0]["body"].splitlines()[1] in {
        "For P. Officer (SEN officer), as known at 09:45.",
        "For P. Officer, as known at 09:45.",
    }
    assert "- Ada Example [UPN removed]: absent, reason not known; code I, as the setting states" in service[0]["body"]
    assert "H801200001001" not in str([await emails(party) for party in world.parties])


async def test_what_became_of_an_email_is_shown_to_those_it_concerns(world: World) -> None:
    ada = await placed(world, "Ada Example")
    await placed(world, "Robin Ash")
    await list_contacts(world.council, ada, WORKER)
    await clock(world, "10:00")
    about = {"placement_id": ada, "state": "sent", "on_date": "2026-11-24", "kind": "daily_attendance"}
    (mine,) = [each for each in await deliveries(world.school, **about) if each["organisation_id"]]
    assert mine["placements_told"] == 2
    assert mine["attempts"] == [{"at": "2026-11-24T09:45:00Z", "result": "sent"}]
    assert mine["next_attempt_at"] is None
    one = await world.school.get(f"/v1/email-deliveries/{mine['id']}")
    assert one.json() == mine
    again = await world.school.http.get(str(one.url), headers={"If-None-Match": one.headers["ETag"]})
    assert again.status_code == 304
    for party, address in ((world.council, WORKER["email"]), (world.school, None)):
        (service,) = [each for each in await deliveries(party) if each["placement_id"] == ada]
        assert (service["address"], service["listed_by_id"]) == (address, str(world.council.id))
    for stranger in (world.provider, world.other_school, world.council):
        assert (await stranger.get(f"/v1/email-deliveries/{mine['id']}")).status_code == 404
    assert (await world.provider.get(f"/v1/email-deliveries/{service['id']}")).status_code == 404
    assert await deliveries(world.school, changed_since="2026-11-24T10:01:00Z") == []
    assert await deliveries(world.other_school, placement_id=ada) == []
