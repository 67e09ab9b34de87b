"""Visits of quality assurance, councils that make them together, and by when they are due."""

from datetime import date

import pytest

from app.rules.qa_frameworks import DoneBy, FrameworkState, MinimumFrequency, may_adopt, may_plan_by
from app.rules.qa_frequency import VisitDueState, due_by, visit_due_state
from app.rules.qa_structures import ACTIVITY_SETS, STRUCTURES, ActivitySetSlug, StructureSlug, activity_set, structure
from app.rules.qa_visit_partners import may_invite, may_leave
from app.rules.qa_visits import (
    VisitState,
    may_be_carried_out,
    may_be_discussed,
    may_be_published,
    may_publish_again,
    visit_is_overdue,
)
from app.rules.verdict import Allowed, Refused, Verdict

YESTERDAY, TODAY, TOMORROW = date(2026, 1, 11), date(2026, 1, 12), date(2026, 1, 13)


@pytest.mark.parametrize(
    ("verdict", "code"),
    [
        pytest.param(may_be_carried_out(TODAY, ["A"], TODAY), None, id="carried out today"),
        pytest.param(may_be_carried_out(TOMORROW, ["A"], TODAY), "visit_in_future", id="carried out tomorrow"),
        pytest.param(may_be_carried_out(TODAY, [], TODAY), "no_officer_named", id="carried out by nobody"),
        pytest.param(may_be_discussed(TODAY, YESTERDAY, TODAY), None, id="discussed after the visit"),
        pytest.param(may_be_discussed(TODAY, TODAY, TODAY), None, id="discussed on its day"),
        pytest.param(may_be_discussed(TODAY, None, TODAY), None, id="discussed, the visit undated"),
        pytest.param(
            may_be_discussed(YESTERDAY, TODAY, TODAY), "discussion_out_of_order", id="discussed before the visit"
        ),
        pytest.param(may_be_discussed(TOMORROW, TODAY, TODAY), "discussion_out_of_order", id="discussed tomorrow"),
        pytest.param(may_be_published(heard=True, because=None), None, id="published once the provider was heard"),
        pytest.param(may_be_published(heard=False, because="It has closed"), None, id="published, and why unheard"),
        pytest.param(may_be_published(heard=False, because=None), "report_not_discussed", id="published unheard"),
        pytest.param(may_publish_again(published=False), None, id="published for the first time"),
        pytest.param(may_publish_again(published=True), "already_published", id="published twice"),
        pytest.param(may_plan_by(FrameworkState.CURRENT), None, id="planned by the current edition"),
        pytest.param(may_plan_by(FrameworkState.SUPERSEDED), "framework_not_current", id="planned by an old edition"),
        pytest.param(may_plan_by(FrameworkState.RETIRED), "framework_not_current", id="planned by a retired one"),
        pytest.param(may_adopt(adopted=False), None, id="adopted for the first time"),
        pytest.param(may_adopt(adopted=True), "structure_already_adopted", id="adopted while current"),
        pytest.param(may_invite(itself=False, standing=False), None, id="another council invited"),
        pytest.param(may_invite(itself=True, standing=False), "council_leads_the_visit", id="itself invited"),
        pytest.param(may_invite(itself=False, standing=True), "council_already_invited", id="invited twice"),
        pytest.param(may_leave(VisitState.PLANNED), None, id="left while planned"),
        pytest.param(may_leave(VisitState.CARRIED_OUT), None, id="left after the visit"),
        pytest.param(may_leave(VisitState.REPORTED), "visit_already_reported", id="left after the report"),
    ],
)
def test_a_rule_of_visits(verdict: Verdict, code: str | None) -> None:
    assert isinstance(verdict, Allowed) if code is None else isinstance(verdict, Refused) and verdict.code == code


