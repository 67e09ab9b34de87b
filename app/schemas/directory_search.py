"""What a search of the directory is written as."""

from typing import Annotated

from pydantic import Field

SearchText = Annotated[
    str, Field(min_length=2, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$", examples=["animal care"])
]
OutwardCode = Annotated[
    str, Field(min_length=1, max_length=4, pattern=r"^[A-Z]{1,2}([0-9][A-Z0-9]?)?$", examples=["M5"])
]
