"""Schemas of the contract that no model gives: the problem document, and answers that may gain members."""

from typing import Any

Document = dict[str, Any]


def _names(description: str) -> Document:
    items = {"type": "string", "maxLength": 40}
    return {"type": "array", "maxItems": 40, "items": items, "description": description}


PROBLEM_SCHEMA: Document = {
    "type": "object",
    "description": "An RFC 9457 problem document. `type` resolves to a page that explains it.",
    "required": ["type", "title", "status", "detail", "instance", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "maxLength": 200},
        "title": {"type": "string", "maxLength": 200},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "maxLength": 2000},
        "instance": {"type": ["string", "null"], "format": "uri-reference", "maxLength": 2000},
        "request_id": {"type": ["string", "null"], "maxLength": 64},
        "errors": {
            "type": "array",
            "maxItems": 100,
            "items": {
                "type": "object",
                "required": ["code", "detail"],
                "properties": {
                    "pointer": {
                        "type": "string",
                        "maxLength": 500,
                        "description": "The place in the body, as a JSON pointer (RFC 6901).",
                    },
                    "parameter": {
                        "type": "string",
                        "maxLength": 500,
                        "description": "In place of `pointer`: the parameter of the query, path or headers.",
                    },
                    "code": {
                        "type": "string",
                        "maxLength": 100,
                        "description": "Stable; `GET /v1/reference-data/field-error-codes` lists the general ones.",
                    },
                    "detail": {"type": "string", "maxLength": 500},
                },
                "oneOf": [
                    {"type": "object", "required": ["pointer"]},
                    {"type": "object", "required": ["parameter"]},
                ],
            },
        },
        "rule": {"type": "string", "maxLength": 100, "description": "The rule that refused."},
        "source": {"type": "string", "maxLength": 500, "description": "Where the rule comes from."},
        "next_lawful_dates": {
            "type": "array",
            "maxItems": 10,
            "items": {"type": "string", "format": "date"},
        },
        "note": {"type": "string", "maxLength": 500, "description": "Why fewer dates are named than usual."},
        "state": {"type": "string", "maxLength": 40, "description": "The state that stands in the way."},
        "possible_verbs": _names("What can be done in that state."),
        "may_be_done_by": _names("The parties that may do it."),
        "current_mark_id": {"type": "string", "format": "uuid", "description": "The mark that stands for the session."},
        "still_to_agree": _names("The roles that have not agreed."),
        "overdue_sessions": _names("The first few of the sessions whose attendance is overdue."),
        "clashing_sessions": _names("The first few of your own sessions at which the pupil is timetabled elsewhere."),
        "still_to_address": _names("The areas of the toolkit that nothing has been said of."),
        "sub_areas_still_to_address": _names("The sub-areas of the toolkit that nothing has been said of."),
        "may_not_apply": _names("The areas of the toolkit that may be said not to apply."),
        "actions_not_closed": _names("The first few of the plan's actions that are not closed, by id."),
        "open_plan": {"type": "string", "format": "uuid", "description": "The action plan that is open already."},
        "report_as": {
            "type": "string",
            "maxLength": 80,
            "description": "The operation that reports what happened without agreement.",
        },
        "takes_effect_at": {
            "type": "string",
            "format": "date-time",
            "description": "The instant before which agreement was needed.",
        },
        "would_be_lawful": {
            "type": "array",
            "maxItems": 10,
            "items": {"type": "string", "maxLength": 200},
            "description": "What could be done instead, in words.",
        },
        "may_be_begun_by": _names("Who may begin an assessment for that use."),
        "your_uses": _names("The uses for which the caller may begin one."),
        "needed_scope": {"type": "string", "maxLength": 40, "description": "The scope that the client lacks."},
        "needed_kinds": _names("The kinds of organisation that may call the operation."),
        "error": {"type": "string", "maxLength": 40, "description": "RFC 6749's word for it, from the token endpoint."},
    },
}


def open_answers(document: Document) -> None:
    """Answers may gain members, so only the schemas of bodies are closed."""
    schemas = document["components"]["schemas"]
    closed: set[str] = set()
    waiting = [o.get("requestBody", {}) for path in document["paths"].values() for o in path.values()]
    while waiting:
        for name in _references(waiting.pop()) - closed:
            closed.add(name)
            waiting.append(schemas[name])
    for name in schemas.keys() - closed:
        if schemas[name].get("additionalProperties") is False:
            del schemas[name]["additionalProperties"]


def _references(schema: object) -> set[str]:
    if isinstance(schema, list):
        return {name for each in schema for name in _references(each)}
    if not isinstance(schema, dict):
        return set()
    own = {schema["$ref"].rpartition("/")[2]} if "$ref" in schema else set()
    return own | {name for each in schema.values() for name in _references(each)}
