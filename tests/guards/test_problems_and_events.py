"""Every problem and event type is one of a kind, explained, and used."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from app.access.scopes import MEANINGS as SCOPE_MEANINGS
from app.access.scopes import Scope
from app.outbox.catalogue import EventType
from app.outbox.meanings import MEANINGS
from app.problems import Problem, every_problem

APP = Path(__file__).resolve().parents[2] / "app"

# Recorded by the duties of the clock, which are the worker's, not by a feature's service.
BY_THE_WORKER = {
    EventType.ATTENDANCE_MISSING,
    EventType.ATTENDANCE_SUGGESTED_ANEW,
    EventType.ATTENDANCE_WAIVED,
    EventType.EARLY_DEPARTURE_LAPSED,
    EventType.EXTENSION_LAPSED,
    EventType.IMMEDIATE_TERMINATION_LAPSED,
    EventType.CONFIRMATION_EXPIRING,
    EventType.CONFIRMATION_LAPSED,
    EventType.INSURANCE_EXPIRING,
    EventType.INSURANCE_LAPSED,
    EventType.LOT_AWARD_EXPIRED,
    EventType.LOT_AWARD_EXPIRING,
    EventType.PLACEMENT_ENDED,
    EventType.PLACEMENT_STARTED,
    EventType.QA_VISIT_OVERDUE,
    EventType.REPORT_DUE,
    EventType.REPORT_OVERDUE,
    EventType.SUSPENSION_LAPSED,
}

# Whose service has another name than its events.
KEPT_BY = {"provider": "directory", "school": "directory", "site": "directory", "lot": "frameworks"}


@cache
def used(owner: str | None, *, but: str) -> frozenset[str]:
    """The names used anywhere in the program outside of `but`: of `owner`'s members, or on their own."""
    found: set[str] = set()
    for path in APP.rglob("*.py"):
        if str(path.relative_to(APP)) != but:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == owner:
                    found.add(node.attr)
                elif isinstance(node, ast.Name) and owner is None:
                    found.add(node.id)
    return frozenset(found)


def test_no_dictionary_says_a_key_twice() -> None:
    """A merge that keeps both sides of a line leaves two, and the later one wins without a word."""
    for path in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Dict):
                keys = [ast.dump(key) for key in node.keys if key is not None]
                assert len(keys) == len(set(keys)), f"{path.relative_to(APP)}:{node.lineno} says a key twice"


def test_problem_slugs_are_unique() -> None:
    slugs = [problem.slug for problem in every_problem()]
    assert len(slugs) == len(set(slugs))


@pytest.mark.parametrize("problem", every_problem(), ids=lambda p: str(p.slug))
def test_a_problem_is_explained_and_raised(problem: type[Problem]) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", problem.slug)
    assert 400 <= problem.status < 600
    assert not problem.title.endswith(".")
    assert problem.advice.endswith(".")
    assert problem.__name__ in used(None, but="problems.py"), "no code raises it: take it out or raise it"


@pytest.mark.parametrize("event", EventType, ids=lambda e: str(e.value))
def test_an_event_type_is_explained_and_recorded(event: EventType) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*", event.value)
    assert MEANINGS[event].endswith(".")
    recorded = event.name in used("EventType", but="outbox/catalogue.py")
    if not recorded and awaited(event):
        pytest.skip("the feature that records it is not there yet")
    assert recorded, "no code records it: take it out or record it"


def awaited(event: EventType) -> bool:
    """Whether what would record the event is not there at all; once it is, it must record it."""
    if event in BY_THE_WORKER:
        return not (APP / "worker.py").exists()
    noun = event.value.partition(".")[0].partition("-")[0]
    noun = KEPT_BY.get(noun, noun)
    return not list(APP.glob(f"services/{noun}*.py"))


@pytest.mark.parametrize("scope", Scope, ids=lambda s: str(s.value))
def test_a_scope_is_explained(scope: Scope) -> None:
    assert SCOPE_MEANINGS[scope].endswith(".")


def test_nothing_is_explained_that_does_not_exist() -> None:
    assert MEANINGS.keys() == set(EventType)
    assert SCOPE_MEANINGS.keys() == set(Scope)
