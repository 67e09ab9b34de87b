"""Importing providers: taken into the directory as by their own operation, recognised by number or by name."""

from fastapi import FastAPI

from tests.importing import codes, csv, imported, states
from tests.ledger import Ledger
from tests.world import World

HEADER = (
    "name,category,offer,target_groups,published,urn,charity,site_name,site_address,site_postcode,"
    "contact_name,contact_email,contact_phone"
)
FARM = (
    'Hollow Farm,charity,"Animals,\nand English",KS3|KS4,yes,,1081234,The farm,1 Hollow Lane,m5 3eq,'
    "S. Lead,dsl@hollow.example,+44 161 496 0001"
)
FORGE = "Forge Tutors,Sole trader,,,,,,,,,,,"


async def test_providers_go_into_the_directory_with_their_site_and_contact(
    app: FastAPI, world: World, ledger: Ledger
) -> None:
    done, rows = await imported(app, world.council, "providers", csv(HEADER, FARM, FORGE))
    assert (done["made_count"], [row["line"] for row in rows]) == (2, [2, 4])
    farm = (await world.other_school.get(rows[0]["resource"])).json()
    assert (farm["name"], farm["published"], farm["offer"]) == ("Hollow Farm", True, "Animals,\nand English")
    assert [(each["scheme"], each["value"]) for each in farm["identifiers"]] == [("charity", "1081234")]
    assert [(each["name"], each["postcode"]) for each in farm["sites"]] == [("The farm", "M5 3EQ")]
    assert farm["target_groups"] == ["KS3", "KS4"]
    assert (await world.other_school.get(rows[1]["resource"])).status_code == 404
    provider = rows[0]["resource"].rsplit("/", 1)[1]
    [(role, email)] = await ledger.sql("select role, email from contacts where organisation_id = :id", id=provider)
    assert (role, email) == ("safeguarding_lead", "dsl@hollow.example")
    assert world.council.id in await ledger.told("provider.registered", rows[0]["resource"])


async def test_the_same_file_again_finds_what_it_made(app: FastAPI, world: World) -> None:
    _, first = await imported(app, world.council, "providers", csv(HEADER, FARM, FORGE))
    _, again = await imported(app, world.council, "providers", csv(HEADER, FARM, FORGE))
    assert states(again) == ["unchanged", "unchanged"]
    assert [row["resource"] for row in again] == [row["resource"] for row in first]
    renamed = FARM.replace("Hollow Farm,charity", "Hollow Woods,private")
    _, rows = await imported(app, world.council, "providers", csv(HEADER, renamed))
    assert codes(rows) == [(2, None, "differs_from_existing")]


async def test_a_provider_that_another_council_registered_is_found_by_its_number(app: FastAPI, world: World) -> None:
    _, [theirs] = await imported(app, world.other_council, "providers", csv(HEADER, FARM))
    _, [found] = await imported(app, world.council, "providers", csv(HEADER, FARM.replace("charity", "other", 1)))
    assert (found["state"], found["resource"]) == ("unchanged", theirs["resource"])
    _, [unpublished] = await imported(app, world.other_council, "providers", csv(HEADER, FORGE))
    _, [own] = await imported(app, world.council, "providers", csv(HEADER, FORGE))
    assert (own["state"], own["resource"] == unpublished["resource"]) == ("made", False)


async def test_each_fault_is_named_by_its_column(app: FastAPI, world: World) -> None:
    rows = [
        "Number,charity,,,,12,,,,,,,",
        "Site,charity,,,,,,Barn,,the lane!,,,",
        "Contact,charity,,,,,,,,,S. Lead,,",
        "Mail,charity,,,,,,,,,,no mail,",
        "Published,charity,,,perhaps,,,,,,,,",
        "Category,circus,,,,,,,,,,,",
        ",charity,,,,,,,,,,,",
    ]
    done, report = await imported(app, world.council, "providers", csv(HEADER, *rows))
    assert codes(report) == [
        (2, "urn", "identifier_malformed"),
        (3, "site_address", "required"),
        (3, "site_postcode", "not_as_written"),
        (4, "contact_email", "contact_unreachable"),
        (5, "contact_email", "not_as_written"),
        (6, "published", "true_or_false_expected"),
        (7, "category", "not_one_of"),
        (8, "name", "required"),
    ]
    assert done["rejected_count"] == 7


async def test_numbers_of_two_providers_in_one_row_name_neither(app: FastAPI, world: World) -> None:
    one, two = (f"{name},charity,,,,,{number},,,,,," for name, number in (("One", "1000001"), ("Two", "1000002")))
    header = HEADER + ",company"
    await imported(app, world.council, "providers", csv(header, one + ",", two.replace("1000002", "") + ",07654321"))
    _, rows = await imported(app, world.council, "providers", csv(header, one + ",07654321"))
    assert codes(rows) == [(2, None, "several_found")]
