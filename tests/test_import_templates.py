"""Templates: what each kind of file looks like; a template that is sent back as it is goes in."""

import pytest
from fastapi import FastAPI

from app.rules.imports import ImportKind
from app.services.import_templates import COLUMNS, template
from tests.importing import imported, states
from tests.world import World


async def test_a_template_has_every_column_and_says_what_it_takes(world: World) -> None:
    items = (await world.school.get("/v1/import-templates")).json()["items"]
    assert [each["kind"] for each in items] == ["pupils", "placements", "providers", "calendars"]
    for each in items:
        file = await world.school.get(each["file"])
        assert file.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
        assert file.text.splitlines()[0].split(",") == [column["name"] for column in each["columns"]]
    [tier] = [column for column in items[1]["columns"] if column["name"] == "tier"]
    assert (tier["required"], tier["values"][0]) == (True, "targeted_support")


@pytest.mark.parametrize("kind", list(ImportKind))
async def test_a_template_goes_in_as_it_is(app: FastAPI, world: World, kind: ImportKind) -> None:
    if kind is ImportKind.PLACEMENTS:
        await imported(app, world.council, "pupils", template(ImportKind.PUPILS))
        await world.calendar()
    _, rows = await imported(app, world.council, kind.value, template(kind))
    assert set(states(rows)) == {"made"}, rows


@pytest.mark.parametrize("kind", list(ImportKind))
def test_an_example_is_one_of_the_values_that_its_column_takes(kind: ImportKind) -> None:
    for column in COLUMNS[kind]:
        assert not (column.values and column.example) or column.example in column.values, column.name
        assert column.meaning.endswith("."), column.name
