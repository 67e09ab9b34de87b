"""No operation ignores a query parameter that it does not know: whoever misspells a filter hears of it."""

from typing import Any

import pytest
from fastapi import FastAPI

from app.access.permission import AccessRow
from app.db.embedded_database import Addresses
from app.models.organisations import OrganisationKind
from tests.guards.test_access_matrix import CONTRACT, ROWS, call, named
from tests.world import open_party

BLOCKABLE = [row for row in ROWS if not CONTRACT["paths"][row.path][row.method.lower()].get("x-never-blocked")]


@pytest.fixture(scope="module")
async def parties(app: FastAPI, database: Addresses) -> Any:
    """A client for each kind of organisation."""
    async with (
        open_party(app, database.owner, OrganisationKind.COUNCIL) as council,
        open_party(app, database.owner, OrganisationKind.SCHOOL) as school,
        open_party(app, database.owner, OrganisationKind.PROVIDER) as provider,
    ):
        yield {"council": council, "school": school, "provider": provider}


@pytest.mark.parametrize("row", BLOCKABLE, ids=named)
async def test_an_unknown_parameter_is_refused_by_name(parties: Any, row: AccessRow) -> None:
    party = next((parties[kind] for kind in row.kinds.split() if kind in parties), None)
    if party is None:
        pytest.skip("no client of that kind here")
    answer = await call(party.http, row, query={"surprise": "1"})
    assert answer.status_code == 422, answer.text
    assert [(e["parameter"], e["code"]) for e in answer.json()["errors"]] == [("surprise", "unknown_parameter")]


def test_only_the_alert_goes_unasked() -> None:
    assert [row.operation for row in ROWS if row not in BLOCKABLE] == ["raise_absconding_alert"]
