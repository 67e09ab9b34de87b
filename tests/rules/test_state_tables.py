"""Every state table: what may be done in each state, by whom, and what is refused."""

from enum import StrEnum
from typing import Any

import pytest

from app.rules.absconding import ALERTS, NOTIFICATIONS
from app.rules.action_plans import ACTIONS, PLANS
from app.rules.extensions import EXTENSIONS
from app.rules.immediate_terminations import IMMEDIATE_TERMINATIONS
from app.rules.placements import PLACEMENTS, PlacementState
from app.rules.progress_reports import PROGRESS_REPORTS
from app.rules.qa_frameworks import FRAMEWORKS
from app.rules.qa_visit_partners import PARTNERS
from app.rules.qa_visits import VISITS
from app.rules.referrals import REFERRAL_OFFERS, REFERRALS
from app.rules.sources import OUR_OWN
from app.rules.state_tables import StateTable
from app.rules.suspensions import SUSPENSIONS, SuspensionState
from app.rules.termination import TERMINATION_NOTICES
from app.rules.toolkit import ASSESSMENTS
from app.rules.verdict import Refused

OF_BOTH_SIDES = """
    requested agree agreed
    requested refuse refused
    requested withdraw withdrawn
    requested lapse lapsed
    requested end_with_placement withdrawn
"""
EXPECTED: dict[str, tuple[StateTable[Any], str]] = {
    "placement": (
        PLACEMENTS,
        """
        proposed accept accepted
        proposed decline declined
        proposed withdraw withdrawn
        accepted release accepted
        accepted call_off withdrawn
        """,
    ),
    "extension": (EXTENSIONS, OF_BOTH_SIDES),
    "immediate termination": (IMMEDIATE_TERMINATIONS, OF_BOTH_SIDES),
    "suspension": (
        SUSPENSIONS,
        """
        requested agree agreed
        requested refuse refused
        requested withdraw withdrawn
        requested lapse lapsed
        agreed withdraw withdrawn
        requested end_with_placement withdrawn
        agreed end_with_placement withdrawn
        """,
    ),
    "termination notice": (
        TERMINATION_NOTICES,
        """
        standing withdraw withdrawn
        standing take_effect in_effect
        """,
    ),
    "alert": (ALERTS, "raised resolve found\nfound close closed"),
    "notification": (
        NOTIFICATIONS,
        """
        pending deliver delivered
        pending fail failed
        pending acknowledge acknowledged
        failed deliver delivered
        failed fail failed
        failed acknowledge acknowledged
        delivered acknowledge acknowledged
        """,
    ),
    "visit": (
        VISITS,
        """
        planned invite planned
        planned name_officers planned
        planned reschedule planned
        planned carry_out carried_out
        planned cancel cancelled
        carried_out invite carried_out
        carried_out name_officers carried_out
        carried_out record_findings carried_out
        carried_out set_action carried_out
        carried_out report reported
        reported discuss reported
        reported set_action reported
        reported answer reported
        reported publish published
        published set_action published
        published answer published
        published publish published
        """,
    ),
    "part in a visit": (
        PARTNERS,
        """
        invited accept joined
        invited decline declined
        invited withdraw withdrawn
        invited lapse lapsed
        joined leave left
        """,
    ),
    "QA framework": (FRAMEWORKS, "current supersede superseded\ncurrent retire retired"),
    "action": (
        ACTIONS,
        """
        open complete done
        open confirm closed
        open reschedule open
        open name_owner open
        done reopen open
        done close closed
        closed reopen open
        """,
    ),
    "action plan": (PLANS, "open add_action open\nopen review open\nopen close closed\nclosed reopen open"),
    "report": (
        PROGRESS_REPORTS,
        """
        draft submit submitted
        submitted return returned
        submitted accept accepted
        returned submit submitted
        """,
    ),
    "referral": (
        REFERRALS,
        """
        requested change requested
        requested take_up taken_up
        requested decline declined
        requested withdraw withdrawn
        taken_up change taken_up
        taken_up offer offered
        taken_up conclude not_placed
        taken_up withdraw withdrawn
        offered offer offered
        offered withdraw withdrawn
        offered place placed
        offered run_out_of_offers taken_up
        """,
    ),
    "referral offer": (
        REFERRAL_OFFERS,
        """
        offered accept accepted
        offered decline declined
        offered withdraw withdrawn
        offered lapse lapsed
        offered end_with_referral withdrawn
        offered close closed
        """,
    ),
    "assessment": (ASSESSMENTS, "draft change draft\ndraft address_area draft\ndraft complete complete"),
}


@pytest.mark.parametrize("name", list(EXPECTED))
def test_every_move_of_a_table_and_no_other(name: str) -> None:
    table, expected = EXPECTED[name]
    allowed = {
        (before, verb): after for before, verb, after in (line.split() for line in expected.split("\n") if line.strip())
    }
    states: list[StrEnum] = list(type(table.transitions[0].before).__members__.values())
    for state in states:
        for verb in {row.verb for row in table.transitions}:
            moved = table.move(state, verb)
            if (state.value, verb) in allowed:
                assert moved == allowed[state.value, verb]
            else:
                assert isinstance(moved, Refused)
                assert moved.code == "wrong_state"


@pytest.mark.parametrize(
    ("state", "verb", "by", "code"),
    [
        pytest.param("proposed", "accept", "provider", "", id="the provider accepts"),
        pytest.param("proposed", "accept", None, "", id="who it is may be left to somebody else to check"),
        pytest.param("proposed", "accept", "commissioner", "wrong_party", id="the commissioner cannot accept for it"),
        pytest.param("proposed", "withdraw", "provider", "wrong_party", id="the provider cannot withdraw"),
        pytest.param("declined", "accept", "provider", "wrong_state", id="what was declined is not accepted"),
        pytest.param("proposed", "eat", "provider", "wrong_state", id="a verb that the table does not have"),
    ],
)
def test_who_may_move_a_placement(state: str, verb: str, by: str | None, code: str) -> None:
    verdict = PLACEMENTS.may(PlacementState(state), verb, by)
    assert (verdict.code if isinstance(verdict, Refused) else "") == code


def test_refusals_say_what_would_do() -> None:
    wrong_state = PLACEMENTS.may(PlacementState.ACCEPTED, "accept")
    assert isinstance(wrong_state, Refused)
    assert wrong_state.next_steps == {"state": "accepted", "possible_verbs": ["release"]}
    wrong_party = ALERTS.move(ALERTS.transitions[0].before, "resolve", "police")
    assert isinstance(wrong_party, Refused)
    assert wrong_party.next_steps == {"may_be_done_by": ["provider", "host_school", "commissioner"]}
    assert {wrong_state.source, wrong_party.source} == {OUR_OWN}
    assert (
        wrong_party.reason
        == "Only the provider or the host school or the commissioner may resolve this absconding alert."
    )


def test_a_refusal_names_no_verb_of_the_clock() -> None:
    wrong_state = SUSPENSIONS.may(SuspensionState.AGREED, "agree")
    assert isinstance(wrong_state, Refused)
    assert wrong_state.next_steps["possible_verbs"] == ["withdraw"]


def test_a_table_tells_in_which_states_a_verb_is_possible() -> None:
    assert SUSPENSIONS.states_for("withdraw") == (SuspensionState.REQUESTED, SuspensionState.AGREED)


def test_a_table_prints_itself() -> None:
    assert next(PLACEMENTS.rows()) == ("proposed", "accept", "accepted", "provider")
    assert [row[1] for row in PLACEMENTS.rows()] == ["accept", "decline", "withdraw", "release", "call_off"]
