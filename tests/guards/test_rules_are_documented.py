"""docs/rules.md prints every state table as the code has it."""

import importlib
import pkgutil
from pathlib import Path
from typing import Any

import pytest

from app import rules
from app.rules.state_tables import StateTable

DOCUMENT = (Path(__file__).parents[2] / "docs" / "rules.md").read_text()


def state_tables() -> list[StateTable[Any]]:
    found: dict[str, StateTable[Any]] = {}
    for module in pkgutil.iter_modules(rules.__path__):
        for value in vars(importlib.import_module(f"app.rules.{module.name}")).values():
            if isinstance(value, StateTable):
                found[value.subject] = value
    return sorted(found.values(), key=lambda table: table.subject)


def as_markdown(table: StateTable[Any]) -> str:
    rows = [f"| {before} | {verb} | {after} | {by} |" for before, verb, after, by in table.rows()]
    head = ["| from | verb | to | by |", "|---|---|---|---|"]
    return "\n".join([f"### A {table.subject}", "", f"Source: {table.source}.", "", *head, *rows])


@pytest.mark.parametrize("table", state_tables(), ids=lambda table: table.subject)
def test_a_state_table_is_printed_in_the_documentation(table: StateTable[Any]) -> None:
    assert as_markdown(table) in DOCUMENT, f"print this in docs/rules.md:\n{as_markdown(table)}"
