"""A file is what it is said to be, whole, of one type, and without what runs or loads by itself."""

import struct
import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from app.attachments import archives, pdfs
from app.attachments.faults import SENTENCES, FileFault
from app.attachments.file_check import fault_of_file
from app.rules.attachments import FileType
from tests.attaching import SAMPLES, chunk, jpeg, opendocument, openxml, pdf, png, relationships, zipped

DOCX, XLSX, ODT, PDF = FileType.DOCX, FileType.XLSX, FileType.ODT, FileType.PDF
HTML = b"<!DOCTYPE html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
NOT_OF_TYPE, DAMAGED, ACTIVE = FileFault.NOT_OF_TYPE, FileFault.DAMAGED, FileFault.ACTIVE
EXPANDS, SECOND_TYPE = FileFault.EXPANDS, FileFault.SECOND_TYPE


@pytest.mark.parametrize("file_type", FileType, ids=lambda each: each.name)
def test_a_file_of_its_type_is_taken(file_type: FileType) -> None:
    assert fault_of_file(SAMPLES[file_type], file_type) is None


@pytest.mark.parametrize("said", FileType, ids=lambda each: each.name)
def test_a_file_that_lies_about_its_type_is_refused(said: FileType) -> None:
    lies = [
        content for is_, content in SAMPLES.items() if is_ is not said and {is_, said} != {FileType.TEXT, FileType.CSV}
    ]
    lies += [
        HTML,
        SVG,
        b"MZ\x90\x00\x03",
        b"\x7fELF\x02\x01",
        b"GIF89a\x01\x00",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"PK\x03\x04",
    ]
    for content in lies:
        assert fault_of_file(content, said) is not None, content[:20]


@pytest.mark.parametrize("file_type", FileType, ids=lambda each: each.name)
def test_a_file_cut_short_anywhere_is_refused_or_a_shorter_text(file_type: FileType) -> None:
    content = SAMPLES[file_type]
    for length in range(1, len(content) - 1, max(1, len(content) // 97)):
        if file_type not in (FileType.TEXT, FileType.CSV):
            assert fault_of_file(content[:length], file_type) is not None, length


@pytest.mark.parametrize(
    "file_type", [each for each in FileType if each not in (FileType.TEXT, FileType.CSV)], ids=lambda each: each.name
)
def test_an_archive_behind_a_file_is_refused(file_type: FileType) -> None:
    assert fault_of_file(SAMPLES[file_type] + zipped({"evil.js": b"x"}), file_type) is not None
    if file_type in (PDF, FileType.JPEG):
        ends_well = zipped({"x": b"x"})[:-2] + struct.pack("<H", 6) + b"%%EOF\n"
        assert fault_of_file(SAMPLES[file_type][:-6] + ends_well, file_type) is SECOND_TYPE


def compressed_object(said: bytes) -> bytes:
    packed = zlib.compress(said)
    return pdf(b"<< /Type /Obj#53tm /Filter /FlateDecode /N 1 >>\nstream\n" + packed + b"\nendstream")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"junk " + pdf(), NOT_OF_TYPE),
        (pdf() + b"junk", DAMAGED),
        (pdf(b"<< /OpenAction << /S /JavaScript /JS (app.alert) >> >>"), ACTIVE),
        (pdf(b"<< /S /J#61vaScript >>"), ACTIVE),
        (pdf(b"#41" * 100_001), DAMAGED),
        (pdf(b"<< /S /Launch /F (cmd.exe) >>"), ACTIVE),
        (pdf(b"<< /Names << /EmbeddedFiles 3 0 R >> >>"), ACTIVE),
        (compressed_object(b"1 0 << /S /JavaScript /JS (x) >>"), ACTIVE),
        (compressed_object(b"1 0 << /Type /Font >>"), None),
        (pdf(b"<< /Length 9 >>\nstream\n/JS (x) /JavaScript \nendstream"), None),
        (pdf(b"<< /Title (About JavaScript) >>"), None),
        (pdf() + b"\r\n\x00", None),
    ],
)
def test_a_pdf_runs_nothing(content: bytes, fault: FileFault | None) -> None:
    assert fault_of_file(content, PDF) is fault


