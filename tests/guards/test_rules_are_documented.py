"""docs/rules.md prints every state table as the code has it, and a table's verbs are those of the operations."""

import importlib
import pkgutil
import re
from pathlib import Path
from typing import Any

import pytest

from app import rules
from app.access.permission import operations
from app.rules.state_tables import NOT_CALLERS, StateTable
from tests.declared_headers import application

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
    article = "An" if table.subject[0] in "aeiou" else "A"
    return "\n".join([f"### {article} {table.subject}", "", f"Source: {table.source}.", "", *head, *rows])


@pytest.mark.parametrize("table", state_tables(), ids=lambda table: table.subject)
def test_a_state_table_is_printed_in_the_documentation(table: StateTable[Any]) -> None:
    assert as_markdown(table) in DOCUMENT, f"print this in docs/rules.md:\n{as_markdown(table)}"


# Answers that one operation takes in its body, and what the delivery of notifications does.
NO_OPERATION_OF_ITS_OWN = {"agree", "refuse", "deliver", "fail", "retry"}
APP = application()


@pytest.mark.parametrize("table", state_tables(), ids=lambda table: table.subject)
def test_the_verbs_that_a_refusal_names_are_those_of_operations(table: StateTable[Any]) -> None:
    known = {re.sub("_(qa|toolkit)(?=_)", "", str(each.operation_id)) for each in operations(APP)}
    for row in table.transitions:
        by_a_caller = not row.by or not NOT_CALLERS.issuperset(row.by)
        if by_a_caller and row.verb not in NO_OPERATION_OF_ITS_OWN:
            assert any(f"{each}_".startswith(f"{row.verb}_") for each in known), f"no operation is called {row.verb}_…"
