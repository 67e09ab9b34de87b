"""What to call the route that served a request: its template and its operation, never the path as it was
asked for.
"""

from typing import NamedTuple
from weakref import WeakKeyDictionary

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute
from starlette.types import Scope

UNMATCHED = "unmatched"


class RouteName(NamedTuple):
    template: str
    operation: str


_NO_ROUTE = RouteName(UNMATCHED, UNMATCHED)


class RouteNames:
    """Learns an application's routes when it first meets one it does not know."""

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[BaseRoute, RouteName] = WeakKeyDictionary()

    def of(self, scope: Scope) -> RouteName:
        """The name of the route in `scope`, after routing; a request that no route took is `unmatched`."""
        route = scope.get("route")
        if route is None:
            return _NO_ROUTE
        try:
            known = self._known.get(route)
        except TypeError:
            return _NO_ROUTE
        if known is None:
            self._learn(scope)
            known = self._known.setdefault(route, _NO_ROUTE)
        return known

    def _learn(self, scope: Scope) -> None:
        for found in iter_route_contexts(scope["app"].routes):
            template = found.path_format or UNMATCHED
            operation = getattr(found, "operation_id", None) or found.name or template
            try:
                self._known[found.original_route] = RouteName(template, operation)
            except TypeError:
                continue
