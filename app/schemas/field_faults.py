"""What a caller is told of a fault in a body or parameter: a stable code of ours and a plain sentence.

The framework's own error types and wording never leave the program: they change with its versions, speak of Python, and
some repeat the value that was sent.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, get_args

from pydantic_core.core_schema import ErrorType

FIELD_CODES: Mapping[str, str] = MappingProxyType(
    {
        "array_expected": "An array is needed here.",
        "blank": "The text must not be blank.",
        "body_not_expected": "The operation takes no body.",
        "byte_order_mark": "The body starts with a byte order mark.",
        "cursor_not_valid": "The cursor is not one of ours, or was given for another list or other filters.",
        "day_expected": "A day is needed, written YYYY-MM-DD.",
        "duplicate_member": "An object has two members of the same name.",
        "empty_body": "The body is empty.",
        "id_expected": "An id is needed: a lower-case UUID.",
        "instant_expected": "An instant is needed, with `Z` or an offset. In an address a `+` is written %2B.",
        "lone_surrogate": "A text contains half of a surrogate pair.",
        "malformed_json": "The body is not a well-formed JSON text; `detail` names line and column.",
        "network_expected": "An address is needed, or a network in CIDR notation without host bits.",
        "no_such_day": "The calendar has no such day.",
        "no_such_instant": "The calendar or the clock has no such instant.",
        "not_as_written": "The text is not written as it must be; `detail` says how.",
        "not_one_of": "Only certain values are taken; `detail` names them.",
        "not_utf8": "The body is not valid UTF-8.",
        "not_valid": "The value does not fit for another reason; the contract describes what does.",
        "nul_character": "A text contains the NUL character.",
        "number_expected": "A number is needed.",
        "number_not_finite": "NaN and Infinity are not JSON numbers.",
        "number_out_of_range": "The number does not fit in 64 bits.",
        "object_expected": "An object is needed here.",
        "one_of": "Exactly one of several members is needed.",
        "out_of_range": "The year does not lie between 1990 and 2100.",
        "parameter_repeated": "The query has this parameter more than once.",
        "repeated": "Something is named twice in a list that must not.",
        "required": "The member, parameter or body is missing.",
        "text_expected": "A text is needed.",
        "too_deep": "The body is nested more deeply than 32 levels.",
        "too_few": "The array has too few items.",
        "too_large": "The number is too large.",
        "too_long": "The text is too long.",
        "too_many": "The array has too many items.",
        "too_short": "The text is too short.",
        "too_small": "The number is too small.",
        "true_or_false_expected": "`true` or `false` is needed.",
        "unknown_member": "The object takes no member of this name.",
        "unknown_parameter": "The operation takes no parameter of this name.",
        "whole_number_expected": "A whole number is needed.",
    }
)
"""Every code that says how something is written. What a feature refuses besides has codes of its own."""

_OBJECT = ("object_expected", "Must be an object.")
_ARRAY = ("array_expected", "Must be an array.")
_TEXT = ("text_expected", "Must be a text.")
_WHOLE_NUMBER = ("whole_number_expected", "Must be a whole number.")
_NUMBER = ("number_expected", "Must be a number.")
_TRUE_OR_FALSE = ("true_or_false_expected", "Must be true or false.")
_NO_SUCH_DAY = ("no_such_day", "The calendar has no such day.")
_NO_SUCH_INSTANT = ("no_such_instant", "The calendar or the clock has no such instant.")
_ID = ("id_expected", "Must be an id: a lower-case UUID.")
_OTHER = ("not_valid", "Is not valid here; the contract describes what is.")

# A sentence may name bounds of ours, which the framework gives by these names; never what was sent.
_OURS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "missing": ("required", "Is required."),
        "extra_forbidden": ("unknown_member", "There is no member of this name."),
        "model_type": _OBJECT,
        "model_attributes_type": _OBJECT,
        "dict_type": _OBJECT,
        "mapping_type": _OBJECT,
        "list_type": _ARRAY,
        "tuple_type": _ARRAY,
        "set_type": _ARRAY,
        "frozen_set_type": _ARRAY,
        "string_type": _TEXT,
        "string_unicode": _TEXT,
        "int_type": _WHOLE_NUMBER,
        "int_parsing": _WHOLE_NUMBER,
        "int_from_float": _WHOLE_NUMBER,
        "int_parsing_size": _WHOLE_NUMBER,
        "float_type": _NUMBER,
        "float_parsing": _NUMBER,
        "finite_number": _NUMBER,
        "bool_type": _TRUE_OR_FALSE,
        "bool_parsing": _TRUE_OR_FALSE,
        "enum": ("not_one_of", "Must be {expected}."),
        "literal_error": ("not_one_of", "Must be {expected}."),
        "string_too_short": ("too_short", "Must have {min_length} or more characters."),
        "string_too_long": ("too_long", "Must have at most {max_length} characters."),
        "too_short": ("too_few", "Must have {min_length} or more items."),
        "too_long": ("too_many", "Must have at most {max_length} items."),
        "greater_than_equal": ("too_small", "Must be {ge} or more."),
        "greater_than": ("too_small", "Must be more than {gt}."),
        "less_than_equal": ("too_large", "Must be {le} or less."),
        "less_than": ("too_large", "Must be less than {lt}."),
        "date_type": _NO_SUCH_DAY,
        "date_parsing": _NO_SUCH_DAY,
        "date_from_datetime_parsing": _NO_SUCH_DAY,
        "datetime_type": _NO_SUCH_INSTANT,
        "datetime_parsing": _NO_SUCH_INSTANT,
        "datetime_from_date_parsing": _NO_SUCH_INSTANT,
        "timezone_naive": _NO_SUCH_INSTANT,
        "uuid_type": _ID,
        "uuid_parsing": _ID,
    }
)

HINTS: Mapping[str, str] = MappingProxyType(
    {
        r"\S": "Must not be blank.",
        r"^([01][0-9]|2[0-3]):[0-5][0-9]$": "Must be a time of the 24-hour clock written HH:MM, such as 09:12.",
        r"^20[0-9]{2}-[0-9]{2}$": "Must be a school year written like 2026-27.",
        r"^20[0-9]{2}-((0[1-9]|1[0-2])|[0-9]{2}-(autumn|spring|summer))$": (
            "Must be a month written like 2026-11, or a term written like 2026-27-autumn."
        ),
        r"^[0-9A-Z]+(/[0-9A-Z]+)*$": "Must be a qualification's number, such as 601/4608/1.",
        r"^/v1/": "Must be the path of something here, such as /v1/qa-visits/ and its id.",
        r"^20[0-9]{2}-(0[1-9]|1[0-2])$": "Must be a month written like 2026-11.",
        r"^[a-z0-9]+(-[a-z0-9]+)*$": "Must be a slug: lower-case letters and digits, in words joined by hyphens.",
        r"^[0-9a-f]{64}$": "Must be a SHA-256: 64 lower-case hexadecimal digits.",
        r"^[0-9]{6}$": "Must be a URN: 6 digits.",
        r"^[0-9]{8}$": "Must be a UKPRN: 8 digits.",
        r"^[A-Z]{1,2}([0-9][A-Z0-9]?)?$": "Must be the district of a postcode such as M5, or its area such as M.",
        r"^[^\x00-\x1f\x7f]+$": "Must be on one line, without control characters.",
        r"^[A-Z0-9 ]+$": "Must be written in capital letters, digits and spaces, such as M5 3EQ.",
        r"^\+?[0-9][0-9 ]+$": "Must be a telephone number: digits and spaces, with a + in front at most.",
        r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.[^@\s\x00-\x1f]+$": "Must be an email address.",
    }
)
"""How a text must be written, by the pattern that the contract gives for it."""

_LONGEST = 500
_OF_THE_FRAMEWORK = frozenset(get_args(ErrorType))


def fault_of(error: Mapping[str, Any]) -> tuple[str, str]:
    """The code and the sentence for one of the framework's errors; those of our own validators pass."""
    kind, context = str(error["type"]), error.get("ctx", {})
    if kind == "string_pattern_mismatch":
        return "not_as_written", HINTS.get(context["pattern"], "Is not written as the contract's pattern says.")
    if kind in _OURS:
        code, sentence = _OURS[kind]
        told = sentence.format_map(context)
        return code, told if len(told) <= _LONGEST else "Must be one of the values that the contract lists."
    if kind in _OF_THE_FRAMEWORK:
        return _OTHER
    return kind, as_sentence(str(error["msg"]))


def as_sentence(words: str) -> str:
    return words[:1].upper() + words[1:].removesuffix(".") + "."
