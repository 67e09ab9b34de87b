"""Who finds a provider, by how widely its entry is published: over HTTP, and by row security alone."""

from typing import Any
from uuid import UUID

import psycopg
import pytest

from app.db.embedded_database import Addresses
from app.settings import Settings
from tests.directory_entry import CLAUSES, entry_path, speaking
from tests.ledger import Ledger
from tests.overseen import award
from tests.world import Party, World

EVERYONE = {"council", "other_council", "school", "other_school", "provider", "other_provider"}

# Publication, what ties the council to the provider, and who finds it. The provider always does.
FOUND = {
    "private, and nobody knows it": ("private", None, set()),
    "private, awarded by the council": ("private", "award", {"council"}),
    "private, awarded once": ("private", "ended award", {"council"}),
    "private, registered by the council": ("private", "registration", {"council"}),
    "private, with a placement": ("private", "placement", {"council", "school"}),
    "to the councils' schools, on no framework": ("councils_schools", None, set()),
    "to the councils' schools, on the council's framework": ("councils_schools", "award", {"council", "school"}),
    "to the councils' schools, on it from next year": ("councils_schools", "coming award", {"council", "school"}),
    "to the councils' schools, on it until today": ("councils_schools", "ending award", {"council", "school"}),
    "to the councils' schools, no longer on it": ("councils_schools", "ended award", {"council"}),
    "to the councils' schools, only registered by it": ("councils_schools", "registration", {"council"}),
    "to everyone, on no framework": ("everyone", None, EVERYONE),
    "to everyone, on the council's framework": ("everyone", "award", EVERYONE),
}
PERIODS = {
    "award": ("2026-09-01", "2027-08-31"),
    "coming award": ("2027-09-01", "2028-08-31"),
    "ending award": ("2026-09-01", "2026-11-24"),
    "ended award": ("2026-09-01", "2026-11-23"),
}


async def _tied(world: World, ledger: Ledger, database: Addresses, settings: Settings, tie: str | None) -> None:
    if tie in PERIODS:
        await award(database, settings, world.council.id, world.provider.id)
        starts_on, ends_on = PERIODS[tie]
        await ledger.sql(
            "update lot_awards set starts_on = cast(:first as date), ends_on = cast(:last as date)"
            " where provider_id = :id",
            first=starts_on,
            last=ends_on,
            id=world.provider.id,
        )
    elif tie == "registration":
        await ledger.sql(
            "update organisations set registered_by_id = :council where id = :id",
            council=world.council.id,
            id=world.provider.id,
        )
    elif tie == "placement":
        await world.placement()


def _council_of(world: World, party: Party) -> UUID | None:
    return {world.school.id: world.council.id, world.other_school.id: world.other_council.id}.get(party.id)


@pytest.mark.parametrize(("publication", "tie", "finders"), [pytest.param(*row, id=id_) for id_, row in FOUND.items()])
async def test_who_finds_a_provider(
    world: World,
    ledger: Ledger,
    database: Addresses,
    settings: Settings,
    publication: str,
    tie: str | None,
    finders: set[str],
) -> None:
    await _tied(world, ledger, database, settings, tie)
    path, provider = entry_path(world.provider.id), str(world.provider.id)
    await world.provider.post(
        f"/v1/providers/{provider}/sites", {"name": "Barn", "address": "Lane", "postcode": "M5 3EQ"}
    )
    written = await world.provider.change("PUT", path, CLAUSES | {"publication": publication})
    assert written.status_code == 200, written.text
    identifier = {"identifiers": [{"scheme": "urn", "value": "102345"}]}
    await world.provider.change("PUT", f"/v1/providers/{provider}/identifiers", identifier)
    for name in EVERYONE:
        party: Party = getattr(world, name)
        finds = name in finders or name == "provider"
        assert (await party.get(path)).status_code == (200 if finds else 404), name
        assert (await party.get(f"/v1/providers/{provider}")).status_code == (200 if finds else 404), name
        listed = (await party.get("/v1/providers", q="horticulture")).json()["items"]
        assert [each["id"] for each in listed] == ([provider] if finds else []), name
        with speaking(database, world, party.id, _council_of(world, party)) as connection:
            for table, column in (
                ("organisations", "id"),
                ("directory_entries", "provider_id"),
                ("sites", "organisation_id"),
                ("identifiers", "organisation_id"),
            ):
                seen = connection.execute(f"select count(*) from {table} where {column} = %s", [provider]).fetchone()
                assert seen == (1 if finds else 0,), (name, table)


