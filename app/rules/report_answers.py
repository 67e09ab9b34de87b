"""Whether the answers of a progress report fill in its form: every fault with a pointer, in the form's own wording.

Source: Salford AP contract slides (on the council's own form), read in the primary source; the bounds are Waymark's
own.
"""

from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator, ValidationError, validators
from referencing import Registry

from app.rules.report_forms import escaped

MOST_FAULTS = 100
MOST_VALUES = 3_000
LONGEST_LIST = 200
LONGEST_TEXT = 20_000
MOST_STEPS = 60_000
"""What one validation may cost, a keyword looked at being one step: about a second of work at most."""


@dataclass(frozen=True, slots=True)
class AnswerFault:
    """A fault of an answer: where (a JSON pointer into the answers), a stable code, a plain sentence."""

    pointer: str
    code: str
    reason: str


class _TooMuchWork(Exception):
    pass


class Work:
    """What validations may still cost together."""

    def __init__(self) -> None:
        self._left = MOST_STEPS
        self._sizes: dict[int, int] = {}

    def begin(self) -> None:
        """Sizes are kept by identity, for as long as one form and one set of answers live."""
        self._sizes.clear()

    def spend(self, keyword: str, asked: object, instance: object) -> None:
        """Raises _TooMuchWork. A keyword costs what it compares, and what a fault of it would print."""
        cost = 1 + self._size(instance) // 8
        if keyword in ("enum", "const"):
            cost += self._size(asked) // 16
        elif keyword in ("required", "dependentRequired"):
            cost += self._size(asked)
        elif keyword == "uniqueItems" and isinstance(instance, list):
            cost += len(instance) * self._size(instance) // 32
        self._left -= cost
        if self._left < 0:
            raise _TooMuchWork

    def _size(self, value: object) -> int:
        """How many values there are within one, long texts counting for more."""
        if isinstance(value, str):
            return 1 + len(value) // 200
        if not isinstance(value, list | Mapping):
            return 1
        if id(value) not in self._sizes:
            parts = value.values() if isinstance(value, Mapping) else value
            self._sizes[id(value)] = 1 + sum(self._size(each) for each in parts)
        return self._sizes[id(value)]


_work: ContextVar[Work] = ContextVar("work")


def _counted(keyword: str, check: Callable[..., Any]) -> Callable[..., Any]:
    def checked(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        _work.get().spend(keyword, value, instance)
        try:
            yield from check(validator, value, instance, schema) or ()
        except OverflowError:
            yield ValidationError("a number past what can be reckoned with")

    return checked


_Validator: Any = validators.extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {keyword: _counted(keyword, check) for keyword, check in Draft202012Validator.VALIDATORS.items()},
)


def faults_of_size(answers: Mapping[str, Any]) -> list[AnswerFault]:
    """What makes answers too large to keep, whether or not they are complete. Source: Waymark's own."""
    faults, values = [], 0
    waiting: list[tuple[str, object]] = [("", answers)]
    while waiting:
        pointer, value = waiting.pop()
        values += 1
        if isinstance(value, str) and len(value) > LONGEST_TEXT:
            faults.append(AnswerFault(pointer, "too_long", f"An answer has at most {LONGEST_TEXT} characters."))
        elif isinstance(value, list):
            if len(value) > LONGEST_LIST:
                faults.append(AnswerFault(pointer, "too_many", f"A list has at most {LONGEST_LIST} items."))
            waiting.extend((f"{pointer}/{index}", each) for index, each in enumerate(value))
        elif isinstance(value, Mapping):
            waiting.extend((f"{pointer}/{escaped(name)}", each) for name, each in value.items())
    if values > MOST_VALUES:
        faults.append(AnswerFault("", "too_many", f"A report holds at most {MOST_VALUES} answers."))
    return faults[:MOST_FAULTS]


def faults_of_answers(
    form: Mapping[str, Any], answers: Mapping[str, Any], work: Work | None = None
) -> list[AnswerFault]:
    """Everything that keeps answers from filling in a sound form; empty when they do.

    Several sets of answers may share what they cost together, as `work`.

    Source: Salford AP contract slides (on the council's own form), read in the primary source.
    """
    too_large = faults_of_size(answers)
    if too_large:
        return too_large
    work = work or Work()
    work.begin()
    _work.set(work)
    faults: dict[AnswerFault, None] = {}
    try:
        for error in _Validator(form, registry=Registry()).iter_errors(answers):
            faults.update(dict.fromkeys(_told(error)))
            if len(faults) >= MOST_FAULTS:
                break
    except _TooMuchWork:
        return [AnswerFault("", "too_much_work", "These answers are too many for what the form asks of each.")]
    return list(faults)[:MOST_FAULTS]


def _told(error: ValidationError) -> Iterator[AnswerFault]:
    pointer = "".join(f"/{escaped(step)}" for step in error.absolute_path)
    keyword = str(error.validator)
    instance: Any = error.instance
    asked: Any = error.validator_value
    fields = _fields(error)
    if keyword == "required":
        for name in asked:
            if name not in instance:
                title = _title(fields.get(name), "This field")
                yield AnswerFault(f"{pointer}/{escaped(name)}", "required", f"{title} is needed.")
    elif keyword == "additionalProperties":
        for name in instance:
            if name not in fields:
                yield AnswerFault(f"{pointer}/{escaped(name)}", "not_in_form", "The form has no such field.")
    else:
        subject = _title(error.schema, "This answer")
        yield AnswerFault(pointer, _CODES.get(keyword, "not_as_form_asks"), f"{subject} {_reason(error)}.")


def _fields(error: ValidationError) -> Mapping[str, object]:
    fields = error.schema.get("properties", {}) if isinstance(error.schema, Mapping) else {}
    return fields if isinstance(fields, Mapping) else {}


def _title(schema: object, otherwise: str) -> str:
    """What the form calls a field."""
    title = schema.get("title") if isinstance(schema, Mapping) else None
    return f"“{title[:200]}”" if isinstance(title, str) else otherwise


_CODES = {
    "type": "wrong_type",
    "enum": "not_a_choice",
    "const": "not_a_choice",
    "minLength": "too_short",
    "maxLength": "too_long",
    "minItems": "too_few",
    "maxItems": "too_many",
    "minimum": "too_small",
    "exclusiveMinimum": "too_small",
    "maximum": "too_large",
    "exclusiveMaximum": "too_large",
    "uniqueItems": "repeated",
    "dependentRequired": "required",
}


_REASONS = {
    "type": "must be of type {}",
    "enum": "must be one of the form's choices",
    "const": "must be what the form says",
    "minLength": "is shorter than {} characters",
    "maxLength": "is longer than {} characters",
    "minItems": "has fewer than {} entries",
    "maxItems": "has more than {} entries",
    "minimum": "must be at least {}",
    "maximum": "must be at most {}",
    "exclusiveMinimum": "must be more than {}",
    "exclusiveMaximum": "must be less than {}",
    "uniqueItems": "must not name anything twice",
}


def _reason(error: ValidationError) -> str:
    """What the form asks, from the form alone: never the answer that was given."""
    asked: Any = error.validator_value
    if error.validator == "type" and isinstance(asked, list):
        asked = " or ".join(asked)
    return _REASONS.get(str(error.validator), "is not as the form asks").format(asked)
