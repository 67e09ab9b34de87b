"""Identifiers of organisations: shapes that are sure refuse, shapes that are remembered warn."""

import pytest

from app.rules.identifiers import (
    IdentifierScheme,
    canonical_identifier,
    check_identifier,
    identifier_warnings,
    missing_identifier_warnings,
)
from app.rules.verdict import Refused


@pytest.mark.parametrize(
    ("scheme", "value", "allowed"),
    [
        pytest.param("urn", "123456", True, id="a URN has 6 digits"),
        pytest.param("urn", "12345", False, id="not 5"),
        pytest.param("urn", "1234567", False, id="not 7"),
        pytest.param("urn", "12345\u0666", False, id="not digits of another script"),
        pytest.param("ukprn", "10012345", True, id="a UKPRN has 8 digits"),
        pytest.param("ukprn", "1001234", False, id="a UKPRN has not 7"),
        pytest.param("dfe_number", "3554001", True, id="a DfE number has 7 digits"),
        pytest.param("dfe_number", "355/4001", True, id="or a stroke after the third"),
        pytest.param("dfe_number", "3554/001", False, id="and nowhere else"),
        pytest.param("dfe_number", "9994001", True, id="an unknown authority is never refused"),
        pytest.param("ofsted", "EY123456", True, id="an Ofsted number"),
        pytest.param("company", "01234567", True, id="a company number"),
        pytest.param("company", "12", True, id="an odd company number is not refused"),
        pytest.param("charity", "1234567-1", True, id="a charity number"),
        pytest.param("charity", "", False, id="nothing is no number"),
        pytest.param("charity", "x" * 21, False, id="nor is a long text"),
        pytest.param("charity", "12\n", False, id="nor is a line"),
    ],
)
def test_the_shape_of_an_identifier(scheme: str, value: str, allowed: bool) -> None:
    verdict = check_identifier(IdentifierScheme(scheme), value)
    assert bool(verdict) is allowed
    if isinstance(verdict, Refused):
        assert verdict.code == "identifier_malformed"


@pytest.mark.parametrize(
    ("scheme", "value", "warned"),
    [
        pytest.param("dfe_number", "355/4001", False, id="Salford is known"),
        pytest.param("dfe_number", "9434001", False, id="so is Westmorland and Furness"),
        pytest.param("dfe_number", "0004001", False, id="so is the invented authority"),
        pytest.param("dfe_number", "9994001", True, id="an unknown authority warns"),
        pytest.param("ofsted", "EY123456", False, id="a usual Ofsted number does not"),
        pytest.param("ofsted", "12", True, id="an odd one does"),
        pytest.param("company", "SC123456", False, id="a Scottish company does not"),
        pytest.param("charity", "1", True, id="an odd charity does"),
        pytest.param("urn", "123456", False, id="a URN never does"),
    ],
)
def test_what_looks_odd_is_a_warning(scheme: str, value: str, warned: bool) -> None:
    assert bool(identifier_warnings(IdentifierScheme(scheme), value)) is warned


def test_the_stroke_makes_no_difference() -> None:
    assert canonical_identifier(IdentifierScheme.DFE_NUMBER, "355/4001") == "3554001"
    assert canonical_identifier(IdentifierScheme.CHARITY, "1/2") == "1/2"


@pytest.mark.parametrize(
    ("is_school", "given", "warned"),
    [
        pytest.param(True, 0, True, id="a school has an official number"),
        pytest.param(True, 1, False, id="which is then given"),
        pytest.param(False, 0, False, id="another provider may have none"),
    ],
)
def test_what_lacks_an_identifier(is_school: bool, given: int, warned: bool) -> None:
    assert bool(missing_identifier_warnings(is_school=is_school, given=given)) is warned
