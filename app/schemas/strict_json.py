"""Reads a JSON body, and refuses whatever two readers might read differently or a database could not hold.

Python's own reader is lenient: it takes NaN, the last of two members with one name, lone surrogates, and
numbers of any length. The checks cost a walk over the containers; strings are looked at only when the body
has an escape in it.
"""

import json
import math
import re
from typing import NoReturn

DEEPEST = 32
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1
_ALL_DIGITS_ALIKE = bytes.maketrans(b"123456789", b"000000000")
_MANY_DIGITS = b"0" * 19
_LONGEST_INTEGER = 20
_UNFIT = re.compile("[\x00\ud800-\udfff]")


class InvalidJson(ValueError):
    """`code` is stable, `detail` plain English without the value; `pointer` is the place (RFC 6901) when
    known.
    """

    def __init__(self, code: str, detail: str, pointer: str | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.pointer = pointer


def parse_json(body: bytes) -> object:
    """The value of a JSON text of at most 32 levels. Raises InvalidJson for everything else."""
    text = _decoded(body)
    decoder = _CAREFUL if _MANY_DIGITS in body.translate(_ALL_DIGITS_ALIKE) else _QUICK
    try:
        value: object = decoder.decode(text)
    except InvalidJson:
        raise
    except RecursionError:
        raise _too_deep(None) from None
    except ValueError:
        raise InvalidJson("malformed_json", "The body is not a well-formed JSON text.") from None
    _check_depth(value)
    if b"\\u" in body:
        _check_text(value)
    return value


def _decoded(body: bytes) -> str:
    if not body or body.isspace():
        raise InvalidJson("empty_body", "The body is empty; a JSON text is needed.")
    if body.startswith(b"\xef\xbb\xbf"):
        raise InvalidJson("byte_order_mark", "The body starts with a byte order mark, which JSON does not allow.")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidJson("not_utf8", "The body is not valid UTF-8.") from None


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise InvalidJson("duplicate_member", "An object has two members of the same name.")
    return members


def _no_constant(_: str) -> NoReturn:
    raise InvalidJson("number_not_finite", "NaN and Infinity are not JSON numbers.")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise InvalidJson("number_out_of_range", "A number is too large.")
    return number


def _bounded(digits: str) -> int:
    if len(digits) <= _LONGEST_INTEGER and _SMALLEST <= (number := int(digits)) <= _LARGEST:
        return number
    raise InvalidJson("number_out_of_range", "A whole number does not fit in 64 bits.")


_QUICK = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite)
_CAREFUL = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite, parse_int=_bounded
)


def _check_depth(value: object) -> None:
    level: list[object] = [value] if isinstance(value, dict | list) else []
    depth = 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise _too_deep(None)
        below: list[object] = []
        for container in level:
            if type(container) is dict:
                below += [part for part in container.values() if type(part) is dict or type(part) is list]
            elif type(container) is list:
                below += [part for part in container if type(part) is dict or type(part) is list]
        level = below


def _check_text(value: object) -> None:
    waiting: list[tuple[str, object]] = [("", value)]
    while waiting:
        pointer, part = waiting.pop()
        if isinstance(part, str):
            _refuse_unfit(part, pointer)
        elif isinstance(part, list):
            waiting.extend((f"{pointer}/{index}", item) for index, item in enumerate(part))
        elif isinstance(part, dict):
            for name, item in part.items():
                _refuse_unfit(name, pointer)
                waiting.append((f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}", item))


def _refuse_unfit(text: str, pointer: str) -> None:
    found = _UNFIT.search(text)
    if found is None:
        return
    if found.group() == "\x00":
        raise InvalidJson("nul_character", "A text contains the NUL character.", pointer)
    raise InvalidJson("lone_surrogate", "A text contains half of a surrogate pair.", pointer)


def _too_deep(pointer: str | None) -> InvalidJson:
    return InvalidJson("too_deep", f"The body is nested more than {DEEPEST} levels deep.", pointer)
