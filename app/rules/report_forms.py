"""What a council's report form may be: a JSON Schema (2020-12) document that can hang nobody who validates by it.

Only keywords of a known list are taken. Left out are those whose cost has no bound (`pattern`, `patternProperties`),
those that lead elsewhere (`$id`, `$anchor`, `$dynamicRef`, a `$ref` to another document) and those that look at a
document again and again (`unevaluatedProperties`, `unevaluatedItems`). Source of all of them: Waymark's own.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

DIALECT = "https://json-schema.org/draft/2020-12/schema"
MOST_BYTES = 65_536
DEEPEST = 16
DEEPEST_WRITTEN_OUT = 32
MOST_SUBSCHEMAS = 2_000
"""Subschemas of a form with every `$ref` written out."""

_ONE = frozenset({"additionalProperties", "items", "contains", "not", "if", "then", "else", "propertyNames"})
_LIST = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_MAP = frozenset({"properties", "$defs", "dependentSchemas"})
_ASSERTIONS = frozenset(
    {
        "$ref",
        "$schema",
        "$comment",
        "type",
        "enum",
        "const",
        "required",
        "dependentRequired",
        "minLength",
        "maxLength",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minItems",
        "maxItems",
        "uniqueItems",
        "minContains",
        "maxContains",
        "minProperties",
        "maxProperties",
        "title",
        "description",
        "default",
        "examples",
        "deprecated",
        "readOnly",
        "writeOnly",
        "format",
    }
)
KEYWORDS = _ONE | _LIST | _MAP | _ASSERTIONS
_DEFINITIONS = "#/$defs/"


@dataclass(frozen=True, slots=True)
class FormFault:
    """A fault of a form: where (a JSON pointer into it), a stable code, a plain sentence."""

    pointer: str
    code: str
    reason: str


def faults_of_form(form: Mapping[str, Any]) -> list[FormFault]:
    """Everything that keeps a document from being a report form; empty when it is sound.

    Source: Waymark's own, so that every report can be validated, quickly, for as long as it is kept.
    """
    if len(json.dumps(form, ensure_ascii=False).encode("utf-8", "replace")) > MOST_BYTES:
        return [FormFault("", "form_too_large", f"A form is at most {MOST_BYTES // 1024} KiB of JSON.")]
    faults = list(_faults_of_root(form))
    faults += _faults_within(form, "", 0)
    if faults:
        return faults
    fault = best_match(Draft202012Validator(Draft202012Validator.META_SCHEMA).iter_errors(form))
    if fault is not None:
        pointer = "".join(f"/{escaped(step)}" for step in fault.absolute_path)
        return [FormFault(pointer, "form_not_json_schema", "This is not valid JSON Schema (2020-12).")]
    return list(_faults_of_references(form))


def escaped(step: object) -> str:
    """A step of a JSON pointer (RFC 6901)."""
    return str(step).replace("~", "~0").replace("/", "~1")


def _faults_of_root(form: Mapping[str, Any]) -> Iterator[FormFault]:
    if form.get("type") != "object":
        yield FormFault("/type", "form_not_object", 'A form describes an object: its `type` is "object".')
    if form.get("$schema", DIALECT) != DIALECT:
        yield FormFault("/$schema", "form_dialect", f"The dialect is {DIALECT}.")


def _faults_within(schema: object, pointer: str, depth: int) -> Iterator[FormFault]:
    if isinstance(schema, bool):
        return
    if not isinstance(schema, Mapping):
        yield FormFault(pointer, "form_not_json_schema", "A schema is an object, true or false.")
        return
    if depth > DEEPEST:
        yield FormFault(pointer, "form_too_deep", f"Schemas are nested at most {DEEPEST} levels deep.")
        return
    if depth and "$schema" in schema:
        yield FormFault(f"{pointer}/$schema", "keyword_not_supported", "Only the form itself names its dialect.")
    for keyword in schema:
        if keyword not in KEYWORDS and not keyword.startswith("x-"):
            yield FormFault(f"{pointer}/{escaped(keyword)}", "keyword_not_supported", "Forms do not use this keyword.")
    yield from _faults_of_names(schema, pointer)
    for where, part in parts_of(schema):
        yield from _faults_within(part, pointer + where, depth + 1)


def _faults_of_names(schema: Mapping[str, Any], pointer: str) -> Iterator[FormFault]:
    """Lists of names hold names alone: others would be compared each with each."""
    named = [(f"/{keyword}", schema[keyword]) for keyword in ("required", "type") if keyword in schema]
    if isinstance(dependent := schema.get("dependentRequired"), Mapping):
        named += [(f"/dependentRequired/{escaped(name)}", names) for name, names in dependent.items()]
    for where, names in named:
        if isinstance(names, list) and not all(isinstance(each, str) for each in names):
            yield FormFault(pointer + where, "form_not_json_schema", "This lists names, each of them a text.")


def parts_of(schema: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """The subschemas of a schema, each with its pointer from there."""
    for keyword, value in schema.items():
        if keyword in _ONE:
            yield f"/{keyword}", value
        elif keyword in _LIST and isinstance(value, list):
            yield from ((f"/{keyword}/{index}", part) for index, part in enumerate(value))
        elif keyword in _MAP and isinstance(value, Mapping):
            yield from ((f"/{keyword}/{escaped(name)}", part) for name, part in value.items())


def _faults_of_references(form: Mapping[str, Any]) -> Iterator[FormFault]:
    """References lead to `$defs` of the form, never in a circle, and do not multiply without bound."""
    references = _References(form)
    whole = references.extent(form, "", 0)
    for name, schema in references.definitions.items():
        references.extent(schema, f"/$defs/{escaped(name)}", 0)
    yield from dict.fromkeys(references.faults)
    if not references.faults and whole.size > MOST_SUBSCHEMAS:
        yield FormFault("", "form_too_large", f"A form has at most {MOST_SUBSCHEMAS} fields and conditions in all.")


@dataclass(frozen=True, slots=True)
class _Extent:
    """How many subschemas a schema has with every reference written out, and how deep they lie."""

    size: int = 1
    depth: int = 1


class _References:
    def __init__(self, form: Mapping[str, Any]) -> None:
        self.definitions: Mapping[str, object] = form.get("$defs", {})
        self.faults: list[FormFault] = []
        self._known: dict[str, _Extent | None] = {}

    def extent(self, schema: object, pointer: str, above: int) -> _Extent:
        """`above` is how deep the schema lies itself; far below, it is not followed further."""
        if not isinstance(schema, Mapping):
            return _Extent()
        if above > DEEPEST_WRITTEN_OUT:
            self._fault(pointer, "form_too_deep", "References lead too deep.")
            return _Extent()
        parts = [
            self.extent(part, pointer + where, above + 1)
            for where, part in parts_of(schema)
            if not where.startswith("/$defs/")
        ]
        if "$ref" in schema:
            parts.append(self._referred(schema["$ref"], f"{pointer}/$ref", above + 1))
        size = min(1 + sum(part.size for part in parts), MOST_SUBSCHEMAS + 1)
        return _Extent(size, 1 + max((part.depth for part in parts), default=0))

    def _referred(self, reference: str, pointer: str, above: int) -> _Extent:
        step = reference.removeprefix(_DEFINITIONS)
        name = step.replace("~1", "/").replace("~0", "~")
        leads_elsewhere = "/" in step or "%" in step
        if not reference.startswith(_DEFINITIONS) or leads_elsewhere or name not in self.definitions:
            self._fault(pointer, "reference_not_local", "`$ref` leads to a definition in the form's `$defs`.")
            return _Extent()
        if name not in self._known:
            self._known[name] = None
            self._known[name] = self.extent(self.definitions[name], f"/$defs/{escaped(name)}", above)
        extent = self._known[name]
        if extent is None:
            self._fault(pointer, "reference_circular", "A definition leads back to itself.")
            return _Extent()
        if above + extent.depth > DEEPEST_WRITTEN_OUT:
            self._fault(pointer, "form_too_deep", "References lead too deep.")
        return extent

    def _fault(self, pointer: str, code: str, reason: str) -> None:
        self.faults.append(FormFault(pointer, code, reason))
