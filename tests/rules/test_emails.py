"""Emails about attendance: their life, their times, and how they name a child."""

from datetime import time, timedelta

import pytest

from app.rules.emails import (
    DEFAULT_TIMES,
    EMAIL_DELIVERIES,
    ChildNaming,
    EmailState,
    EmailTime,
    check_addresses,
    check_email_time,
    check_naming,
    child_named,
    retry_after,
)
from app.rules.verdict import Refused

FULL, INITIALS = ChildNaming.FULL_NAME, ChildNaming.INITIALS


@pytest.mark.parametrize(
    ("given", "family", "naming", "name"),
    [
        pytest.param("Ada", "Example", FULL, "Ada Example", id="in full"),
        pytest.param("Ada", "Example", INITIALS, "A.E.", id="by initials"),
        pytest.param("  ada\r\nmay ", "o'Quill-Feather", FULL, "ada may o'Quill-Feather", id="on one line"),
        pytest.param(" ada", "o'Quill", INITIALS, "A.O.", id="initials are capitals"),
    ],
)
def test_a_child_is_named_as_the_council_has_it(given: str, family: str, naming: ChildNaming, name: str) -> None:
    assert child_named(given, family, naming) == name


@pytest.mark.parametrize(
    ("attempts", "wait"),
    [(1, 1), (2, 2), (3, 4), (5, 16), (6, 30), (500, 30)],
)
def test_a_failed_email_waits_longer_each_time_up_to_half_an_hour(attempts: int, wait: int) -> None:
    assert retry_after(attempts) == timedelta(minutes=wait)


@pytest.mark.parametrize(
    ("which", "at", "allowed"),
    [
        pytest.param(EmailTime.MORNING, time(8, 59), False, id="morning too early"),
        pytest.param(EmailTime.MORNING, time(9, 0), True, id="morning earliest"),
        pytest.param(EmailTime.MORNING, time(12, 1), False, id="morning too late"),
        pytest.param(EmailTime.AFTERNOON, time(12, 30), True, id="afternoon earliest"),
        pytest.param(EmailTime.AFTERNOON, time(16, 31), False, id="afternoon after the day's last email is due"),
        pytest.param(EmailTime.MISSING_LIST, time(9, 30), False, id="list before the deadline has passed"),
        pytest.param(EmailTime.MISSING_LIST, time(9, 31), True, id="list earliest"),
        pytest.param(EmailTime.MISSING_LIST, time(12, 0), True, id="list latest"),
    ],
)
def test_a_time_of_day_has_its_bounds(which: EmailTime, at: time, allowed: bool) -> None:
    verdict = check_email_time(which, at)
    assert bool(verdict) is allowed
    assert not isinstance(verdict, Refused) or verdict.code == "time_out_of_range"


def test_what_holds_for_everybody_is_within_the_bounds() -> None:
    assert all(check_email_time(which, at) for which, at in DEFAULT_TIMES.items())
    assert DEFAULT_TIMES.keys() == set(EmailTime)


@pytest.mark.parametrize(
    ("addresses", "allowed"),
    [((), True), (("a@b.example", "c@b.example"), True), (("a@b.example", "A@b.example"), False)],
)
def test_an_address_stands_in_a_list_once(addresses: tuple[str, ...], allowed: bool) -> None:
    assert bool(check_addresses(addresses)) is allowed


@pytest.mark.parametrize(
    ("naming", "of_council", "allowed"),
    [(None, False, True), (None, True, True), (INITIALS, True, True), (INITIALS, False, False)],
)
def test_only_a_council_says_how_children_are_named(
    naming: ChildNaming | None, of_council: bool, allowed: bool
) -> None:
    assert bool(check_naming(naming, of_council=of_council)) is allowed


@pytest.mark.parametrize("state", [EmailState.PENDING, EmailState.FAILED])
@pytest.mark.parametrize(
    ("verb", "after"),
    [
        ("send", EmailState.SENT),
        ("fail", EmailState.FAILED),
        ("give_up", EmailState.ABANDONED),
        ("leave_out", EmailState.NOT_NEEDED),
    ],
)
def test_an_email_that_waits_is_sent_tried_again_given_up_or_left_out(
    state: EmailState, verb: str, after: EmailState
) -> None:
    assert EMAIL_DELIVERIES.move(state, verb) is after


@pytest.mark.parametrize("state", list(EmailState)[1:2] + list(EmailState)[3:])
def test_nothing_more_happens_to_an_email_that_is_settled(state: EmailState) -> None:
    assert EMAIL_DELIVERIES.verbs_from(state) == ()
