"""What an event of a published calendar says about pupil days."""

import pytest

from app.rules.calendars import Term
from app.rules.imports_calendars import Entry, Said, read_event

PASSED = Said(Entry.PASSED_OVER)
CLOSED = Said(Entry.CLOSURE)


def half(term: Term, number: int) -> Said:
    return Said(Entry.HALF_TERM, term, number)


@pytest.mark.parametrize(
    ("summary", "categories", "said"),
    [
        pytest.param("Autumn term, first half", [], half(Term.AUTUMN, 1), id="in words"),
        pytest.param("Spring 2", [], half(Term.SPRING, 2), id="by number"),
        pytest.param("Summer Term - 2nd half (7 June to 21 July)", [], half(Term.SUMMER, 2), id="with its dates"),
        pytest.param("Term 3", [], half(Term.SPRING, 1), id="one of six terms"),
        pytest.param("Term 3 and 4", [], None, id="two of six terms"),
        pytest.param("Autumn and spring, first half", [], None, id="two terms"),
        pytest.param("Autumn 1 and 2", [], None, id="two halves"),
        pytest.param("Autumn term", [], None, id="a term without its half"),
        pytest.param("Autumn term 1 starts", [], None, id="its first day alone"),
        pytest.param("INSET day", [], CLOSED, id="INSET"),
        pytest.param("Early May bank holiday", [], CLOSED, id="a bank holiday"),
        pytest.param("School closed for polling", [], CLOSED, id="closed"),
        pytest.param("Autumn 1 training day", [], CLOSED, id="a closure that names a half-term"),
        pytest.param("Christmas holidays", [], PASSED, id="a holiday"),
        pytest.param("Half-term", [], PASSED, id="the break that is called half-term"),
        pytest.param("Sports day", [], None, id="anything else"),
        pytest.param("", [], None, id="nothing"),
        pytest.param("Sports day", ["ignore"], PASSED, id="to be ignored"),
        pytest.param("Snow", ["Closure"], CLOSED, id="a closure by its category"),
        pytest.param("Autumn 2", ["half term"], half(Term.AUTUMN, 2), id="a half-term by its category"),
        pytest.param("First weeks", ["HALF_TERM"], None, id="a category without a summary to go with it"),
    ],
)
def test_what_an_event_says(summary: str, categories: list[str], said: Said | None) -> None:
    assert read_event(summary, categories) == said
