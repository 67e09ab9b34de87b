"""The AP Quality Toolkit's three categories and thirteen areas, with prompts in our own words.

Source: AP Quality Toolkit (IntegratED, 2022), read in the primary source, for the structure; the authors'
questions are theirs, and a council may import them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class ToolkitCategory(StrEnum):
    COMMUNITY = "community"
    CURRICULUM = "curriculum"
    CURRENCY = "currency"


@dataclass(frozen=True, slots=True)
class SubArea:
    """A part of an area; `letter` is the toolkit's own, the prompts are ours."""

    letter: str
    slug: str
    name: str
    prompts: tuple[str, str]


@dataclass(frozen=True, slots=True)
class ToolkitArea:
    """One of the thirteen; `position` is its place in the toolkit, no measure of anything."""

    position: int
    slug: str
    name: str
    category: ToolkitCategory
    prompts: tuple[str, str]
    sub_areas: tuple[SubArea, ...] = ()

    def is_covered_by(self, addressed: Collection[str]) -> bool:
        """Whether every sub-area is among those addressed; the area itself, where it has none."""
        parts = [each.slug for each in self.sub_areas] or [self.slug]
        return all(each in addressed for each in parts)


AREAS: tuple[ToolkitArea, ...] = (
    ToolkitArea(
        1,
        "workforce-development-and-wellbeing",
        "Workforce development and wellbeing",
        ToolkitCategory.COMMUNITY,
        (
            "How do staff learn what this work asks of them, from their first day on?",
            "How do you notice, and what do you do, when the work weighs on somebody?",
        ),
    ),
    ToolkitArea(
        2,
        "home-and-family-engagement",
        "Home and family engagement",
        ToolkitCategory.COMMUNITY,
        (
            "How do families hear good news from you, and how often?",
            "What has changed here because a parent or carer said so?",
        ),
    ),
    ToolkitArea(
        3,
        "partnership-working",
        "Partnership working",
        ToolkitCategory.COMMUNITY,
        (
            "Who else works with your pupils, and how does each know what the others do?",
            "Where has working together changed the outcome for a pupil?",
        ),
        (
            SubArea(
                "a",
                "partnership-local-authority",
                "Local authority",
                (
                    "Whom at the council do you call about a pupil, and what happens then?",
                    "What does the council learn from you that it would not know otherwise?",
                ),
            ),
            SubArea(
                "b",
                "partnership-mainstream-schools",
                "Mainstream schools",
                (
                    "How do you and a pupil's school keep one picture of the pupil, week by week?",
                    "What have mainstream schools taken up from the way you work, and you from theirs?",
                ),
            ),
            SubArea(
                "c",
                "partnership-external-alternative-providers",
                "External alternative providers",
                (
                    "How do you make sure that a pupil is safe and taught well where another provider has a part?",
                    "What do you learn from providers that work otherwise than you do?",
                ),
            ),
            SubArea(
                "d",
                "partnership-other-agencies",
                "Other agencies",
                (
                    "How do health, care, youth justice and others take part in a pupil's plan here?",
                    "What do you do when an agency that a pupil needs does not come?",
                ),
            ),
        ),
    ),
    ToolkitArea(
        4,
        "research-and-innovation",
        "Research and innovation",
        ToolkitCategory.COMMUNITY,
        (
            "What evidence lies behind the way you work with pupils?",
            "What have you tried lately, and how did you find out whether it helped?",
        ),
    ),
    ToolkitArea(
        5,
        "pupil-induction",
        "Pupil induction",
        ToolkitCategory.CURRICULUM,
        (
            "What do you know of a pupil before the first day, and who told you?",
            "What does the pupil's first fortnight look like, and what may the pupil choose?",
        ),
    ),
    ToolkitArea(
        6,
        "attendance-and-engagement",
        "Attendance and engagement",
        ToolkitCategory.CURRICULUM,
        (
            "What happens in the first hour after a pupil does not arrive?",
            "How do you tell that a pupil is taking part and not merely there?",
        ),
    ),
    ToolkitArea(
        7,
        "supporting-pupils-needs",
        "Supporting pupils' needs",
        ToolkitCategory.CURRICULUM,
        (
            "How do needs that nobody had named before come to light here?",
            "How do you check that support given is support that works?",
        ),
        (
            SubArea(
                "a",
                "needs-literacy",
                "Literacy",
                (
                    "How do you find out what keeps a pupil from reading and writing with ease?",
                    "Where, outside lessons of English, does a pupil here read, write and speak?",
                ),
            ),
            SubArea(
                "b",
                "needs-send",
                "Special educational needs and disabilities",
                (
                    "How do plans for special educational needs shape an ordinary hour of teaching?",
                    "What happens when you think that a pupil has a need which no plan names?",
                ),
            ),
            SubArea(
                "c",
                "needs-health-and-wellbeing",
                "Health and wellbeing",
                (
                    "How does a pupil here tell somebody that all is not well, and what follows?",
                    "Which help for body and mind can a pupil reach through you, and how soon?",
                ),
            ),
        ),
    ),
    ToolkitArea(
        8,
        "quality-of-education",
        "Quality of education",
        ToolkitCategory.CURRICULUM,
        (
            "How does what you teach follow on from what each pupil has missed?",
            "How do you know that lessons are good on an ordinary day?",
        ),
    ),
    ToolkitArea(
        9,
        "personal-development",
        "Personal development",
        ToolkitCategory.CURRENCY,
        (
            "What can pupils do here that helps them grow outside lessons?",
            "How do pupils take part in decisions about their own education?",
        ),
    ),
    ToolkitArea(
        10,
        "qualifications",
        "Qualifications",
        ToolkitCategory.CURRENCY,
        (
            "Which qualifications can pupils gain, and which doors does each of them open?",
            "How do you keep a pupil's earlier courses and entries from being lost?",
        ),
    ),
    ToolkitArea(
        11,
        "assessment-of-need",
        "Assessment of need",
        ToolkitCategory.CURRENCY,
        (
            "How do you find out where a pupil stands on arrival, in learning and otherwise?",
            "How does what you find reach the plan, the school and the family?",
        ),
    ),
    ToolkitArea(
        12,
        "appropriate-transition",
        "Appropriate transition",
        ToolkitCategory.CURRENCY,
        (
            "When does planning of the next step begin, and who takes part in it?",
            "How do you stay in touch until the new place has proved to hold?",
        ),
        (
            SubArea(
                "a",
                "transition-mainstream",
                "Mainstream",
                (
                    "How does a pupil try out being back in a mainstream school before it counts?",
                    "What does the school know and do from the first day on because you told it?",
                ),
            ),
            SubArea(
                "b",
                "transition-other-alternative-provision",
                "Other alternative provision",
                (
                    "When is another alternative provision the better place, and who says so?",
                    "What goes with the pupil, so that nothing has to be begun again there?",
                ),
            ),
            SubArea(
                "c",
                "transition-specialist",
                "Specialist",
                (
                    "How do you help a pupil and the family to a specialist place while they wait for it?",
                    "How do pupil and specialist setting come to know each other before the move?",
                ),
            ),
        ),
    ),
    ToolkitArea(
        13,
        "post-16-destinations",
        "Post-16 destinations",
        ToolkitCategory.CURRENCY,
        (
            "How does each pupil in year 11 come to a place that suits and is wanted?",
            "What do you do in the summer and autumn so that the place is kept?",
        ),
    ),
)

MAY_NOT_APPLY = "post-16-destinations"
"""The one area that may not apply, to a setting without year 11; area 12 then matters the more."""
