"""What an operator's machines ask."""

from httpx import AsyncClient

from tests.world import World


async def test_a_live_and_ready_service_says_so(http: AsyncClient) -> None:
    for path in ("/livez", "/readyz"):
        answer = await http.get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_the_figures_count_requests_by_operation_and_hold_no_id(world: World, http: AsyncClient) -> None:
    await world.council.get(f"/v1/councils/{world.council.id}")
    figures = (await http.get("/metrics")).text
    assert 'waymark_requests_total{method="GET",operation="get_council",status="200"}' in figures
    assert str(world.council.id) not in figures