@pytest.mark.parametrize(
    ("state", "today", "overdue"),
    [
        pytest.param(VisitState.PLANNED, TODAY, False, id="on its day"),
        pytest.param(VisitState.PLANNED, TOMORROW, True, id="a day later"),
        pytest.param(VisitState.CARRIED_OUT, TOMORROW, False, id="carried out"),
        pytest.param(VisitState.CANCELLED, TOMORROW, False, id="cancelled"),
    ],
)
def test_a_visit_is_overdue_while_planned_after_its_day(state: VisitState, today: date, overdue: bool) -> None:
    assert visit_is_overdue(state, TODAY, today) is overdue


@pytest.mark.parametrize(
    ("frequency", "last", "since", "due"),
    [
        pytest.param("ad_hoc", None, "2026-09-01", None, id="as needed"),
        pytest.param("annual", None, "2026-09-01", "2027-09-01", id="a year after the beginning"),
        pytest.param("annual", "2026-11-20", "2026-09-01", "2027-11-20", id="a year after the last"),
        pytest.param("annual", "2028-02-29", "2026-09-01", "2029-02-28", id="a year after a leap day"),
        pytest.param("monthly", None, "2026-09-15", "2026-09-30", id="in the first month"),
        pytest.param("monthly", "2026-12-31", "2026-09-15", "2027-01-31", id="in the month after the last"),
        pytest.param("termly", None, "2026-09-15", "2026-12-31", id="in the first term"),
        pytest.param("termly", "2026-09-20", "2026-09-01", "2027-04-11", id="in the spring after the autumn"),
        pytest.param("termly", "2027-04-11", "2026-09-01", "2027-07-31", id="in the summer after the spring"),
        pytest.param("termly", "2027-07-31", "2026-09-01", "2027-12-31", id="in the autumn after the summer"),
    ],
)
def test_by_when_an_activity_is_due_again(frequency: str, last: str | None, since: str, due: str | None) -> None:
    last_done = date.fromisoformat(last) if last else None
    found = due_by(MinimumFrequency(frequency), last_done, date.fromisoformat(since))
    assert (found and found.isoformat()) == due


@pytest.mark.parametrize(
    ("today", "state"),
    [
        ("2026-11-30", VisitDueState.UPCOMING),
        ("2026-12-01", VisitDueState.DUE),
        ("2026-12-31", VisitDueState.DUE),
        ("2027-01-01", VisitDueState.OVERDUE),
    ],
)
def test_an_activity_is_due_from_thirty_days_before_its_last(today: str, state: VisitDueState) -> None:
    assert visit_due_state(date(2026, 12, 31), date.fromisoformat(today)) is state


def test_the_shipped_structures_are_those_of_the_sources() -> None:
    areas = {each.slug: [area.slug for area in each.areas] for each in STRUCTURES}
    assert areas == {
        StructureSlug.SALFORD_SEVEN_AREAS: [
            "policies-and-procedures",
            "insurance",
            "safeguarding",
            "health-and-safety",
            "quality-of-education",
            "curriculum-and-qualifications",
            "transition-and-reintegration",
        ],
        StructureSlug.WESTMORLAND_AND_FURNESS_SIX_SECTIONS: [
            "leadership-and-management",
            "safeguarding",
            "information-sharing-and-data-protection",
            "teaching-learning-outcomes-and-accreditation",
            "pupil-and-pastoral-support",
            "transition",
        ],
    }
    for each in STRUCTURES:
        criteria = [criterion.slug for area in each.areas for criterion in area.criteria]
        assert len(criteria) == len(set(criteria)), each.slug
        assert all(len(area.criteria) >= 4 for area in each.areas)
        assert structure(each.slug) is each


def test_boltons_five_activities_have_their_minimum_frequency() -> None:
    bolton = activity_set(ActivitySetSlug.BOLTON_FIVE)
    assert {each.name.split()[0]: each.minimum_frequency.value for each in bolton.activity_types} == {
        "QMC-1": "annual",
        "QMC-2": "ad_hoc",
        "QMC-4": "annual",
        "QMC-5": "monthly",
        "QMC-9B": "annual",
    }
    filed = [each.slug for each in bolton.activity_types if each.done_by is DoneBy.RETURN]
    assert filed == ["self-evaluation", "dashboard-return"]
    assert [each.slug for each in ACTIVITY_SETS] == list(ActivitySetSlug)
