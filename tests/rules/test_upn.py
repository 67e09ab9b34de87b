"""The unique pupil number, with the test vectors of the DfE's own guide."""

import pytest

from app.rules.upn import ALPHABET, Upn, check_letter, check_upn, parse_upn, synthetic_upn, without_upns
from app.rules.verdict import Refused


@pytest.mark.parametrize(
    ("value", "temporary", "authority"),
    [
        pytest.param("H801200001001", False, "801", id="the guide's permanent number"),
        pytest.param("X00180001701A", True, "001", id="the guide's temporary number"),
    ],
)
def test_the_guides_numbers_are_valid(value: str, temporary: bool, authority: str) -> None:
    upn = parse_upn(value)
    assert isinstance(upn, Upn)
    assert (upn.is_temporary, upn.authority) == (temporary, authority)
    assert value not in repr(upn)
    assert check_upn(value)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        pytest.param("A801200005001", "upn_check_letter_wrong", id="the guide's invalid number"),
        pytest.param("H801200001002", "upn_check_letter_wrong", id="one digit changed"),
        pytest.param("H801200010001", "upn_check_letter_wrong", id="two digits exchanged"),
        pytest.param("X00180001701B", "upn_check_letter_wrong", id="the last letter changed"),
        pytest.param("h801200001001", "upn_malformed", id="small letters are not put right"),
        pytest.param(" H801200001001", "upn_malformed", id="nor is a space"),
        pytest.param("H801200001001\n", "upn_malformed", id="nor is the end of a line"),
        pytest.param("H80120000100", "upn_malformed", id="too short"),
        pytest.param("H8012000010011", "upn_malformed", id="too long"),
        pytest.param("S801200001001", "upn_malformed", id="S is no letter of the alphabet of 23"),
        pytest.param("X00180001701O", "upn_malformed", id="O is none either"),
        pytest.param("H80120000A001", "upn_malformed", id="a letter in the middle"),
        pytest.param("H80120000100\u0661", "upn_malformed", id="a digit of another script"),
        pytest.param("", "upn_malformed", id="nothing at all"),
    ],
)
def test_anything_else_is_refused_without_repeating_it(value: str, code: str) -> None:
    verdict = check_upn(value)
    assert isinstance(verdict, Refused)
    assert verdict.code == code
    assert not value or value not in verdict.reason


@pytest.mark.parametrize(
    ("last", "letter"),
    [
        pytest.param("A", "A", id="A weighs 0"),
        pytest.param("B", ALPHABET[13], id="B weighs 1, in position 13"),
        pytest.param("Z", ALPHABET[22 * 13 % 23], id="Z weighs 22"),
    ],
)
def test_a_letter_weighs_its_place_in_the_alphabet(last: str, letter: str) -> None:
    assert check_letter("0" * 11 + last) == letter


@pytest.mark.parametrize("temporary", [False, True], ids=["permanent", "temporary"])
def test_synthetic_numbers_are_valid_distinct_and_nobodys(temporary: bool) -> None:
    numbers = {synthetic_upn(serial, temporary=temporary) for serial in range(500)}
    assert len(numbers) == 500
    parsed = [parse_upn(number) for number in numbers]
    assert all(isinstance(upn, Upn) and upn.authority == "000" and upn.is_temporary is temporary for upn in parsed)


@pytest.mark.parametrize(
    "written",
    ["H801200001001", "xH801200001001", "UPNH801200001001", "H80 1200001001", "H801-200001001", "h801200001001"],
)
def test_what_looks_like_a_upn_is_taken_out_of_a_text_however_it_is_written(written: str) -> None:
    left = without_upns(f"Seen near {written} at noon")
    assert "200001001" not in left.replace(" ", "").replace("-", "")
    assert left.startswith("Seen near")
    assert left.endswith("at noon")
