"""What a cell may hold, and the life of an import."""

import pytest

from app.rules.imports import (
    IMPORTS,
    LONGEST_CELL,
    ImportState,
    StopReason,
    check_cell,
    differs,
    may_stand,
)
from app.rules.verdict import Refused


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        pytest.param("Ada", "", id="a name"),
        pytest.param("", "", id="nothing"),
        pytest.param("O'Neil-Ångström (北)", "", id="a name of many letters"),
        pytest.param("two\nlines", "", id="a line break"),
        pytest.param("x" * LONGEST_CELL, "", id="as long as may be"),
        pytest.param("x" * (LONGEST_CELL + 1), "cell_too_long", id="longer"),
        pytest.param("A\x00da", "nul_character", id="NUL"),
        pytest.param("A\x1bda", "control_character", id="a control character"),
        pytest.param("A\x85da", "control_character", id="a control character of another set"),
        pytest.param("\ufeffAda", "invisible_character", id="a byte order mark in the middle of a file"),
        pytest.param("Ada\u202egpj", "invisible_character", id="letters turned round"),
        pytest.param("=1+1", "formula", id="equals"),
        pytest.param("+SUM(A1)", "formula", id="plus"),
        pytest.param("-1", "formula", id="minus"),
        pytest.param("@SUM(A1)", "formula", id="at"),
        pytest.param("  =1", "formula", id="after blanks"),
        pytest.param("＝1", "formula", id="wide equals"),
        pytest.param("+44 161 496 0001", "", id="a telephone number"),
        pytest.param("+1+1", "formula", id="a sum that begins like one"),
        pytest.param("a=1", "", id="an equals sign inside"),
    ],
)
def test_what_a_cell_may_hold(cell: str, code: str) -> None:
    verdict = check_cell(cell)
    assert (verdict.code if isinstance(verdict, Refused) else "") == code
    assert not isinstance(verdict, Refused) or cell not in verdict.reason


@pytest.mark.parametrize(
    ("revoked", "may_still", "reason"),
    [
        pytest.param(False, True, None, id="it goes on"),
        pytest.param(True, True, StopReason.CLIENT_REVOKED, id="its client was revoked"),
        pytest.param(False, False, StopReason.SCOPE_LACKING, id="its client lost the scope"),
        pytest.param(True, False, StopReason.CLIENT_REVOKED, id="both"),
    ],
)
def test_when_an_import_is_stopped(revoked: bool, may_still: bool, reason: StopReason | None) -> None:
    assert may_stand(revoked=revoked, may_still=may_still) is reason


def test_a_difference_names_the_columns_and_no_value() -> None:
    assert "given_name, upn" in differs(["given_name", "upn"]).reason


@pytest.mark.parametrize(
    ("state", "verbs"),
    [
        (ImportState.AWAITING_CONTENT, ("upload", "cancel")),
        (ImportState.WAITING, ("cancel",)),
        (ImportState.RUNNING, ("cancel",)),
        (ImportState.COMPLETED, ()),
        (ImportState.CANCELLED, ()),
        (ImportState.STOPPED, ()),
    ],
)
def test_what_a_caller_may_do_in_each_state(state: ImportState, verbs: tuple[str, ...]) -> None:
    assert IMPORTS.verbs_of_callers(state) == verbs
