"""Which form a report is written on: one that a council of its placement has published, and that is in use.

Source: Salford AP contract slides (the council's own form), read in the primary source; how a form comes into use and
goes out of it is Waymark's own.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.rules.calendars import Term
from app.rules.progress_reports import ReportTerm
from app.rules.sources import OUR_OWN, SALFORD
from app.rules.state_tables import StateTable, Transition
from app.rules.verdict import Allowed, Refused, Verdict


class FormState(StrEnum):
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class FormOrigin(StrEnum):
    """Whose words a form is in: a council's own, or those that come with the service."""

    COUNCIL = "council"
    SHIPPED = "shipped"


REPORT_FORMS = StateTable(
    "report form",
    OUR_OWN,
    (Transition(FormState.PUBLISHED, "withdraw", FormState.WITHDRAWN, ("council",)),),
)
"""A withdrawn form is not used for new reports; those begun on it keep it."""

NOT_ITS_COUNCIL = Refused(
    "wrong_party",
    "Only the council that published a report form may withdraw it.",
    OUR_OWN,
    {"may_be_done_by": ["council"]},
)


@dataclass(frozen=True, slots=True)
class FormInUse:
    """What decides whether a form may be used; `council` is None for the one that comes with the service."""

    council: UUID | None
    withdrawn: bool = False
    terms: frozenset[Term] = frozenset(Term)
    school_year: str | None = None

    def is_for(self, term: ReportTerm) -> bool:
        return term.term in self.terms and self.school_year in (None, term.school_year)


def may_use_form(form: FormInUse, councils: Sequence[UUID], publishing: Collection[UUID], term: ReportTerm) -> Verdict:
    """Whether a report for a term may be written on a form, in a placement that goes by these councils.

    `publishing` are those of the councils that have a form in use for that term: where there are any, the one that
    comes with the service is not used. A placement of no council takes any form. Source: Salford AP contract slides
    (the council's own form), read in the primary source.
    """
    if form.council is None and publishing:
        return Refused("council_has_its_own_form", "The placement's council has published a form of its own.", SALFORD)
    if form.council is not None and councils and form.council not in councils:
        return Refused(
            "form_of_another_council", "A report is written on the form of its placement's council.", SALFORD
        )
    if form.withdrawn:
        return Refused("form_withdrawn", "The council has withdrawn this form from new reports.", OUR_OWN)
    if not form.is_for(term):
        return Refused("form_of_another_term", "The council means this form for another term.", OUR_OWN)
    return Allowed()
