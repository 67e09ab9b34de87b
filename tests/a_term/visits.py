"""Two councils visit the farm together, and each opens what was found to its own schools."""

from tests.a_term.story import Term, only
from tests.a_year.story import created, done, read, refused, written

FOUND = [{"criterion": "risk-assessments", "evidence_seen": False, "notes": "None for the new workshop yet."}]


async def the_councils_take_a_framework_and_types_of_return(term: Term) -> None:
    """The seed gave each council its own; what is shipped is there to read, and to take anew."""
    shipped = (await read(term.council, "/v1/reference-data/qa-structures"))["items"]
    assert [len(each["areas"]) for each in shipped] == [7, 6]
    ours = await only(term.council, "/v1/qa-frameworks", state="current", council_id=str(term.council.id))
    text = {name: ours[name] for name in ("areas", "activity_types")} | {"name": "Northshire QA framework, 2027"}
    edition = await done(term.council, f"/v1/qa-frameworks/{ours['id']}", "editions", text)
    term.ids["framework"] = edition["id"]
    assert (edition["edition"], edition["areas"]) == (ours["edition"] + 1, ours["areas"])
    assert (await read(term.council, f"/v1/qa-frameworks/{ours['id']}"))["state"] == "superseded"
    form = {
        "type": "object",
        "required": ["drivers"],
        "properties": {"drivers": {"type": "string", "maxLength": 400, "title": "Who drives the minibus"}},
    }
    body = {"slug": "transport", "name": "Transport return", "description": "Who drives pupils.", "form": form}
    term.ids["transport"] = (await created(term.council, "/v1/qa-return-types", body))["id"]
    assert "qa-framework.superseded" in await term.news(term.council)


async def two_councils_make_a_visit(term: Term) -> None:
    body = {
        "provider_id": str(term.farm.id),
        "framework_id": term.ids["framework"],
        "activity_type": "validation-visit",
        "planned_on": "2026-11-25",
        "officers": ["A. Officer"],
        "partner_ids": [str(term.other_council.id)],
    }
    term.ids["visit"] = (await created(term.council, "/v1/qa-visits", body))["id"]
    path = f"/v1/qa-visits/{term.ids['visit']}"
    await term.hidden(path, term.other_council, term.school, term.their_school)
    invited = await only(term.other_council, "/v1/qa-visit-partners", visit_id=term.ids["visit"])
    theirs = await only(term.other_council, "/v1/qa-frameworks", state="current", council_id=str(term.other_council.id))
    joins = {"officers": ["B. Officer"], "framework_id": theirs["id"], "counts_as": "validation-visit"}
    await done(term.other_council, f"/v1/qa-visit-partners/{invited['id']}", "acceptance", joins)
    assert (await read(term.other_council, path))["state"] == "planned"
    assert "qa-visit-partner.joined" in await term.news(term.council)


async def they_find_report_discuss_and_publish(term: Term) -> None:
    path = f"/v1/qa-visits/{term.ids['visit']}"
    await done(term.council, path, "carrying-out", {"carried_out_on": "2026-11-25"})
    await written(term.council, path, {"findings": FOUND}, "/findings")
    assert (await read(term.farm, path))["findings"] == []
    await done(term.council, path, "report", {"text": "Calm and careful; the workshop needs its risk assessment."})
    assert (await read(term.farm, path))["findings"][0]["notes"] == FOUND[0]["notes"]
    await refused("report_not_discussed", term.council.act(path, "publication"))
    await written(term.farm, path, {"text": "It is written and read by all staff."}, "/provider-response")
    talk = {"discussed_on": "2026-11-25", "discussed_with": ["The manager"]}
    await done(term.council, path, "discussion", talk)
    await done(term.council, path, "publication")
    assert (await read(term.next_school, path))["state"] == "published"
    await term.hidden(path, term.their_school)
    await done(term.other_council, path, "publication")
    assert (await read(term.their_school, path))["provider_response"]
    await term.hidden(path)
    assert "qa-visit.published" in await term.news(term.farm)
