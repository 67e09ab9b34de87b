"""Hostile bytes as bodies: each is refused with its own code, and ordinary JSON is read as it stands."""

import json
import time

import pytest

from app.schemas.strict_json import DEEPEST, InvalidJson, parse_json


def nested(levels: int, opening: bytes = b"[", closing: bytes = b"]") -> bytes:
    return opening * levels + closing * levels


REFUSED: dict[str, tuple[bytes, str]] = {
    "nothing at all": (b"", "empty_body"),
    "only spaces": (b" \r\n\t ", "empty_body"),
    "a byte order mark": (b'\xef\xbb\xbf{"a":1}', "byte_order_mark"),
    "UTF-16": ('{"a":1}'.encode("utf-16"), "not_utf8"),
    "UTF-16 without a mark": ('{"a":1}'.encode("utf-16-le"), "malformed_json"),
    "Latin-1": ('{"a":"é"}'.encode("latin-1"), "not_utf8"),
    "an overlong slash": (b'{"a":"\xc0\xaf"}', "not_utf8"),
    "a surrogate as bytes": (b'{"a":"\xed\xa0\x80"}', "not_utf8"),
    "half a character": (b'{"a":"\xe2\x82"}', "not_utf8"),
    "NaN": (b'{"a":NaN}', "number_not_finite"),
    "Infinity": (b'{"a":Infinity}', "number_not_finite"),
    "minus Infinity": (b"[-Infinity]", "number_not_finite"),
    "1e999": (b'{"a":1e999}', "number_out_of_range"),
    "-1e999": (b'{"a":-1e999}', "number_out_of_range"),
    "a float of a thousand digits": (b"[" + b"9" * 1000 + b".5]", "number_out_of_range"),
    "one past 64 bits": (b'{"a":9223372036854775808}', "number_out_of_range"),
    "one below 64 bits": (b'{"a":-9223372036854775809}', "number_out_of_range"),
    "an integer of 5,000 digits": (b'{"a":' + b"1" * 5000 + b"}", "number_out_of_range"),
    "a member twice": (b'{"a":1,"a":1}', "duplicate_member"),
    "a member twice in two spellings": (b'{"a":1,"\\u0061":2}', "duplicate_member"),
    "a member twice deep down": (b'{"a":[{"b":{"c":1,"c":2}}]}', "duplicate_member"),
    "33 lists": (nested(DEEPEST + 1), "too_deep"),
    "33 objects": (b'{"a":' * 33 + b"1" + b"}" * 33, "too_deep"),
    "33 lists hidden by brackets in texts": (
        b'["]",' * (DEEPEST + 1) + b"1" + b',"["]' * (DEEPEST + 1),
        "too_deep",
    ),
    "900 lists": (nested(900), "too_deep"),
    "100,000 lists": (nested(100_000), "too_deep"),
    "100,000 unclosed objects": (b'{"a":' * 100_000, "too_deep"),
    "a lone high surrogate": (b'{"a":"\\ud800"}', "lone_surrogate"),
    "a lone low surrogate": (b'{"a":"x\\udc00"}', "lone_surrogate"),
    "surrogates the wrong way round": (b'{"a":"\\udc00\\ud800"}', "lone_surrogate"),
    "a lone surrogate in a name": (b'{"\\ud800":1}', "lone_surrogate"),
    "a NUL": (b'{"a":"\\u0000"}', "nul_character"),
    "a NUL in a name": (b'{"a":{"\\u0000":1}}', "nul_character"),
    "a NUL after a backslash": (b'{"a":"\\\\\\u0000"}', "nul_character"),
    "a text that is only a NUL": (b'"\\u0000"', "nul_character"),
    "a raw NUL": (b'{"a":"\x00"}', "malformed_json"),
    "a raw line break in a text": (b'{"a":"\n"}', "malformed_json"),
    "a NUL after the end": (b"{}\x00", "malformed_json"),
    "two values": (b"{}{}", "malformed_json"),
    "a comma too many": (b'{"a":1,}', "malformed_json"),
    "single quotes": (b"{'a':1}", "malformed_json"),
    "a comment": (b'{"a":1} // one', "malformed_json"),
    "a leading zero": (b'{"a":01}', "malformed_json"),
    "a plus sign": (b'{"a":+1}', "malformed_json"),
    "a hexadecimal number": (b'{"a":0x10}', "malformed_json"),
    "digits that are not ASCII": ('{"a":١٢}'.encode(), "malformed_json"),
    "an unknown escape": (b'{"a":"\\x41"}', "malformed_json"),
    "a cut-off escape": (b'{"a":"\\u00"}', "malformed_json"),
    "a cut-off body": (b'{"a":', "malformed_json"),
    "a form": (b"a=1&b=2", "malformed_json"),
    "a word": (b"True", "malformed_json"),
}


