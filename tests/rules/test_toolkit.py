"""The toolkit's areas, and when an assessment is complete. It has no number anywhere."""

import re
from dataclasses import fields
from datetime import date, timedelta

import pytest

from app.rules.toolkit import AreaEntry, ToolkitUse, check_entry, is_complete
from app.rules.toolkit_areas import AREAS, MAY_NOT_APPLY, SubArea, ToolkitArea, ToolkitCategory
from app.rules.toolkit_evidence import check_days, may_hand_on
from app.rules.verdict import Refused

WHOLE = tuple(AreaEntry(area.slug, strengths=("Known.",)) for area in AREAS)
SUBS = tuple(AreaEntry(each.slug, development_areas=("More.",)) for area in AREAS for each in area.sub_areas)
ALL = (*WHOLE, *SUBS)
NO_TWELVE = tuple(each for each in ALL if each.area != "transition-mainstream")


# Area by area, in the order and with the categories, names and letters of the toolkit.
COMMUNITY, CURRICULUM, CURRENCY = ToolkitCategory
STRUCTURE = [
    (COMMUNITY, 1, "Workforce development and wellbeing", {}),
    (COMMUNITY, 2, "Home and family engagement", {}),
    (
        COMMUNITY,
        3,
        "Partnership working",
        {
            "a": "Local authority",
            "b": "Mainstream schools",
            "c": "External alternative providers",
            "d": "Other agencies",
        },
    ),
    (COMMUNITY, 4, "Research and innovation", {}),
    (CURRICULUM, 5, "Pupil induction", {}),
    (CURRICULUM, 6, "Attendance and engagement", {}),
    (
        CURRICULUM,
        7,
        "Supporting pupils' needs",
        {"a": "Literacy", "b": "Special educational needs and disabilities", "c": "Health and wellbeing"},
    ),
    (CURRICULUM, 8, "Quality of education", {}),
    (CURRENCY, 9, "Personal development", {}),
    (CURRENCY, 10, "Qualifications", {}),
    (CURRENCY, 11, "Assessment of need", {}),
    (
        CURRENCY,
        12,
        "Appropriate transition",
        {"a": "Mainstream", "b": "Other alternative provision", "c": "Specialist"},
    ),
    (CURRENCY, 13, "Post-16 destinations", {}),
]


@pytest.mark.parametrize(
    ("area", "expected"), list(zip(AREAS, STRUCTURE, strict=True)), ids=lambda v: getattr(v, "slug", "")
)
def test_an_area_is_the_toolkits(area: ToolkitArea, expected: tuple[object, ...]) -> None:
    parts = {each.letter: each.name for each in area.sub_areas}
    assert (area.category, area.position, area.name, parts) == expected


def test_seven_uses_and_one_area_that_may_not_apply() -> None:
    assert [use.value for use in ToolkitUse] == [
        "self_evaluation",
        "council_quality_assurance",
        "suitability_at_commissioning",
        "practice_across_locality",
        "readiness_of_prospective_provider",
        "peer_review",
        "in_school_provision",
    ]
    assert AREAS[12].slug == MAY_NOT_APPLY


def test_slugs_are_stable_words_and_prompts_are_questions() -> None:
    parts: list[ToolkitArea | SubArea] = [*AREAS, *(each for area in AREAS for each in area.sub_areas)]
    slugs = [each.slug for each in parts]
    assert len(set(slugs)) == len(slugs) == 23
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) and len(slug) <= 60 for slug in slugs)
    prompts = [prompt for each in parts for prompt in each.prompts]
    assert len(set(prompts)) == 46
    assert all(prompt.endswith("?") for prompt in prompts)


def test_no_entry_holds_a_number() -> None:
    assert not [field.name for field in fields(AreaEntry) if field.type in {int, float}]


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        pytest.param(AreaEntry("qualifications"), "", id="an area, still empty"),
        pytest.param(AreaEntry("needs-literacy"), "", id="a sub-area"),
        pytest.param(AreaEntry("happiness"), "unknown_area", id="an area that is none"),
        pytest.param(AreaEntry(MAY_NOT_APPLY, not_applicable_because="No year 11."), "", id="area 13 may not apply"),
        pytest.param(
            AreaEntry(MAY_NOT_APPLY, not_applicable_because=" "), "not_applicable_without_reason", id="with a reason"
        ),
        pytest.param(
            AreaEntry("qualifications", not_applicable_because="None."), "area_always_applies", id="no other may not"
        ),
        pytest.param(
            AreaEntry(MAY_NOT_APPLY, strengths=("Good.",), not_applicable_because="No year 11."),
            "not_applicable_yet_assessed",
            id="not applicable and assessed all the same",
        ),
    ],
)
def test_whether_an_entry_may_stand(entry: AreaEntry, code: str) -> None:
    verdict = check_entry(entry)
    assert (verdict.code if isinstance(verdict, Refused) else "") == code


