"""What to call the route that served a request: its template and its operation, never the path as it was
asked for.
"""

from typing import NamedTuple

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute
from starlette.types import Scope

UNMATCHED = "unmatched"


class RouteName(NamedTuple):
    template: str
    operation: str


_NO_ROUTE = RouteName(UNMATCHED, UNMATCHED)


class RouteNames:
    """Learns an application's routes when it first meets one it does not know. Routes cannot be hashed, hence
    ids; each is kept beside its name, so that its id is not given to another.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[BaseRoute, RouteName]] = {}

    def of(self, scope: Scope) -> RouteName:
        """The name of the route in `scope`, after routing; a request that no route took is `unmatched`."""
        route: BaseRoute | None = scope.get("route")
        if route is None:
            return _NO_ROUTE
        if id(route) not in self._known:
            self._learn(scope)
            self._known.setdefault(id(route), (route, _NO_ROUTE))
        return self._known[id(route)][1]

    def _learn(self, scope: Scope) -> None:
        for found in iter_route_contexts(scope["app"].routes):
            template = found.path_format or UNMATCHED
            operation = getattr(found, "operation_id", None) or found.name or template
            self._known[id(found.original_route)] = (found.original_route, RouteName(template, operation))
