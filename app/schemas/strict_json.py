"""Reads a JSON body, and refuses whatever two readers might read differently or a database could not hold.

Python's own reader is lenient: it takes NaN, the last of two members with one name, lone surrogates, and
numbers of any length. The checks cost a walk over the containers; strings are looked at only when the body
has an escape in it.
"""

import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NoReturn

DEEPEST = 32
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1
_ALL_DIGITS_ALIKE = bytes.maketrans(b"123456789", b"000000000")
_MANY_DIGITS = b"0" * 19
_LONGEST_INTEGER = 20
_NO_JSON = "number_not_finite"
_TWICE = "An object has two members of the same name."
_UNFIT = re.compile("[\x00\ud800-\udfff]")


Path = list[str | int]


class InvalidJson(ValueError):
    """`code` is stable, `detail` plain English without the value; `pointer` is the place (RFC 6901) when
    known.
    """

    def __init__(self, code: str, detail: str, pointer: str | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.pointer = pointer


@dataclass(frozen=True, slots=True)
class UnfitRow:
    """What stands in the place of a row that holds a text that no database could: the first fault in it."""

    fault: InvalidJson


def parse_json(body: bytes, rows: str | None = None) -> object:
    """The value of a JSON text of at most 32 levels. Raises InvalidJson for everything else.

    `rows` names a member whose elements stand and fall by themselves: one with a text that is unfit, a number out of
    range or a member twice becomes an `UnfitRow`. What is no JSON at all (NaN) is refused whole.
    """
    text = _decoded(body)
    decoder = _CAREFUL if _MANY_DIGITS in body.translate(_ALL_DIGITS_ALIKE) else _QUICK
    try:
        value: object = decoder.decode(text)
    except InvalidJson as fault:
        value = _with_rows_apart(text, rows)
        if value is None:
            raise _located(text, fault) from None
    except RecursionError:
        raise _too_deep(None) from None
    except json.JSONDecodeError as fault:
        raise _malformed(fault) from None
    _check_depth(value)
    if b"\\u" in body:
        _check_text(value, rows)
    return value


def _decoded(body: bytes) -> str:
    if not body or body.isspace():
        raise InvalidJson("empty_body", "The body is empty; a JSON text is needed.")
    if body.startswith(b"\xef\xbb\xbf"):
        raise InvalidJson("byte_order_mark", "The body starts with a byte order mark, which JSON does not allow.")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as fault:
        detail = f"The body is not valid UTF-8, from byte {fault.start + 1} on."
        raise InvalidJson("not_utf8", detail) from None


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise InvalidJson("duplicate_member", _TWICE)
    return members


def _no_constant(_: str) -> NoReturn:
    raise InvalidJson(_NO_JSON, "NaN and Infinity are not JSON numbers.")


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


def _check_text(value: object, rows: str | None) -> None:
    if rows is not None and isinstance(value, dict) and isinstance(value.get(rows), list):
        _set_unfit_rows_apart(value[rows], rows)
        value = {**value, rows: None}
    _refuse_unfit_texts(value, [])


def _with_rows_apart(text: str, rows: str | None) -> object | None:
    """The value with an `UnfitRow` for each row that cannot be read in one way; None where a fault is elsewhere."""
    if rows is None:
        return None
    try:
        value = _LEAVING.decode(text)
    except (json.JSONDecodeError, RecursionError):
        return None
    if not isinstance(value, dict) or not isinstance(value.get(rows), list):
        return None
    found = value[rows]
    for index, row in enumerate(found):
        fault = _first_left(row, [rows, index])
        if fault is not None and fault.code == _NO_JSON:
            return None
        if fault is not None:
            found[index] = UnfitRow(fault)
    return value if _first_left({**value, rows: None}, []) is None else None


def _first_left(value: object, path: Path) -> InvalidJson | None:
    """The first fault that `_LEAVING` left in a value, with its pointer."""
    for at, part in _walk(value, path):
        if isinstance(part, InvalidJson):
            own_step = [] if part.pointer is None else [part.pointer]
            return InvalidJson(part.code, part.detail, _pointer([*at, *own_step]))
    return None


def _set_unfit_rows_apart(found: list[object], rows: str) -> None:
    for index, row in enumerate(found):
        try:
            _refuse_unfit_texts(row, [rows, index])
        except InvalidJson as fault:
            found[index] = UnfitRow(fault)


def _refuse_unfit_texts(value: object, place: Path) -> None:
    for path, part in _walk(value, place):
        if isinstance(part, str):
            _refuse_unfit(part, path)
        elif isinstance(part, dict):
            for name in part:
                _refuse_unfit(name, path)


def _refuse_unfit(text: str, path: Path) -> None:
    found = _UNFIT.search(text)
    if found is None:
        return
    if found.group() == "\x00":
        raise InvalidJson("nul_character", "A text contains the NUL character.", _pointer(path))
    raise InvalidJson("lone_surrogate", "A text contains half of a surrogate pair.", _pointer(path))


def _walk(value: object, path: Path) -> Iterator[tuple[Path, object]]:
    """Everything in a value, in its order, with the path to it: one list, which changes as the walk goes on."""
    yield path, value
    inside = [_members(value)]
    while inside:
        step, part = next(inside[-1], (None, None))
        if step is None:
            inside.pop()
            if inside:
                path.pop()
            continue
        path.append(step)
        yield path, part
        inside.append(_members(part))


def _members(part: object) -> Iterator[tuple[str | int, object]]:
    if isinstance(part, dict):
        return iter(part.items())
    return iter(enumerate(part)) if isinstance(part, list) else iter(())


def _pointer(path: Path) -> str:
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)


def _malformed(fault: json.JSONDecodeError) -> InvalidJson:
    where = f"line {fault.lineno}, column {fault.colno}"
    return InvalidJson("malformed_json", f"The body is not a well-formed JSON text: look at {where}.")


def _located(text: str, fault: InvalidJson) -> InvalidJson:
    """The fault with its pointer: reads the text again, leaving a sign in the place of what is not to be taken."""
    try:
        value = _LEAVING.decode(text)
    except json.JSONDecodeError as malformed:
        return _malformed(malformed)
    except RecursionError:
        return _too_deep(None)
    return _first_left(value, []) or fault


def _left_unique(pairs: list[tuple[str, object]]) -> object:
    members: dict[str, object] = {}
    for name, part in pairs:
        if name in members:
            return InvalidJson("duplicate_member", _TWICE, name)
        members[name] = part
    return members


def _left(take: Callable[[str], object]) -> Callable[[str], object]:
    def taken(written: str) -> object:
        try:
            return take(written)
        except InvalidJson as fault:
            return fault

    return taken


_LEAVING = json.JSONDecoder(
    object_pairs_hook=_left_unique,
    parse_constant=_left(_no_constant),
    parse_float=_left(_finite),
    parse_int=_left(_bounded),
)


def _too_deep(pointer: str | None) -> InvalidJson:
    return InvalidJson("too_deep", f"The body is nested more than {DEEPEST} levels deep.", pointer)
