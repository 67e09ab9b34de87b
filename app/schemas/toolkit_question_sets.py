"""A council's import of the toolkit's original questions on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.toolkit_question_sets import QuestionSetState
from app.schemas.toolkit_assessments import AreaSlug
from app.schemas.wire import Body, Id, Instant, Name, Read, ShortText, Tagged

Questions = Annotated[
    list[ShortText], Field(min_length=1, max_length=40, examples=[["How does a pupil's first week begin?"]])
]


class AreaQuestionsWrite(Body):
    """The questions of one area or sub-area, as `/v1/reference-data/toolkit-areas` lists them."""

    area: AreaSlug
    questions: Questions


class ToolkitQuestionSetImport(Body):
    """The whole document. `permission` says whose text it is, and by whose leave the council uses it.

    An area that the document leaves out keeps Waymark's own prompts.
    """

    title: Name = Field(examples=["AP Quality Toolkit 2022, original questions"])
    permission: ShortText = Field(examples=["Text of IntegratED; used with the authors' permission of 1 October."])
    areas: Annotated[list[AreaQuestionsWrite], Field(min_length=1, max_length=23)]


class AreaQuestionsRead(Read):
    area: AreaSlug
    questions: Questions


class ToolkitQuestionSetSummary(Read):
    """A set in a list, without its questions. `edition` tells a council's sets apart: 1, then 2, as text."""

    id: Id
    council_id: Id
    edition: Annotated[str, Field(min_length=1, max_length=10, examples=["1"])]
    state: QuestionSetState
    title: Name
    permission: ShortText
    created_at: Instant
    changed_at: Instant


class ToolkitQuestionSetRead(ToolkitQuestionSetSummary, Tagged):
    """A set with its questions, as they were imported."""

    areas: Annotated[list[AreaQuestionsRead], Field(min_length=1, max_length=23)]
