"""What has changed between two contracts, and which changes break a client that was written against the older one.

Additions are free. What breaks: an operation, answer, property or enum value that is gone; an input newly required,
refused or bounded more narrowly; an output that may now be of another type or left out; another scope.
"""

from collections.abc import Iterator
from difflib import unified_diff
from typing import Any

Schema = dict[str, Any]

_METHODS = ("get", "put", "post", "patch", "delete")
_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")
_SAME = ("pattern", "format", "const")


def difference(old: str, new: str, most: int = 200) -> str:
    """The differing lines of two contracts as text; empty where they are equal."""
    lines = list(unified_diff(old.splitlines(), new.splitlines(), "committed", "generated", n=2, lineterm=""))
    left_out = [f"... and {len(lines) - most} more lines"] if len(lines) > most else []
    return "\n".join([*lines[:most], *left_out])


def breaking(old: Schema, new: Schema) -> list[str]:
    """One sentence for each change that breaks a client of the old contract."""
    return list(dict.fromkeys(_paths(old, new)))


def _paths(old: Schema, new: Schema) -> Iterator[str]:
    for path, methods in old.get("paths", {}).items():
        for method in _METHODS:
            if method not in methods:
                continue
            where = f"{method.upper()} {path}"
            after = new.get("paths", {}).get(path, {}).get(method)
            if after is None:
                yield f"{where}: the operation is gone"
            else:
                yield from _operation(where, methods[method], after, _Comparison(old, new))


def _operation(where: str, old: Schema, new: Schema, schemas: "_Comparison") -> Iterator[str]:
    if old.get("operationId") != new.get("operationId"):
        yield f"{where}: the operation id changed from {old.get('operationId')} to {new.get('operationId')}"
    gained = _scopes(new) - _scopes(old)
    if gained:
        yield f"{where}: now needs {', '.join(sorted(gained))}"
    yield from _parameters(where, old, new, schemas)
    yield from _body(where, old.get("requestBody"), new.get("requestBody"), schemas)
    for status, answer in old.get("responses", {}).items():
        if status not in new.get("responses", {}):
            yield f"{where}: the answer {status} is gone"
        else:
            before, after = schemas.resolved(answer, new["responses"][status])
            yield from _content(f"{where} answer {status}", before, after, schemas, is_input=False)


def _scopes(operation: Schema) -> set[str]:
    return {scope for each in operation.get("security", []) for scopes in each.values() for scope in scopes}


def _parameters(where: str, old: Schema, new: Schema, schemas: "_Comparison") -> Iterator[str]:
    before = {(p["in"], p["name"].lower()): p for p in old.get("parameters", [])}
    after = {(p["in"], p["name"].lower()): p for p in new.get("parameters", [])}
    for key in before.keys() - after.keys():
        yield f"{where}: the {key[0]} parameter {key[1]} is gone"
    for key, parameter in after.items():
        place = f"{where} {key[0]} parameter {key[1]}"
        if parameter.get("required") and not before.get(key, {}).get("required"):
            yield f"{place}: newly required"
        if key in before:
            yield from schemas.compare(place, before[key].get("schema", {}), parameter["schema"], is_input=True)


def _body(where: str, old: Schema | None, new: Schema | None, schemas: "_Comparison") -> Iterator[str]:
    if new is not None and new.get("required") and not (old or {}).get("required"):
        yield f"{where} body: newly required"
    if old is not None and new is None:
        yield f"{where} body: gone"
    if old is not None and new is not None:
        yield from _content(f"{where} body", old, new, schemas, is_input=True)


def _content(where: str, old: Schema, new: Schema, schemas: "_Comparison", *, is_input: bool) -> Iterator[str]:
    for media_type, media in old.get("content", {}).items():
        after = new.get("content", {}).get(media_type)
        if after is None:
            yield f"{where}: {media_type} is gone"
        else:
            yield from schemas.compare(where, media.get("schema", {}), after.get("schema", {}), is_input=is_input)


