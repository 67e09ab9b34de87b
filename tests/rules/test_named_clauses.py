"""Clauses of the domain that name things: each thing that a document lists has a word of its own, and no others creep in.

What is decided about them has its rows in the table of its rule; frameworks and lots have theirs in
`test_procurement_clauses.py`.
"""

from enum import StrEnum

import pytest

from app.rules.clocks import KINDS, ClockKind
from app.rules.directory_entries import EntryContactRole, OfstedStatus, TargetGroup
from app.rules.host_school_checks import CheckKind
from app.rules.identifiers import IdentifierScheme
from app.rules.immediate_terminations import ExceptionalReason
from app.rules.placement_contacts import PlacementContactRole
from app.rules.placement_statistics import COUNTED
from app.rules.placements import PlacementTier
from app.rules.primary_reasons import ranked_reasons
from app.rules.procurement import DeliveryOption


@pytest.mark.parametrize(
    ("named", "words"),
    [
        pytest.param(
            DeliveryOption,
            "in_person_one_to_one in_person_group_2_to_4 in_person_group_5_to_8 online_one_to_one online_group",
            id="delivery: in person alone, 2-4 or 5-8; online alone or in a group",
        ),
        pytest.param(EntryContactRole, "head safeguarding_lead senco", id="contacts: head, safeguarding lead, SENCo"),
        pytest.param(
            OfstedStatus, "registered voluntarily_registered not_registered", id="Ofsted: registered, voluntarily, not"
        ),
        pytest.param(
            TargetGroup,
            "ks1 ks2 ks3 ks4 age_16_18 age_18_25 looked_after ehcp sen_support neet young_carers eal refugees"
            " young_offenders teenage_parents",
            id="target groups, and key stage 1, which a lot may be for",
        ),
        pytest.param(
            IdentifierScheme,
            "urn ukprn dfe_number ofsted company charity",
            id="identifiers: URN, UKPRN, DfE number, Ofsted, company, charity",
        ),
        pytest.param(PlacementTier, "targeted_support time_limited transitional", id="the three tiers"),
        pytest.param(
            PlacementContactRole,
            "social_worker sen_officer youth_justice mental_health ap_lead provider_lead attendance_officer other",
            id="named services, and the schools' and provider's leads",
        ),
        pytest.param(
            CheckKind,
            "weekly_safeguarding_checkin free_school_meals statutory_assessment termly_meeting social_worker_aware"
            " sen_officer_aware reintegration",
            id="what the host school does while the child is away",
        ),
        pytest.param(
            ExceptionalReason,
            "serious_harm safeguarding criminal_matter provider_unable other_exceptional",
            id="exceptional circumstances: a reason has to be one of them",
        ),
    ],
)
def test_what_a_document_lists_has_its_words(named: type[StrEnum], words: str) -> None:
    assert [each.value for each in named] == words.split()


@pytest.mark.parametrize(
    ("clause", "kinds"),
    [
        pytest.param("day 6", {ClockKind.DAY_6}, id="day 6 after an exclusion"),
        pytest.param("review", {ClockKind.HALF_TERMLY_REVIEW}, id="half-termly review"),
        pytest.param("plan", {ClockKind.PART_TIME_PLAN_REVIEW, ClockKind.PART_TIME_PLAN_END}, id="part-time plan"),
        pytest.param("non-school", {ClockKind.TWELVE_WEEKS, ClockKind.FOUR_SESSIONS}, id="12 weeks or 4 sessions"),
        pytest.param("checks", {ClockKind.SAFEGUARDING_CONFIRMATION}, id="safeguarding confirmation expiry"),
        pytest.param("threshold", {ClockKind.REGISTRATION_THRESHOLD}, id="the registration threshold"),
    ],
)
def test_a_clock_that_the_parties_live_by_has_its_kind_and_source(clause: str, kinds: set[ClockKind]) -> None:
    assert kinds <= KINDS.keys(), clause
    assert all(KINDS[each].source and KINDS[each].to_do for each in kinds), clause


@pytest.mark.parametrize(
    "counts",
    [
        pytest.param({"moves"}, id="moves between settings"),
        pytest.param({"returns", "back_again"}, id="returns to mainstream and back again"),
        pytest.param({"dual_registered"}, id="dual registration"),
        pytest.param({"judged", "unsuccessful"}, id="unsuccessful placements"),
        pytest.param({"transitions_due", "transitions_sustained"}, id="transitions sustained after two terms"),
        pytest.param({"post_16_due", "post_16_sustained"}, id="post-16 destinations sustained"),
    ],
)
def test_what_the_country_cannot_count_is_counted(counts: set[str]) -> None:
    assert counts <= set(COUNTED)


def test_reasons_are_slugs_without_the_letters_of_the_census() -> None:
    assert {each.census_code for each in ranked_reasons()} == {None}
    assert all(each.reason.value.replace("_", "").isalpha() for each in ranked_reasons())
