"""Importing pupils: registered as by their own operation, recognised by UPN or by names and birthday."""

from fastapi import FastAPI

from app.rules.upn import synthetic_upn
from tests.importing import codes, csv, imported, states
from tests.ledger import Ledger
from tests.world import World

HEADER = "given_name,family_name,date_of_birth,upn,home_council"
ADA, BEN = synthetic_upn(101), synthetic_upn(102)
TWO = csv(HEADER, f"Ada,Example,2012-03-04,{ADA},Southshire Council", f"Ben,Sample,12/09/2011,{BEN.lower()},")


async def test_the_children_of_a_file_are_registered_and_told_of(app: FastAPI, world: World, ledger: Ledger) -> None:
    done, rows = await imported(app, world.school, "pupils", TWO)
    assert (done["row_count"], done["made_count"], done["rejected_count"]) == (2, 2, 0)
    assert states(rows) == ["made", "made"]
    ada, ben = [(await world.school.get(row["resource"])).json() for row in rows]
    assert (ada["given_name"], ada["upn"], ada["home_council_id"]) == ("Ada", ADA, str(world.other_council.id))
    assert (ben["date_of_birth"], ben["upn"]) == ("2011-09-12", BEN)
    assert await ledger.told("pupil.registered", rows[0]["resource"]) == {world.school.id}
    assert (await world.council.get(rows[0]["resource"])).status_code == 404


async def test_the_same_file_again_changes_nothing_and_says_so(app: FastAPI, world: World) -> None:
    _, first = await imported(app, world.school, "pupils", TWO)
    done, again = await imported(app, world.school, "pupils", TWO)
    assert (done["made_count"], done["unchanged_count"]) == (0, 2)
    assert [row["resource"] for row in again] == [row["resource"] for row in first]
    assert len((await world.school.get("/v1/pupils")).json()["items"]) == 2


async def test_good_rows_go_in_and_each_bad_one_is_named(app: FastAPI, world: World) -> None:
    file = csv(
        HEADER,
        f"Ada,Example,2012-03-04,{ADA},",
        "=cmd|' /C calc'!A0,Example,2012-03-04,,",
        "Cas,,31/31/2012,A801200005001,Atlantis",
        "Dan,Example,2012-03-04",
        "",
        f"Ada,Example,2012-03-04,{ADA},",
        "Eve,Example,2027-03-04,,",
        "Fay,Example,2012-03-04,,urn:1",
        '"Gus",Example,2012-03-04,,',
    )
    done, rows = await imported(app, world.school, "pupils", file)
    assert [row["line"] for row in rows] == [2, 3, 4, 5, 7, 8, 9, 10]
    assert (done["made_count"], done["rejected_count"]) == (2, 6)
    assert codes(rows) == [
        (3, "given_name", "formula"),
        (4, "family_name", "required"),
        (5, None, "row_ragged"),
        (7, None, "repeated_in_file"),
        (8, "date_of_birth", "not_born_yet"),
        (9, "home_council", "not_found"),
    ]


async def test_every_fault_of_a_row_is_named_at_once_and_no_value_repeated(app: FastAPI, world: World) -> None:
    file = csv(HEADER, "Zebedee,Example,04/31/2012,A801200005001,Atlantis")
    _, rows = await imported(app, world.council, "pupils", file)
    assert codes(rows) == [(2, "home_council", "not_found"), (2, "date_of_birth", "no_such_day")]
    file = csv(HEADER, "Zebedee,Example,2012-03-04,A801200005001,")
    _, rows = await imported(app, world.council, "pupils", file)
    assert codes(rows) == [(2, "upn", "upn_check_letter_wrong")]
    assert "Zebedee" not in str(rows)
    assert "A801200005001" not in str(rows)