def test_a_pdf_whose_objects_grow_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdfs, "_MOST_OBJECTS", 1_000)
    assert fault_of_file(compressed_object(b"0" * 2_000), PDF) is EXPANDS


@pytest.mark.parametrize(
    ("content", "file_type", "fault"),
    [
        (png(30_000, 30_000), FileType.PNG, EXPANDS),
        (png(0, 1), FileType.PNG, DAMAGED),
        (png() + b"more", FileType.PNG, SECOND_TYPE),
        (png().replace(b"IDAT", b"iDAT"), FileType.PNG, DAMAGED),
        (png()[:8] + chunk(b"IEND", b""), FileType.PNG, DAMAGED),
        (jpeg(65_000, 65_000), FileType.JPEG, EXPANDS),
        (jpeg(0, 1), FileType.JPEG, DAMAGED),
        (jpeg() + jpeg(), FileType.JPEG, None),
        (jpeg()[:2] + b"\xff\xfe\x00\x01" + jpeg()[2:], FileType.JPEG, DAMAGED),
        (b"\xff\xd8\xff\xda\x00\x02\xff\xd9", FileType.JPEG, DAMAGED),
        (b"\xff\xd8" + b"\xff\xe0\x00\x02" * 60_000 + jpeg()[2:], FileType.JPEG, DAMAGED),
        (png()[:-12] + chunk(b"tEXt", b"") * 60_000 + png()[-12:], FileType.PNG, EXPANDS),
    ],
)
def test_a_picture_can_be_shown(content: bytes, file_type: FileType, fault: FileFault | None) -> None:
    assert fault_of_file(content, file_type) is fault


@pytest.mark.parametrize(
    ("content", "file_type", "fault"),
    [
        (b"\xef\xbb\xbfday\n", FileType.CSV, None),
        (b"caf\xe9", FileType.TEXT, FileFault.NOT_UTF8),
        ("day".encode("utf-16"), FileType.TEXT, FileFault.NOT_UTF8),
        (b"a\x00b", FileType.TEXT, NOT_OF_TYPE),
        (b"\x1b[2Ja", FileType.TEXT, NOT_OF_TYPE),
        (b"  \n<script>alert(1)</script>", FileType.TEXT, NOT_OF_TYPE),
        (b"<?xml version='1.0'?><a/>", FileType.TEXT, NOT_OF_TYPE),
        (b"{\\rtf1}", FileType.TEXT, NOT_OF_TYPE),
        (b"#!/bin/sh", FileType.TEXT, NOT_OF_TYPE),
        (b"< 5 present, > 3 absent", FileType.TEXT, None),
        (b'"a"b,c', FileType.CSV, DAMAGED),
        (b'a,"b', FileType.CSV, DAMAGED),
        (b"x" * 100_001, FileType.CSV, NOT_OF_TYPE),
        (b"x" * 100_001, FileType.TEXT, None),
    ],
)
def test_a_text_is_text(content: bytes, file_type: FileType, fault: FileFault | None) -> None:
    assert fault_of_file(content, file_type) is fault


EXTERNAL = relationships("attachedTemplate", "https://elsewhere.example/t.dotm", "External")
LINK = relationships("hyperlink", "https://gov.uk", "External")
HIDDEN = relationships("vbaProject", "media/notes.bin")
BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'


