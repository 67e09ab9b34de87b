"""Files that cannot be read in one way only: each is refused with what is wrong, and another may be sent."""

import pytest
from fastapi import FastAPI

from tests.importing import codes, csv, imported, opened, put, states
from tests.world import World

HEADER = "given_name,family_name,date_of_birth"
ROW = "Zoë,Example,2012-03-04"
LATIN = csv(HEADER, ROW).encode("cp1252")
WORKBOOK = b"PK\x03\x04" + b"x" * 50
LONG = '"' + "\n".join(["x" * 60] * 3_000)


@pytest.mark.parametrize(
    ("content", "media_type", "code"),
    [
        pytest.param(LATIN, "text/csv", "encoding_windows_1252", id="Windows-1252 that nobody said"),
        pytest.param(b"\x81" + LATIN, "text/csv", "encoding_not_known", id="neither UTF-8 nor Windows-1252"),
        pytest.param(csv(HEADER, ROW).encode("utf-16"), "text/csv", "encoding_utf_16", id="UTF-16"),
        pytest.param(csv(HEADER, ROW).encode("utf-16-le"), "text/csv", "encoding_utf_16", id="UTF-16 without a mark"),
        pytest.param(
            csv(HEADER, ROW), "text/csv; charset=windows-1252", "encoding_contradicted", id="UTF-8 said to be not"
        ),
        pytest.param(b"\x81", "text/csv; charset=windows-1252", "encoding_not_known", id="what Windows-1252 has not"),
        pytest.param(csv(HEADER, ROW), "text/csv; charset=iso-8859-15", "charset_not_known", id="another charset"),
        pytest.param(WORKBOOK, "text/csv", "file_is_workbook", id="a workbook"),
        pytest.param(
            "given_name;family_name;date_of_birth\nAda;B;2012-03-04\n",
            "text/csv",
            "separator_not_comma",
            id="semicolons",
        ),
        pytest.param("given_name\tfamily_name\tdate_of_birth\n", "text/csv", "separator_not_comma", id="tabs"),
        pytest.param(csv("sep=,", HEADER, ROW), "text/csv", "separator_line", id="Excel's line of its own"),
        pytest.param("Ada,Example,2012-03-04\n", "text/csv", "header_missing", id="no header"),
        pytest.param("\r\n\r\n", "text/csv", "header_missing", id="blank lines"),
        pytest.param('"given_name', "text/csv", "quote_not_closed", id="a quotation mark in the header"),
        pytest.param(csv("given_name,family_name", "Ada,Example"), "text/csv", "column_missing", id="a column too few"),
        pytest.param(
            csv(HEADER + ",Ada Example", ROW + ","), "text/csv", "column_unknown", id="a column that is not known"
        ),
        pytest.param(csv(HEADER + ",Given name", ROW + ","), "text/csv", "column_repeated", id="a column twice"),
        pytest.param("given_name," * 900_000, "text/csv", "too_many_columns", id="ten megabytes of one line"),
        pytest.param(csv(HEADER) + "\n" * 900_000, "text/csv", "too_many_rows", id="empty lines without end"),
        pytest.param("\n" * 900_000, "text/csv", "header_missing", id="nothing but empty lines"),
        pytest.param(csv(HEADER), "text/csv", "no_rows", id="nothing but the header"),
        pytest.param(
            csv(HEADER, ROW) + '"Ada,x,y\n', "text/csv", "quote_not_closed", id="a quotation mark never closed"
        ),
        pytest.param(
            csv(HEADER, ROW) + LONG, "text/csv", "quote_not_closed", id="a quotation mark that swallows the rest"
        ),
        pytest.param(csv(HEADER, *[ROW] * 20_001), "text/csv", "too_many_rows", id="more rows than may be"),
    ],
)
async def test_a_file_is_refused_as_a_whole(world: World, content: str | bytes, media_type: str, code: str) -> None:
    path = await opened(world.school, "pupils")
    answer = await put(world.school, path, content, media_type)
    assert (answer.status_code, [each["code"] for each in answer.json()["errors"]]) == (422, [code])
    assert "Zo" not in answer.text
    assert "Ada" not in answer.text
    assert (await world.school.get(path)).json()["state"] == "awaiting_content"
    assert (await put(world.school, path, csv(HEADER, ROW))).status_code == 200


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        pytest.param(csv(HEADER, ROW), "text/csv", id="UTF-8"),
        pytest.param(b"\xef\xbb\xbf" + csv(HEADER, ROW).encode(), "text/csv; charset=UTF-8", id="with a mark"),
        pytest.param(LATIN, "text/csv; charset=windows-1252", id="Windows-1252, as the caller says"),
        pytest.param(
            csv("Given name,FAMILY-NAME,date_of_birth,,", ROW + ",,"), "text/csv", id="a header as people write it"
        ),
        pytest.param(csv("", HEADER, "", ROW, ",,", "").replace("\r\n", "\n"), "text/csv", id="blank lines and rows"),
        pytest.param(csv(HEADER, ROW).replace("\r\n", "\r"), "text/csv", id="the line ends of old machines"),
        pytest.param(csv(HEADER, '"Zoë"," Example ","2012-03-04"'), "text/csv", id="quoted, with blanks around"),
    ],
)
async def test_a_file_is_read_as_it_was_meant(
    app: FastAPI, world: World, content: str | bytes, media_type: str
) -> None:
    _, rows = await imported(app, world.school, "pupils", content, media_type)
    assert states(rows) == ["made"]
    pupil = (await world.school.get(rows[0]["resource"])).json()
    assert (pupil["given_name"], pupil["family_name"]) == ("Zoë", "Example")


async def test_a_row_that_cannot_be_read_costs_that_row(app: FastAPI, world: World) -> None:
    rows = [
        "A\x00da,Example,2012-03-04",
        f"{'x' * 9_000},Example,2012-03-04",
        f"{'x' * 140_000},Example,2012-03-04",
        '"Ada"x,Example,2012-03-04',
        "Ada,Example,2012-03-04,more",
        '"Ada\nB",Example,2012-03-04',
        "Ada\x1b,Example,2012-03-04",
        ROW,
    ]
    done, report = await imported(app, world.school, "pupils", csv(HEADER, *rows))
    assert codes(report) == [
        (2, "given_name", "nul_character"),
        (3, "given_name", "cell_too_long"),
        (4, None, "cell_too_long"),
        (5, None, "row_malformed"),
        (6, None, "row_ragged"),
        (7, "given_name", "line_break"),
        (9, "given_name", "control_character"),
    ]
    assert (done["rejected_count"], done["made_count"], report[-1]["line"]) == (7, 1, 10)


async def test_a_file_half_of_whose_rows_are_bad(app: FastAPI, world: World) -> None:
    rows = [f"Child,N{i},2012-03-04" if i % 2 else f"Child,N{i},2012-13-04" for i in range(100)]
    done, report = await imported(app, world.school, "pupils", csv(HEADER, *rows))
    assert (done["made_count"], done["rejected_count"]) == (50, 50)
    assert {line for line, *_ in codes(report)} == set(range(2, 102, 2))
    again, _ = await imported(app, world.school, "pupils", csv(HEADER, *rows))
    assert (again["made_count"], again["unchanged_count"], again["rejected_count"]) == (0, 50, 50)
