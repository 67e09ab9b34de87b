"""Word, Excel and OpenDocument files: archives with the right parts in them, and neither macros nor programs."""

import re
from collections.abc import Callable
from xml.parsers import expat

from app.attachments.archives import Archive
from app.attachments.faults import FileFault, FileRefusedError
from app.rules.attachments import FileType

_CONTENT_TYPES = "[Content_Types].xml"
_MAIN = {
    FileType.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    FileType.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
}
# Macros, controls and packaged programs, by the names of their parts.
_ACTIVE_PART = re.compile(
    r"(^|/)(vbaproject\w*\.bin|vbadata\.xml|activex/|macrosheets/|dialogsheets/|oleobject\w*\.bin|attachedtoolbars\.bin"
    r"|basic/|scripts/|dialogs/)|\.(exe|dll|com|scr|js|vbs|ps1|bat|cmd|jar|hta|lnk|msi|html?|svg|xhtml)$",
    re.IGNORECASE,
)
_RUNS = frozenset(
    {"event-listener", "script", "plugin", "applet", "dde-source", "dde-link", "dde-connection", "dde-connection-decl"}
)
_ACTIVE_TYPE = re.compile(r"macroenabled|vbaproject|activex|macrosheet|oleobject", re.IGNORECASE)


def check_openxml(content: bytes, file_type: FileType) -> None:
    """Raises FileRefusedError."""
    archive = Archive.opened(content)
    parts = archive.names
    if _CONTENT_TYPES not in parts or "_rels/.rels" not in parts:
        raise FileRefusedError(FileFault.NOT_OF_TYPE)
    _refuse_active_parts(parts)
    named: set[str] = set()

    def look(tag: str, attributes: dict[str, str]) -> None:
        said = attributes.get("ContentType", "")
        if _ACTIVE_TYPE.search(said):
            raise FileRefusedError(FileFault.ACTIVE)
        if tag.rpartition(":")[2] == "Override" and said == _MAIN[file_type]:
            named.add(attributes.get("PartName", "").removeprefix("/"))

    _walk(archive.read(_CONTENT_TYPES), look)
    if not named or not named <= parts:
        raise FileRefusedError(FileFault.NOT_OF_TYPE)
    for name in sorted(parts):
        if name.lower().endswith(".rels"):
            _walk(archive.read(name), _refuse_loading)
        elif name.lower().startswith("xl/externallinks/"):
            _walk(archive.read(name), _refuse_asking_programs)
    archive.prove()


def check_opendocument(content: bytes, file_type: FileType) -> None:
    """Raises FileRefusedError."""
    archive = Archive.opened(content)
    parts = archive.names
    if archive.first != "mimetype" or archive.read("mimetype") != file_type.value.encode():
        raise FileRefusedError(FileFault.NOT_OF_TYPE)
    if not {"content.xml", "META-INF/manifest.xml"} <= parts:
        raise FileRefusedError(FileFault.NOT_OF_TYPE)
    _refuse_active_parts(parts)
    for name in sorted(parts):
        if name.endswith(("content.xml", "styles.xml")):
            _walk(archive.read(name), _refuse_running)
    archive.prove()


def _refuse_active_parts(names: frozenset[str]) -> None:
    if any(_ACTIVE_PART.search(name) for name in names):
        raise FileRefusedError(FileFault.ACTIVE)


def _refuse_loading(tag: str, attributes: dict[str, str]) -> None:
    """A link waits to be clicked; whatever else lies outside (a template, an object) is loaded when it is opened."""
    kind = attributes.get("Type", "")
    outside = attributes.get("TargetMode", "").lower() == "external" and not kind.endswith("/hyperlink")
    if tag.rpartition(":")[2] == "Relationship" and (outside or _ACTIVE_TYPE.search(kind)):
        raise FileRefusedError(FileFault.ACTIVE)


def _refuse_asking_programs(tag: str, _attributes: dict[str, str]) -> None:
    """A cell that asks another program for its value starts that program."""
    if tag.rpartition(":")[2] in ("ddeLink", "oleLink"):
        raise FileRefusedError(FileFault.ACTIVE)


def _refuse_running(tag: str, attributes: dict[str, str]) -> None:
    loads = attributes.get("xlink:actuate") == "onLoad" and "://" in attributes.get("xlink:href", "")
    if loads or tag.rpartition(":")[2] in _RUNS:
        raise FileRefusedError(FileFault.ACTIVE)


def _walk(content: bytes, visit: Callable[[str, dict[str, str]], None]) -> None:
    """Shows every element with its attributes. A document type, which these files never have, could hold a bomb."""
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise FileRefusedError(FileFault.EXPANDS)

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = visit
    try:
        parser.Parse(content, True)
    except expat.ExpatError:
        raise FileRefusedError(FileFault.DAMAGED) from None