@pytest.mark.parametrize(
    ("content", "file_type", "fault"),
    [
        (openxml(DOCX), XLSX, NOT_OF_TYPE),
        (openxml(DOCX, {"word/vbaProject.bin": b"x"}), DOCX, ACTIVE),
        (openxml(XLSX, {"xl/macrosheets/sheet1.xml": b"<x/>"}), XLSX, ACTIVE),
        (openxml(XLSX, {"xl/activeX/activeX1.bin": b"x"}), XLSX, ACTIVE),
        (openxml(DOCX, {"word/embeddings/oleObject1.bin": b"x"}), DOCX, ACTIVE),
        (openxml(DOCX, {"word/embeddings/Sheet1.xlsx": b"x"}), DOCX, None),
        (openxml(DOCX, {"evil.exe": b"MZ"}), DOCX, ACTIVE),
        (openxml(DOCX, said="wordprocessingml.document.macroEnabled.main+xml"), DOCX, ACTIVE),
        (openxml(DOCX, {"word/_rels/settings.xml.rels": EXTERNAL}), DOCX, ACTIVE),
        (openxml(DOCX, {"word/_rels/document.xml.rels": LINK}), DOCX, None),
        (openxml(DOCX, {"word/_rels/document.xml.rels": BOMB}), DOCX, EXPANDS),
        (openxml(DOCX, {"word/_rels/document.xml.rels": b"<x>"}), DOCX, DAMAGED),
        (openxml(DOCX, {"word/_rels/document.xml.rels": HIDDEN}), DOCX, ACTIVE),
        (openxml(XLSX, {"xl/externalLinks/externalLink1.xml": b"<x><ddeLink ddeService='cmd'/></x>"}), XLSX, ACTIVE),
        (openxml(XLSX, {"xl/externalLinks/externalLink1.xml": b"<x><externalBook/></x>"}), XLSX, None),
        (opendocument(ODT, {"content.xml": b"<x><t:dde-connection xmlns:t='t'/></x>"}), ODT, ACTIVE),
        (openxml(DOCX, {"../../etc/passwd": b"x"}), DOCX, ACTIVE),
        (openxml(DOCX, {"WORD/DOCUMENT.XML": b"<y/>"}), DOCX, SECOND_TYPE),
        (b"junk" + openxml(DOCX), DOCX, NOT_OF_TYPE),
        (openxml(DOCX) + b"junk", DOCX, SECOND_TYPE),
        (zipped({"evil.txt": b"x"}), DOCX, NOT_OF_TYPE),
        (opendocument(ODT, {"Basic/Standard/Module1.xml": b"<x/>"}), ODT, ACTIVE),
        (opendocument(ODT, {"Object 1/content.xml": b"<script:event-listener xmlns:script='s'/>"}), ODT, ACTIVE),
        (
            opendocument(ODT, {"styles.xml": b"<i xmlns:xlink='x' xlink:actuate='onLoad' xlink:href='http://a/b'/>"}),
            ODT,
            ACTIVE,
        ),
        (opendocument(FileType.ODS), ODT, NOT_OF_TYPE),
        (zipped({"content.xml": b"<x/>", "mimetype": ODT.value.encode()}), ODT, NOT_OF_TYPE),
    ],
)
def test_an_office_file_has_its_parts_and_runs_nothing(
    content: bytes, file_type: FileType, fault: FileFault | None
) -> None:
    assert fault_of_file(content, file_type) is fault


def test_a_bomb_is_refused_before_it_goes_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_UNPACKED", 100_000)
    assert fault_of_file(openxml(DOCX, {"word/media/a.bin": b"0" * 100_001}), DOCX) is EXPANDS
    monkeypatch.setattr(archives, "MOST_READ", 10)
    assert fault_of_file(openxml(DOCX), DOCX) is EXPANDS
    monkeypatch.setattr(archives, "MOST_PARTS", 2)
    assert fault_of_file(openxml(DOCX), DOCX) is EXPANDS


def test_an_archive_that_says_one_thing_and_holds_another_is_refused() -> None:
    content = openxml(DOCX)
    directory = content.rindex(b"PK\x01\x02")
    lied = content[: directory + 24] + struct.pack("<L", 1) + content[directory + 28 :]
    assert fault_of_file(lied, DOCX) is DAMAGED
    renamed = content.replace(b"word/document.xml", b"word/docuMent.xml", 1)
    assert fault_of_file(renamed, DOCX) is not None
    first = content.index(b"PK\x01\x02")
    overlapping = content[: directory + 42] + content[first + 42 : first + 46] + content[directory + 46 :]
    assert fault_of_file(overlapping, DOCX) is SECOND_TYPE


def test_an_archive_written_as_a_stream_is_read() -> None:
    class Pipe(BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError

    pipe = Pipe()
    with ZipFile(pipe, "w", ZIP_DEFLATED) as archive, ZipFile(BytesIO(openxml(DOCX))) as original:
        for each in original.infolist():
            archive.writestr(each.filename, original.read(each))
    assert b"PK\x07\x08" in pipe.getvalue()
    assert fault_of_file(pipe.getvalue(), DOCX) is None


def test_every_fault_has_its_sentence() -> None:
    assert SENTENCES.keys() == set(FileFault)