async def test_a_provider_of_another_world_is_never_found(world: World, database: Addresses, ledger: Ledger) -> None:
    await world.provider.change("PUT", entry_path(world.provider.id), CLAUSES)
    [(elsewhere,)] = await ledger.sql("insert into sandboxes (id, name) values (gen_random_uuid(), 'x') returning id")
    await ledger.sql("update organisations set sandbox_id = :s where id = :id", s=elsewhere, id=world.council.id)
    assert (await world.council.get(entry_path(world.provider.id))).status_code == 404
    assert (await world.council.get("/v1/providers")).json()["items"] == []
    with speaking(database, world, None) as connection:
        assert connection.execute("select count(*) from directory_entries").fetchone() == (0,)


ENTRY = (
    "insert into directory_entries (provider_id, target_groups, needs_met, subjects, awarding_bodies, non_accredited,"
    " patterns, delivery_options, contacts, qualifications, session_times, costs, staffing_ratios, words)"
    " values (%(unwritten)s, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '[]', '[]', '[]', '[]', '[]', '')"
)
# What whoever finds a provider, and does not keep its entry, is refused to write; the words, or "nothing" changed.
FORBIDDEN: dict[str, tuple[str, str, str]] = {
    "a council rewrites an entry": ("council", "update directory_entries set subjects = '{x}'", "nothing"),
    "a school rewrites an entry": ("school", "update directory_entries set subjects = '{x}'", "nothing"),
    "a provider rewrites another's": ("other_provider", "update directory_entries set subjects = '{x}'", "nothing"),
    "a council publishes a provider": ("council", "update organisations set published = true", "nothing"),
    "a school publishes to schools": ("school", "update organisations set published_to_schools = true", "nothing"),
    "a registering council rewrites the entry of one with a client": (
        "registering",
        "update directory_entries set subjects = '{x}'",
        "nothing",
    ),
    "a registering council publishes one with a client": (
        "registering",
        "update organisations set published = true",
        "nothing",
    ),
    "a registering council removes the sites of one with a client": ("registering", "delete from sites", "nothing"),
    "a registering council adds an identifier to one with a client": (
        "registering",
        "insert into identifiers (id, organisation_id, scheme, value) values (gen_random_uuid(), %(provider)s, 'urn', '1')",
        "identifiers",
    ),
    "a council moves a site": ("council", "update sites set address = 'x'", "nothing"),
    "a council writes an entry for another": ("council", ENTRY, "directory_entries"),
    "a provider removes its entry": ("provider", "delete from directory_entries", "permission denied"),
}


@pytest.mark.parametrize(
    ("who", "statement", "refusal"), [pytest.param(*row, id=id_) for id_, row in FORBIDDEN.items()]
)
async def test_row_security_refuses_to_write_for_a_provider(
    world: World, ledger: Ledger, database: Addresses, who: str, statement: str, refusal: str
) -> None:
    await world.provider.change("PUT", entry_path(world.provider.id), CLAUSES)
    site = {"name": "Barn", "address": "Lane", "postcode": "M5 3EQ"}
    await world.provider.post(f"/v1/providers/{world.provider.id}/sites", site)
    await ledger.sql("delete from directory_entries where provider_id = :id", id=world.other_provider.id)
    if who == "registering":
        await _tied(world, ledger, database, Settings(), "registration")
    party: Party = getattr(world, "council" if who == "registering" else who)
    values: dict[str, Any] = {"provider": world.provider.id, "unwritten": world.other_provider.id}
    of_provider = {"organisations": "id", "directory_entries": "provider_id", "sites": "organisation_id"}
    table = statement.split()[2 if statement.startswith("delete") else 1]
    aimed = statement if "insert" in statement else f"{statement} where {of_provider[table]} = %(provider)s"
    with speaking(database, world, party.id, _council_of(world, party)) as connection:
        if refusal == "nothing":
            assert connection.execute(aimed, values).rowcount == 0
        else:
            with pytest.raises(psycopg.Error, match=refusal):
                connection.execute(aimed, values)
    with psycopg.connect(database.owner.replace("+psycopg", "", 1)) as owner:
        assert owner.execute(aimed, values).rowcount == 1
        owner.rollback()


async def test_whether_a_provider_has_a_client_is_told_to_whoever_registered_it_alone(
    world: World, database: Addresses
) -> None:
    made = (await world.council.post("/v1/providers", {"name": "Farm", "category": "charity"})).json()["id"]
    for party, kept in ((world.council, False), (world.other_council, True), (world.provider, True)):
        with speaking(database, world, party.id) as connection:
            told = connection.execute("select keeps_its_own_entry(%s)", [made]).fetchone()
        assert told == (kept,), party.name
