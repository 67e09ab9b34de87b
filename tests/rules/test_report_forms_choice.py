"""Which form a report is written on."""

from uuid import UUID

import pytest

from app.rules.calendars import Term
from app.rules.progress_reports import ReportTerm
from app.rules.report_forms_choice import FormInUse, may_use_form
from app.rules.verdict import Refused

MINE, OTHER = UUID(int=1), UUID(int=2)
AUTUMN = ReportTerm("2026-27", Term.AUTUMN)
SPRING_ONLY = frozenset({Term.SPRING})


@pytest.mark.parametrize(
    ("form", "councils", "publishing", "code"),
    [
        pytest.param(FormInUse(MINE), (), (), "", id="a placement of no council takes any"),
        pytest.param(FormInUse(MINE), (MINE, OTHER), (MINE,), "", id="one of its councils' own"),
        pytest.param(FormInUse(MINE), (OTHER,), (), "form_of_another_council", id="not that of another council"),
        pytest.param(FormInUse(None), (MINE,), (), "", id="the service's own where the council has none"),
        pytest.param(FormInUse(None), (), (), "", id="or where there is no council"),
        pytest.param(FormInUse(None), (MINE,), (MINE,), "council_has_its_own_form", id="not beside a council's own"),
        pytest.param(FormInUse(MINE, withdrawn=True), (MINE,), (), "form_withdrawn", id="not one that was withdrawn"),
        pytest.param(FormInUse(MINE, terms=SPRING_ONLY), (MINE,), (), "form_of_another_term", id="another term's"),
        pytest.param(FormInUse(MINE, school_year="2025-26"), (MINE,), (), "form_of_another_term", id="another year's"),
        pytest.param(FormInUse(MINE, school_year="2026-27"), (MINE,), (MINE,), "", id="that year's"),
    ],
)
def test_whose_form_a_report_is_written_on(
    form: FormInUse, councils: tuple[UUID, ...], publishing: tuple[UUID, ...], code: str
) -> None:
    verdict = may_use_form(form, councils, publishing, AUTUMN)
    assert (verdict.code if isinstance(verdict, Refused) else "") == code
