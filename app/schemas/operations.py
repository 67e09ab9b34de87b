from typing import Annotated

from pydantic import Field

from app.schemas.wire import Read


class Health(Read):
    status: Annotated[str, Field(max_length=20, examples=["ok"])]
