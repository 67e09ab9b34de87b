from typing import Annotated, Literal

from pydantic import Field

from app.schemas.wire import Read


class AccessToken(Read):
    """An access token (RFC 6749 section 5.1)."""

    access_token: Annotated[str, Field(max_length=4096, examples=["eyJhbGciOiJIUzI1NiJ9.eyJpc3M…"])]
    token_type: Literal["Bearer"]
    expires_in: Annotated[int, Field(ge=1, le=900, description="Seconds.", examples=[900])]
    scope: Annotated[str, Field(max_length=2000, examples=["attendance:write"])]
