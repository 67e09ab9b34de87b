"""What a file can have wrong with it."""

from enum import StrEnum


class FileFault(StrEnum):
    """The codes that a refused file is answered with, and their sentences in `SENTENCES`."""

    NOT_OF_TYPE = "content_not_of_type"
    NOT_UTF8 = "not_utf8"
    DAMAGED = "file_damaged"
    ACTIVE = "file_has_active_content"
    EXPANDS = "file_expands_too_much"
    SECOND_TYPE = "file_is_of_two_types"


SENTENCES: dict[FileFault, str] = {
    FileFault.NOT_OF_TYPE: "The content is not of the type that was declared.",
    FileFault.NOT_UTF8: "The text is not valid UTF-8; save it in that encoding.",
    FileFault.DAMAGED: "The file is cut short or damaged; open it, save it anew and declare that.",
    FileFault.ACTIVE: (
        "The file holds macros, scripts, other files or links that load by themselves. Save it without them;"
        " a PDF can be printed to a new PDF."
    ),
    FileFault.EXPANDS: "The file grows out of all proportion when it is opened.",
    FileFault.SECOND_TYPE: "The file is at the same time one of another type.",
}


class FileRefusedError(Exception):
    """The file is not taken; the fault says why, and nothing of the content."""

    def __init__(self, fault: FileFault) -> None:
        super().__init__(fault.value)
        self.fault = fault
