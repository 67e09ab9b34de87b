"""The annual returns that are shipped: a council takes them as its own types and may change them in a new edition.

Source: Salford AP contract slides (annual self-assessment, section 157 safeguarding return, health and safety), read in
the primary source, for what is returned and for the seven areas. What the forms ask is in Waymark's own words; they ask
for words, days and yes or no, and for no grade.
"""

from dataclasses import dataclass
from typing import Any

from app.rules.report_forms import DIALECT
from app.rules.sources import OUR_OWN
from app.rules.verdict import Allowed, Refused, Verdict


@dataclass(frozen=True, slots=True)
class ShippedReturnType:
    slug: str
    name: str
    description: str
    form: dict[str, Any]


def _text(title: str, description: str) -> dict[str, Any]:
    return {"title": title, "description": description, "type": "string", "minLength": 1, "maxLength": 8000}


def _yes_or_no(title: str) -> dict[str, Any]:
    return {"title": title, "type": "boolean"}


def _day(title: str) -> dict[str, Any]:
    return {"title": title, "type": "string", "format": "date", "minLength": 10, "maxLength": 10}


def _form(title: str, asked: dict[str, dict[str, Any]], optional: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        "$schema": DIALECT,
        "title": title,
        "type": "object",
        "required": list(asked),
        "additionalProperties": False,
        "properties": asked | optional,
    }


_AREAS = {
    "policies_and_procedures": "Policies and procedures",
    "insurance": "Insurance",
    "safeguarding": "Safeguarding, attendance included",
    "health_and_safety": "Health and safety",
    "quality_of_education": "Quality of education",
    "curriculum_and_qualifications": "Curriculum and qualifications",
    "transition_and_reintegration": "Transition and reintegration",
}
_HOW = "What works, how you know, and what you will do next."
_MORE = _text("Anything else", "What the council should know besides.")

SHIPPED = (
    ShippedReturnType(
        "self-assessment",
        "Annual self-assessment",
        "How the provider sees its own work in each of the seven areas. A site visit checks it.",
        _form(
            "Annual self-assessment",
            {slug: _text(name, _HOW) for slug, name in _AREAS.items()},
            {"anything_else": _MORE},
        ),
    ),
    ShippedReturnType(
        "section-157-safeguarding",
        "Section 157 safeguarding return",
        "What is in place to keep children safe, and what is being put right.",
        _form(
            "Section 157 safeguarding return",
            {
                "policy_reviewed_on": _day("When the child protection policy was last reviewed"),
                "lead_trained_on": _day("When the designated safeguarding lead was last trained"),
                "single_central_record_complete": _yes_or_no("The record of checks on staff is complete"),
                "all_staff_trained": _yes_or_no("Everybody who works with children has been trained this year"),
                "arrangements": _text(
                    "How children are kept safe", "Referrals, low-level concerns, online, transport."
                ),
                "to_put_right": _text("What is being put right", "By whom and by when; or that there is nothing."),
            },
            {"anything_else": _MORE},
        ),
    ),
    ShippedReturnType(
        "health-and-safety",
        "Annual health and safety return",
        "The state of every site and of what is done there, before the council's site visit.",
        _form(
            "Annual health and safety return",
            {
                "policy_reviewed_on": _day("When the health and safety policy was last reviewed"),
                "fire_risk_assessed_on": _day("When fire risks were last assessed"),
                "first_aider_always_present": _yes_or_no("A first aider is there whenever pupils are"),
                "sites": _text("The sites", "Each with its condition and what has changed since last year."),
                "activities": _text("Activities with risks of their own", "How each is assessed and supervised."),
                "accidents": _text("Accidents and near misses", "What happened and what followed; or that none did."),
            },
            {"anything_else": _MORE},
        ),
    ),
)


def is_current(edition: int, latest: int) -> Verdict:
    """Whether a return is asked for or begun on an edition of its type: on the latest.

    What was begun on an earlier one stays on it. Source: Waymark's own.
    """
    if edition == latest:
        return Allowed()
    return Refused("edition_superseded", f"The council has published edition {latest} of this type.", OUR_OWN)
