"""What tests of toolkit assessments share: one begun, said area by area, completed."""

from typing import Any

from httpx import Response

from app.rules.toolkit_areas import AREAS
from tests.test_qa_visits import put
from tests.world import Party

AREA_SLUGS = [area.slug for area in AREAS]
SUB_AREA_SLUGS = [each.slug for area in AREAS for each in area.sub_areas]
TO_SAY = [each for area in AREAS for each in ([part.slug for part in area.sub_areas] or [area.slug])]
"""What must be said of, so that every area is addressed."""
SAID = {"strengths": ["Staff know every pupil."], "actions": ["Write it down."]}
PATH = "/v1/toolkit-assessments"


def about(subject: Party, use: str, **more: Any) -> dict[str, Any]:
    return {"provider_id": str(subject.id), "use": use, "assessors": "The head and a governor"} | more


async def begin(assessor: Party, subject: Party, use: str, **more: Any) -> str:
    made = await assessor.post(PATH, about(subject, use, **more))
    assert made.status_code == 201, made.text
    return str(made.headers["Location"])


async def address_all(assessor: Party, path: str, said: object = None) -> None:
    """Each answer carries the next ETag, so that nothing is read in between."""
    etag = (await assessor.get(path)).headers["ETag"]
    for slug in TO_SAY:
        answer = await assessor.http.put(f"{path}/areas/{slug}", json=said or SAID, headers={"If-Match": etag})
        assert answer.status_code == 200, answer.text
        etag = answer.headers["ETag"]


async def completed(assessor: Party, subject: Party, use: str, **more: Any) -> str:
    path = await begin(assessor, subject, use, **more)
    await address_all(assessor, path)
    done = await assessor.act(path, "completion")
    assert done.status_code == 200, done.text
    return path


async def say(assessor: Party, path: str, area: str, **said: Any) -> Response:
    return await put(assessor, path, f"areas/{area}", said)


def numbers_in(value: Any) -> list[object]:
    """Every number in a JSON value, however deep; a boolean is none."""
    if isinstance(value, dict):
        return [n for each in value.values() for n in numbers_in(each)]
    if isinstance(value, list):
        return [n for each in value for n in numbers_in(each)]
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else []