@pytest.mark.parametrize(
    ("entries", "missing", "missing_parts"),
    [
        pytest.param(ALL, [], [], id="every area and sub-area addressed"),
        pytest.param(ALL[1:], [AREAS[0].slug], [], id="one area missing"),
        pytest.param((), [a.slug for a in AREAS], [each.area for each in SUBS], id="nothing addressed"),
        pytest.param((*WHOLE[:2], *WHOLE[3:], *SUBS), [], [], id="an area by all its sub-areas"),
        pytest.param(NO_TWELVE, ["appropriate-transition"], ["transition-mainstream"], id="not by some of them"),
        pytest.param(
            (*WHOLE, *SUBS[4:]),
            ["partnership-working"],
            [each.area for each in SUBS[:4]],
            id="nor by what is said of it as a whole",
        ),
        pytest.param(
            (*ALL[1:], AreaEntry(AREAS[0].slug, evidence=("A plan.",))), [AREAS[0].slug], [], id="evidence alone"
        ),
        pytest.param(
            (*ALL[1:], AreaEntry(AREAS[0].slug, strengths=(" ",))), [AREAS[0].slug], [], id="an empty strength"
        ),
        pytest.param(
            (
                *(each for each in ALL if each.area != MAY_NOT_APPLY),
                AreaEntry(MAY_NOT_APPLY, not_applicable_because="-"),
            ),
            [],
            [],
            id="area 13 not applying",
        ),
    ],
)
def test_an_assessment_is_complete_when_every_area_is_addressed(
    entries: tuple[AreaEntry, ...], missing: list[str], missing_parts: list[str]
) -> None:
    verdict = is_complete(entries)
    assert bool(verdict) is not bool(missing)
    if isinstance(verdict, Refused):
        assert verdict.code == "areas_still_to_address"
        assert verdict.next_steps == {"still_to_address": missing, "sub_areas_still_to_address": missing_parts}


def test_an_entry_that_may_not_stand_keeps_it_from_being_complete() -> None:
    verdict = is_complete((*ALL, AreaEntry("happiness")))
    assert isinstance(verdict, Refused)
    assert verdict.code == "unknown_area"


TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("seen_on", "due_on", "code"),
    [
        pytest.param([TODAY], [TODAY], "", id="both today"),
        pytest.param([], [], "", id="neither"),
        pytest.param([TODAY, TODAY + DAY], [], "evidence_in_future", id="evidence seen tomorrow"),
        pytest.param([], [TODAY, TODAY - DAY], "action_due_in_past", id="an action due yesterday"),
    ],
)
def test_evidence_was_seen_and_actions_are_to_come(seen_on: list[date], due_on: list[date], code: str) -> None:
    verdict = check_days(seen_on, due_on, TODAY)
    assert (verdict.code if isinstance(verdict, Refused) else "") == code


@pytest.mark.parametrize(
    ("due_on", "areas"),
    [
        pytest.param({}, [], id="no actions"),
        pytest.param({"qualifications": [TODAY, TODAY + DAY]}, [], id="all to come"),
        pytest.param({"pupil-induction": [TODAY], "qualifications": [TODAY - DAY]}, ["qualifications"], id="one past"),
    ],
)
def test_no_action_is_handed_on_that_is_past_its_day(due_on: dict[str, list[date]], areas: list[str]) -> None:
    verdict = may_hand_on(due_on, TODAY)
    assert bool(verdict) is not bool(areas)
    if isinstance(verdict, Refused):
        assert verdict.code == "action_due_in_past"
        assert verdict.next_steps == {
            "would_be_lawful": [f"give the actions of {area} a day that has not passed" for area in areas]
        }
