"""The directory entry: its vocabulary, who writes it, and when it may be published."""

from datetime import date
from importlib import import_module

import pytest

from app.rules.directory_entries import (
    KNOWN_WORDS,
    Publication,
    TargetGroup,
    check_target_groups,
    check_times,
    check_transport,
    entry_warnings,
    groups_of_key_stage,
    may_keep_entry,
    may_publish,
    publication_of,
    target_groups_in,
)
from app.rules.procurement import KeyStage
from app.rules.verdict import Refused, Verdict

TODAY, TOMORROW = date(2026, 11, 24), date(2026, 11, 25)


def code(verdict: Verdict) -> str | None:
    return verdict.code if isinstance(verdict, Refused) else None


@pytest.mark.parametrize(
    ("publication", "given_on", "refusal"),
    [
        pytest.param("private", None, None, id="nothing is published without permission"),
        pytest.param("councils_schools", None, "permission_to_publish_missing", id="not to the councils' schools"),
        pytest.param("everyone", None, "permission_to_publish_missing", id="not to everyone"),
        pytest.param("councils_schools", TODAY, None, id="today's permission is enough"),
        pytest.param("everyone", TODAY, None, id="for everyone too"),
        pytest.param("everyone", TOMORROW, "permission_not_given_yet", id="tomorrow's is not"),
        pytest.param("private", TOMORROW, "permission_not_given_yet", id="nor is it recorded before it is given"),
    ],
)
def test_publishing(publication: str, given_on: date | None, refusal: str | None) -> None:
    assert code(may_publish(Publication(publication), given_on, TODAY)) == refusal


@pytest.mark.parametrize(
    ("own", "keeps", "refusal"),
    [
        pytest.param(True, True, None, id="the provider writes its own entry"),
        pytest.param(True, False, None, id="with or without a client"),
        pytest.param(False, False, None, id="who registered it writes until it has a client"),
        pytest.param(False, True, "provider_keeps_its_own_entry", id="and not afterwards"),
    ],
)
def test_who_writes_an_entry(own: bool, keeps: bool, refusal: str | None) -> None:
    assert code(may_keep_entry(own=own, provider_keeps_its_own=keeps)) == refusal


@pytest.mark.parametrize(
    ("published", "to_schools", "expected"),
    [(False, False, "private"), (False, True, "councils_schools"), (True, True, "everyone"), (True, False, "everyone")],
)
def test_publication(published: bool, to_schools: bool, expected: str) -> None:
    assert publication_of(published=published, published_to_schools=to_schools) == expected


def test_publication_widens_step_by_step() -> None:
    assert [p.breadth for p in Publication] == [0, 1, 2]


@pytest.mark.parametrize(
    ("words", "groups", "others"),
    [
        pytest.param([], [], [], id="none"),
        pytest.param(["EHCP", "KS1"], ["ks1", "ehcp"], [], id="in the form's order"),
        pytest.param(["key-stage 2", "KS 2"], ["ks2"], [], id="whatever stands between"),
        pytest.param(["18-25", "Post-16"], ["age_16_18", "age_18_25"], [], id="ages"),
        pytest.param(["Boys", "CLA", "Girls"], ["looked_after"], ["Boys", "Girls"], id="others in their own order"),
        pytest.param(["!"], [], ["!"], id="what has no letters"),
    ],
)
def test_target_groups_in_words(words: list[str], groups: list[str], others: list[str]) -> None:
    assert target_groups_in(words) == (groups, others)


@pytest.mark.parametrize("group", TargetGroup)
def test_every_group_is_known_by_its_own_words(group: TargetGroup) -> None:
    assert target_groups_in([group.words]) == target_groups_in([group.value]) == ([group], [])


def test_the_migration_knows_the_same_words() -> None:
    migration = import_module("migrations.versions.0006_directory_entries")
    there = {word: group for group, words in migration.KNOWN_WORDS.items() for word in words.split()}
    assert there == {word: KNOWN_WORDS[word].value for word in there}


@pytest.mark.parametrize(
    ("key_stage", "groups"),
    [("ks1", ["ks1"]), ("ks2", ["ks2"]), ("ks3", ["ks3"]), ("ks4", ["ks4"]), ("post_16", ["age_16_18", "age_18_25"])],
)
def test_the_groups_of_a_key_stage(key_stage: str, groups: list[str]) -> None:
    assert list(groups_of_key_stage(KeyStage(key_stage))) == groups


@pytest.mark.parametrize(
    ("verdict", "refusal"),
    [
        pytest.param(check_times("09:00", "12:00"), None, id="times in order"),
        pytest.param(check_times("09:00", "09:00"), "ends_before_start", id="no time at all"),
        pytest.param(check_times("12:00", "09:00"), "ends_before_start", id="times the wrong way round"),
        pytest.param(check_transport(offered=True, has_cost=True), None, id="transport at a cost"),
        pytest.param(check_transport(offered=False, has_cost=False), None, id="no transport"),
        pytest.param(check_transport(offered=False, has_cost=True), "cost_without_transport", id="a cost of nothing"),
        pytest.param(check_target_groups(15, 15), None, id="thirty groups"),
        pytest.param(check_target_groups(15, 16), "too_many_target_groups", id="one more"),
    ],
)
def test_what_an_entry_says_agrees_with_itself(verdict: Verdict, refusal: str | None) -> None:
    assert code(verdict) == refusal


@pytest.mark.parametrize(
    ("publication", "has_permission", "warnings"),
    [("private", False, 0), ("private", True, 0), ("everyone", True, 0), ("everyone", False, 1)],
)
def test_a_published_entry_without_permission_is_odd(publication: str, has_permission: bool, warnings: int) -> None:
    assert len(entry_warnings(Publication(publication), has_permission=has_permission)) == warnings
