"""The types of annual return that a council asks for, on the wire."""

from typing import Annotated, Any

from pydantic import Field

from app.schemas.wire import Body, Count, Id, Instant, Name, Read, Tagged

ReturnTypeSlug = Annotated[
    str,
    Field(
        min_length=1,
        max_length=60,
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
        examples=["section-157-safeguarding"],
    ),
]
Description = Annotated[
    str, Field(min_length=1, max_length=2000, pattern=r"\S", examples=["What is in place to keep children safe."])
]
_FORM_EXAMPLE = {
    "type": "object",
    "required": ["arrangements"],
    "properties": {"arrangements": {"title": "How children are kept safe", "type": "string", "maxLength": 4000}},
}
ReturnForm = Annotated[dict[str, Any], Field(max_length=100, examples=[_FORM_EXAMPLE])]


class QaReturnTypePublish(Body):
    """A type of return, or the next edition of one: of the same slug.

    `form` is a JSON Schema document of an object, of which the same holds as of a report form; without one a return is
    a statement in words.
    """

    slug: ReturnTypeSlug
    name: Name = Field(examples=["Section 157 safeguarding return"])
    description: Description
    form: ReturnForm | None = None


class ShippedReturnTypeRead(Read):
    """A type that is shipped; `POST /v1/qa-return-type-adoptions` makes it a council's own."""

    slug: ReturnTypeSlug
    name: Name = Field(examples=["Section 157 safeguarding return"])
    description: Description
    form: ReturnForm


class QaReturnTypeRead(Tagged):
    """An edition of a council's type. It never changes; the next one gets the next number."""

    id: Id
    council_id: Id
    slug: ReturnTypeSlug
    edition: Count
    name: Name = Field(examples=["Section 157 safeguarding return"])
    description: Description
    form: ReturnForm | None
    created_at: Instant


class QaReturnTypesAdopted(Read):
    """The types that the council has taken now; what it had already is not among them."""

    items: Annotated[list[QaReturnTypeRead], Field(max_length=20)]