class _Comparison:
    """Compares schemas of two documents; a pair that is being compared already is not entered again."""

    def __init__(self, old: Schema, new: Schema) -> None:
        self._old, self._new = old, new
        self._entered: set[tuple[str, str, bool]] = set()

    def resolved(self, old: Schema, new: Schema) -> tuple[Schema, Schema]:
        return _resolve(old, self._old), _resolve(new, self._new)

    def compare(self, where: str, old: Schema, new: Schema, *, is_input: bool) -> Iterator[str]:
        entry = (old.get("$ref", ""), new.get("$ref", ""), is_input)
        if all(entry[:2]) and entry in self._entered:
            return
        if all(entry[:2]):
            self._entered.add(entry)
            where = f"{where} ({entry[1].rpartition('/')[2]})"
        old, new = self.resolved(old, new)
        yield from self._kinds(where, old, new, is_input=is_input)
        yield from self._values(where, old, new, is_input=is_input)
        yield from self._members(where, old, new, is_input=is_input)
        if isinstance(old.get("items"), dict) and isinstance(new.get("items"), dict):
            yield from self.compare(f"{where}[]", old["items"], new["items"], is_input=is_input)

    def _kinds(self, where: str, old: Schema, new: Schema, *, is_input: bool) -> Iterator[str]:
        before, after = _alternatives(old, self._old), _alternatives(new, self._new)
        lost, gained = before.keys() - after.keys(), after.keys() - before.keys()
        if is_input and after and lost:
            yield f"{where}: no longer takes {', '.join(sorted(lost))}"
        if not is_input and before and gained:
            yield f"{where}: may now be {', '.join(sorted(gained))}"
        if len(before) > 1 or len(after) > 1:
            for kind in before.keys() & after.keys():
                yield from self.compare(where, before[kind], after[kind], is_input=is_input)

    def _values(self, where: str, old: Schema, new: Schema, *, is_input: bool) -> Iterator[str]:
        gone = [str(v) for v in old.get("enum", []) if "enum" in new and v not in new["enum"]]
        if gone:
            yield f"{where}: the value {', '.join(gone)} is gone"
        if not is_input:
            return
        if "enum" in new and "enum" not in old and "const" not in old:
            yield f"{where}: only certain values are taken now"
        for bound in _LOWER:
            if bound in new and new[bound] > old.get(bound, 0 if bound.startswith("min") else float("-inf")):
                yield f"{where}: {bound} is now {new[bound]}"
        for bound in _UPPER:
            if bound in new and new[bound] < old.get(bound, float("inf")):
                yield f"{where}: {bound} is now {new[bound]}"
        for rule in _SAME:
            if rule in new and new[rule] != old.get(rule):
                yield f"{where}: {rule} is now {new[rule]}"

    def _members(self, where: str, old: Schema, new: Schema, *, is_input: bool) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        if before and not after and new.get("type") != "object":
            return
        for name in before.keys() - after.keys():
            yield f"{where}: the property {name} is gone"
        for name in before.keys() & after.keys():
            yield from self.compare(f"{where}.{name}", before[name], after[name], is_input=is_input)
        if is_input:
            for name in sorted(set(new.get("required", [])) - set(old.get("required", []))):
                yield f"{where}: the property {name} is newly required"
        else:
            for name in sorted((set(old.get("required", [])) - set(new.get("required", []))) & after.keys()):
                yield f"{where}: the property {name} may now be absent"


def _resolve(schema: Schema, document: Schema) -> Schema:
    while "$ref" in schema:
        found: Any = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        schema = found
    return schema


def _alternatives(schema: Schema, document: Schema) -> dict[str, Schema]:
    """The types a schema allows, each with the schema that allows it."""
    found: dict[str, Schema] = {}
    for key in ("anyOf", "oneOf"):
        for each in schema.get(key, []):
            found |= _alternatives(_resolve(each, document), document)
    kinds = schema.get("type", [])
    return found | {kind: {**schema, "type": kind} for kind in ([kinds] if isinstance(kinds, str) else kinds)}