@pytest.mark.parametrize(("body", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_a_body_is_refused_that_holds(body: bytes, code: str) -> None:
    with pytest.raises(InvalidJson) as refused:
        parse_json(body)
    assert refused.value.code == code
    assert refused.value.detail.endswith(".")


ACCEPTED: dict[str, bytes] = {
    "an object": b'{"a":1,"b":[true,false,null],"c":{"d":-0.5e-3}}',
    "32 lists": nested(DEEPEST),
    "brackets in texts": b'{"a":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}',
    "many objects side by side": b"[" + b"{}," * 500 + b"{}]",
    "the largest 64-bit number": b"[9223372036854775807,-9223372036854775808]",
    "twenty digits in a text": b'{"a":"12345678901234567890"}',
    "a pair of surrogates": b'{"a":"\\ud83d\\ude00"}',
    "an escaped backslash before u0000": b'{"a":"\\\\u0000"}',
    "a tiny number": b"[1e-999]",
    "text outside the basic plane": '{"a":"😀é"}'.encode(),
    "spaces around": b' {"a" : 1 } \n',
    "one name in two objects": b'[{"a":1},{"a":1}]',
}


@pytest.mark.parametrize("body", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_a_body_is_read_that_holds(body: bytes) -> None:
    assert parse_json(body) == json.loads(body)


def test_the_place_of_a_bad_text_is_named_without_the_text() -> None:
    with pytest.raises(InvalidJson) as refused:
        parse_json(b'{"marks":[{},{"no~te/s":"secret\\u0000"}]}')
    assert refused.value.pointer == "/marks/1/no~0te~1s"
    assert "secret" not in refused.value.detail


@pytest.mark.parametrize(
    ("body", "place"),
    [
        pytest.param(b'{"a":[1,{"b/c":1,"b/c":2}]}', "/a/1/b~1c", id="a member twice"),
        pytest.param(b'{"a":{"b":NaN}}', "/a/b", id="NaN"),
        pytest.param(b'{"a":[1,12345678901234567890123]}', "/a/1", id="a number past 64 bits"),
        pytest.param(b'[[],{},"\\u0000"]', "/2", id="NUL behind what is empty"),
    ],
)
def test_a_fault_is_found_where_it_is(body: bytes, place: str) -> None:
    with pytest.raises(InvalidJson) as refused:
        parse_json(body)
    assert refused.value.pointer == place


def test_a_text_that_is_no_json_is_told_by_line_and_column() -> None:
    with pytest.raises(InvalidJson, match=r"line 2, column 6") as refused:
        parse_json(b'{"a":\n[1,2,}')
    assert refused.value.code == "malformed_json"


def test_an_unfit_row_is_set_apart_and_the_others_stand() -> None:
    body = b'{"rows":[{"a":"x"},{"b":"\\u0000"},{"\\ud800":1}],"note":"\\u00e9"}'
    value = parse_json(body, "rows")
    assert isinstance(value, dict)
    first, *unfit = value["rows"]
    assert first == {"a": "x"}
    assert [each.fault.pointer for each in unfit] == ["/rows/1/b", "/rows/2"]
    with pytest.raises(InvalidJson):
        parse_json(body.replace(b"\\u00e9", b"\\u0000"), "rows")


def test_a_row_that_cannot_be_read_in_one_way_is_set_apart_too() -> None:
    body = b'{"rows":[{"a":1},{"b":[1e999]},{"c":1,"c":2},99999999999999999999],"note":1}'
    value = parse_json(body, "rows")
    assert isinstance(value, dict)
    first, *unfit = value["rows"]
    assert first == {"a": 1}
    assert [(each.fault.pointer, each.fault.code) for each in unfit] == [
        ("/rows/1/b/0", "number_out_of_range"),
        ("/rows/2/c", "duplicate_member"),
        ("/rows/3", "number_out_of_range"),
    ]
    for elsewhere in (b'"note":1e999', b'"note":1,"note":1', b'"note":NaN', b'"note":[{"x":1,"x":1}]'):
        with pytest.raises(InvalidJson):
            parse_json(body.replace(b'"note":1', elsewhere), "rows")
    with pytest.raises(InvalidJson):
        parse_json(body.replace(b"1e999", b"NaN"), "rows")
    with pytest.raises(InvalidJson):
        parse_json(body)


def test_a_place_far_down_a_long_name_is_found_quickly() -> None:
    body = b'{"' + b"x" * 100_000 + b'":[' + b"1," * 70_000 + b'"\\u0000"]}'
    with pytest.raises(InvalidJson):
        parse_json(body)
    assert _timed_refusal(body) < 2


def _timed_refusal(body: bytes) -> float:
    began = time.perf_counter()
    with pytest.raises(InvalidJson):
        parse_json(body)
    return time.perf_counter() - began


def test_a_morning_of_42_rows_reads_quickly() -> None:
    """The aim is 150 microseconds; the bound leaves room for a busy machine."""
    rows = [
        {
            "placement_id": f"3f0e1f7e-0000-4000-8000-0000000000{i:02d}",
            "session": "am",
            "code": "/",
            "minutes": i,
        }
        for i in range(42)
    ]
    body = json.dumps({"day": "2026-11-20", "marks": rows, "padding": "x" * 1500}).encode()
    assert len(body) > 5_000
    best = min(_timed(body) for _ in range(50))
    assert best < 0.000_6


def _timed(body: bytes) -> float:
    began = time.perf_counter()
    parse_json(body)
    return time.perf_counter() - began
