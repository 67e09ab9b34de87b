"""Examples for the contract, composed from the examples and bounds of each field, so that none can go stale."""

from typing import Any

_BY_FORMAT = {
    "uuid": "3f0c8e0a-8d0e-4a65-9a57-0a1a3c1f2b77",
    "date": "2026-11-24",
    "date-time": "2026-11-24T09:12:00Z",
    "uri-reference": "/v1/me",
}


def example_of(schema: dict[str, Any], document: dict[str, Any]) -> Any:
    """A value that the schema accepts; the first of its own examples where it gives some."""
    if "$ref" in schema:
        return example_of(_resolve(schema["$ref"], document), document)
    for key in ("example", "const"):
        if schema.get(key) is not None:
            return schema[key]
    if schema.get("examples"):
        return schema["examples"][0]
    if schema.get("default") is not None:
        return schema["default"]
    if "enum" in schema:
        return schema["enum"][0]
    for key in ("allOf", "anyOf", "oneOf"):
        if key in schema:
            return example_of(schema[key][0], document)
    return _by_type(schema, document)


def _by_type(schema: dict[str, Any], document: dict[str, Any]) -> Any:
    kind = schema.get("type")
    if kind == "object":
        return {name: example_of(each, document) for name, each in schema.get("properties", {}).items()}
    if kind == "array":
        return [example_of(schema.get("items", {}), document) for _ in range(max(1, schema.get("minItems", 1)))]
    if kind == "string":
        return _text(schema)
    if kind in ("integer", "number"):
        return max(schema.get("minimum", 1), 1)
    return {"boolean": True, "null": None}.get(str(kind), {})


def _text(schema: dict[str, Any]) -> str:
    title = str(schema.get("title", "text"))
    return _BY_FORMAT.get(schema.get("format", ""), title[: schema.get("maxLength", 200)])


def _resolve(reference: str, document: dict[str, Any]) -> dict[str, Any]:
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return dict(found)
