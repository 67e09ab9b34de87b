"""The toolkit's areas, and when an assessment is complete. It has no number anywhere."""

import re
from collections import Counter
from dataclasses import fields

import pytest

from app.rules.toolkit import AreaEntry, ToolkitUse, check_entry, is_complete
from app.rules.toolkit_areas import AREAS, MAY_NOT_APPLY
from app.rules.verdict import Refused

ALL = tuple(AreaEntry(area.slug, strengths=("Known.",)) for area in AREAS)


def test_three_categories_thirteen_areas_seven_uses() -> None:
    assert [area.position for area in AREAS] == list(range(1, 14))
    assert Counter(area.category.value for area in AREAS) == {"community": 4, "curriculum": 4, "currency": 5}
    assert {area.position: len(area.sub_areas) for area in AREAS if area.sub_areas} == {3: 4, 7: 3, 12: 3}
    assert len(ToolkitUse) == 7


def test_slugs_are_stable_words_and_prompts_are_questions() -> None:
    slugs = [area.slug for area in AREAS] + [sub.slug for area in AREAS for sub in area.sub_areas]
    assert len(set(slugs)) == len(slugs) == 23
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) and len(slug) <= 60 for slug in slugs)
    prompts = [prompt for area in AREAS for prompt in area.prompts]
    assert len(set(prompts)) == 26
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


SUBS = tuple(AreaEntry(sub.slug, development_areas=("More.",)) for sub in AREAS[2].sub_areas)


@pytest.mark.parametrize(
    ("entries", "missing"),
    [
        pytest.param(ALL, [], id="every area addressed"),
        pytest.param(ALL[1:], [AREAS[0].slug], id="one area missing"),
        pytest.param((), [area.slug for area in AREAS], id="nothing addressed"),
        pytest.param((*ALL[:2], *ALL[3:], *SUBS), [], id="an area by all its sub-areas"),
        pytest.param((*ALL[:2], *ALL[3:], *SUBS[1:]), ["partnership-working"], id="not by some of them"),
        pytest.param((*ALL[1:], AreaEntry(AREAS[0].slug, evidence=("A plan.",))), [AREAS[0].slug], id="evidence alone"),
        pytest.param((*ALL[1:], AreaEntry(AREAS[0].slug, strengths=(" ",))), [AREAS[0].slug], id="an empty strength"),
        pytest.param(
            (*ALL[:-1], AreaEntry(MAY_NOT_APPLY, not_applicable_because="No year 11.")), [], id="area 13 not applying"
        ),
    ],
)
def test_an_assessment_is_complete_when_every_area_is_addressed(
    entries: tuple[AreaEntry, ...], missing: list[str]
) -> None:
    verdict = is_complete(entries)
    assert bool(verdict) is not bool(missing)
    if isinstance(verdict, Refused):
        assert verdict.code == "areas_still_to_address"
        assert verdict.next_steps == {"still_to_address": missing}


def test_an_entry_that_may_not_stand_keeps_it_from_being_complete() -> None:
    verdict = is_complete((*ALL, AreaEntry("happiness")))
    assert isinstance(verdict, Refused)
    assert verdict.code == "unknown_area"
