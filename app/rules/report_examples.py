"""Examples in a report form: each fills in what it is an example of, so that a form is tried before it is published.

Source: Waymark's own.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from app.rules.report_answers import AnswerFault, Work, faults_of_answers
from app.rules.report_forms import FormFault, escaped, parts_of

MOST_EXAMPLES = 50
_VALUE = "value"


def faults_of_examples(form: Mapping[str, Any]) -> list[FormFault]:
    """Every example of a sound form that is not as the form asks, in the form's own wording; empty when all are.

    An example of the form is a whole set of answers; one of a field is a value of that field. Source: Waymark's own.
    """
    found = list(_examples(form, ""))
    if len(found) > MOST_EXAMPLES:
        return [FormFault("", "too_many_examples", f"A form holds at most {MOST_EXAMPLES} examples.")]
    definitions = form.get("$defs", {})
    faults: list[FormFault] = []
    work = Work()
    for pointer, schema, example in found:
        wrapped = {"type": "object", "$defs": definitions, "properties": {_VALUE: schema}}
        faults += [_told(pointer, fault) for fault in faults_of_answers(wrapped, {_VALUE: example}, work)]
    return faults


def _examples(schema: object, pointer: str) -> Iterator[tuple[str, Mapping[str, Any], object]]:
    """Each example with its pointer and the schema that it is an example of."""
    if not isinstance(schema, Mapping):
        return
    for index, example in enumerate(schema.get("examples", ())):
        yield f"{pointer}/examples/{index}", _without_definitions(schema), example
    for where, part in parts_of(schema):
        yield from _examples(part, pointer + where)


def _without_definitions(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    return {keyword: value for keyword, value in schema.items() if keyword not in ("$defs", "$schema")}


def _told(pointer: str, fault: AnswerFault) -> FormFault:
    within = fault.pointer.removeprefix(f"/{escaped(_VALUE)}")
    return FormFault(pointer + within, "example_not_valid", f"An example is not as the form asks: {fault.reason}")
