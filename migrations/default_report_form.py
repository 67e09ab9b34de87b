"""The report form that comes with the service, in its first edition: what every child's report says."""

from typing import Any

ID = "00000000-0000-8000-8000-5a1e0f0a2e01"
NAME = "Termly progress report"
FORM: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": NAME,
    "description": "What stands beside the targets, the pupil's own words and the readiness to return.",
    "type": "object",
    "required": ["attendance", "learning", "wellbeing", "next_steps"],
    "additionalProperties": False,
    "properties": {
        "attendance": {
            "title": "Attendance and punctuality",
            "description": "What stands behind this term's figures, and what helps the pupil to come.",
            "type": "string",
            "minLength": 1,
            "maxLength": 4000,
        },
        "learning": {
            "title": "Learning this term",
            "description": "What the pupil worked on, and what it can do now that it could not before.",
            "type": "array",
            "minItems": 1,
            "maxItems": 20,
            "items": {"$ref": "#/$defs/subject"},
        },
        "wellbeing": {
            "title": "Wellbeing, relationships and behaviour",
            "type": "string",
            "minLength": 1,
            "maxLength": 4000,
        },
        "support": {
            "title": "Support given",
            "description": "Special educational needs, literacy, speech and language, mental health: what, and how often.",
            "type": "string",
            "maxLength": 4000,
        },
        "family": {
            "title": "Contact with the family",
            "type": "string",
            "maxLength": 4000,
        },
        "school": {
            "title": "Contact with the school",
            "description": "Visits, work set or marked, days back at school.",
            "type": "string",
            "maxLength": 4000,
        },
        "next_steps": {
            "title": "What comes next, and who does it",
            "type": "string",
            "minLength": 1,
            "maxLength": 4000,
        },
    },
    "$defs": {
        "subject": {
            "type": "object",
            "required": ["subject", "progress"],
            "additionalProperties": False,
            "properties": {
                "subject": {"title": "Subject or activity", "type": "string", "minLength": 1, "maxLength": 200},
                "progress": {"title": "What has been learnt", "type": "string", "minLength": 1, "maxLength": 2000},
            },
        }
    },
    "examples": [
        {
            "attendance": "Came on 38 of 40 mornings. A taxi that comes at the same time each day helps.",
            "learning": [
                {"subject": "English", "progress": "Reads a page aloud and retells it; writes a paragraph unaided."},
                {"subject": "Motor vehicle workshop", "progress": "Changes a tyre and keeps to the safety rules."},
            ],
            "wellbeing": "Settled, asks for a break instead of leaving the room.",
            "next_steps": "Two mornings a week at school after half-term; the school sends the timetable.",
        }
    ],
}