async def test_what_is_registered_is_never_overwritten(app: FastAPI, world: World) -> None:
    _, [made] = await imported(app, world.school, "pupils", csv(HEADER, f"Ada,Example,2012-03-04,{ADA},"))
    other = csv(HEADER, f"Adam,Example,2012-03-05,{ADA},Southshire Council")
    _, rows = await imported(app, world.school, "pupils", other)
    assert codes(rows) == [(2, None, "differs_from_existing")]
    assert "given_name, date_of_birth, home_council" in rows[0]["faults"][0]["detail"]
    assert (await world.school.get(made["resource"])).json()["given_name"] == "Ada"


async def test_a_upn_is_added_to_the_child_that_had_none(app: FastAPI, world: World) -> None:
    _, [made] = await imported(app, world.school, "pupils", csv(HEADER, "Ada,Example,2012-03-04,,"))
    _, [again] = await imported(app, world.school, "pupils", csv(HEADER, "ADA,Example,04/03/2012,,"))
    assert (again["state"], again["resource"]) == ("unchanged", made["resource"])
    _, [added] = await imported(app, world.school, "pupils", csv(HEADER, f"Ada,Example,2012-03-04,{ADA},"))
    assert (added["state"], added["resource"]) == ("changed", made["resource"])
    assert (await world.school.get(made["resource"])).json()["upn"] == ADA
    _, [another] = await imported(app, world.school, "pupils", csv(HEADER, f"Ada,Example,2012-03-04,{BEN},"))
    assert another["state"] == "made"
    _, rows = await imported(app, world.school, "pupils", csv(HEADER, "Ada,Example,2012-03-04,,"))
    assert codes(rows) == [(2, None, "several_found")]


async def test_another_organisations_record_of_the_child_is_not_found(app: FastAPI, world: World) -> None:
    _, [theirs] = await imported(app, world.school, "pupils", csv(HEADER, f"Ada,Example,2012-03-04,{ADA},"))
    _, [own] = await imported(app, world.council, "pupils", csv(HEADER, f"Ada,Other,2012-03-04,{ADA},"))
    assert (own["state"], own["resource"] != theirs["resource"]) == ("made", True)


async def test_a_dry_run_judges_all_and_keeps_nothing(app: FastAPI, world: World, ledger: Ledger) -> None:
    file = csv(HEADER, f"Ada,Example,2012-03-04,{ADA},", "Ben,Sample,tomorrow,,")
    done, rows = await imported(app, world.school, "pupils", file, dry_run=True)
    assert (done["dry_run"], done["made_count"], done["rejected_count"]) == (True, 1, 1)
    assert [row["resource"] for row in rows] == [None, None]
    assert codes(rows) == [(3, "date_of_birth", "day_expected")]
    assert (await world.school.get("/v1/pupils")).json()["items"] == []
    told = await ledger.sql(
        "select e.type from events e join event_audiences a on a.event_id = e.id where a.organisation_id = :id",
        id=world.school.id,
    )
    assert told == [("import.completed",)]
    assert (await imported(app, world.school, "pupils", file))[0]["made_count"] == 1


async def test_what_the_rows_said_is_forgotten_once_they_are_done(app: FastAPI, world: World, ledger: Ledger) -> None:
    await imported(app, world.school, "pupils", csv(HEADER, "Ada,Example,2012-03-04,,", "Ben,Sample,never,,"))
    rows = await ledger.sql(
        "select cells, faults::text from import_rows where organisation_id = :id", id=world.school.id
    )
    assert [cells for cells, _ in rows] == [None, None]
    assert not any("Sample" in faults or "never" in faults for _, faults in rows)


async def test_the_audit_names_the_children_of_each_batch(app: FastAPI, world: World, ledger: Ledger) -> None:
    _, rows = await imported(app, world.school, "pupils", TWO)
    entries = await ledger.sql(
        "select pupil_ids, client_id from audit_entries where organisation_id = :id and operation = 'do_import'"
        " and cardinality(pupil_ids) > 0",
        id=world.school.id,
    )
    [(pupils, client)] = entries
    assert {f"/v1/pupils/{each}" for each in pupils} == {row["resource"] for row in rows}
    assert client == world.school.client_id
