"""A morning as those read it who are told by email."""

from tests.emailing import *
from tests.attendance_days import mark, submit


async def test_print(world: World) -> None:
    a = await placed(world, "Ada Example")
    b = await placed(world, "Robin Ash")
    c = await placed(world, "Noor Malik", world.other_provider)
    d = await placed(world, "Zoe Brook", school=world.other_school)
    w = {
        "role": "social_worker",
        "name": "S. Worker",
        "email": "s.worker@northshire.example",
        "told_daily_attendance": True,
    }
    r = await world.council.change("PUT", f"/v1/placements/{a}/contacts", {"contacts": [w]})
    assert r.status_code == 200, r.text
    await clock(world, "09:20")
    r = await submit(world.provider, mark(a, arrived_at="09:12"), mark(d, fact="absent", reason="ill"))
    assert r.json()["rejected"] == [], r.text
    await clock(world, "09:31")
    await clock(world, "09:50")
    await submit(world.other_provider, mark(c, fact="late", minutes_late=10))
    await clock(world, "18:00")
    for p in world.parties:
        print("=====", p.name)
        for m in await emails(p):
            print(m["at"], m["recipient"], "\n", m["subject"], "\n\n", m["body"], "\n-----")
        for m in await deliveries(p):
            print(m)
    assert 0
