"""A router of the API: everything below /v1 passes the edge."""

from fastapi import APIRouter

from app.web.edge import Edge


def edge_router(tag: str) -> APIRouter:
    return APIRouter(prefix="/v1", tags=[tag], route_class=Edge)
