"""What an operation needs of its caller, declared in its signature and printable as one table.

A router writes `caller: Annotated[Caller, allow(Scope.ATTENDANCE_WRITE, OrganisationKind.PROVIDER)]`; the edge
finds the permission in the signature and enforces it before the body is read.
"""

from dataclasses import dataclass
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from app.access.caller import Caller
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.problems import Forbidden, WrongKindOfOrganisation


@dataclass(frozen=True, slots=True)
class Permission:
    """One scope, and the kinds of organisation that may use it here. As a dependency it hands over the caller.

    It is a coroutine, as all dependencies here are: others run in a thread, which costs more than they do.
    """

    scope: Scope | None
    kinds: frozenset[OrganisationKind]

    async def __call__(self, request: Request) -> Caller:
        caller: Caller = request.state.caller
        return caller

    def check(self, caller: Caller) -> None:
        """Raises Forbidden or WrongKindOfOrganisation."""
        if self.scope is not None and self.scope not in caller.scopes:
            raise Forbidden(needed_scope=self.scope.value)
        if caller.kind not in self.kinds:
            raise WrongKindOfOrganisation(needed_kinds=sorted(k.value for k in self.kinds))


def allow(scope: Scope | None, *kinds: OrganisationKind) -> Any:
    """A dependency that demands `scope`, of any kind of organisation unless some are named."""
    return Depends(Permission(scope, frozenset(kinds) or frozenset(OrganisationKind)))


def permission_of(dependant: Dependant) -> Permission | None:
    """The permission that an operation's signature declares; None where it is open to anybody."""
    for dependency in dependant.dependencies:
        if isinstance(dependency.call, Permission):
            return dependency.call
    return None


@dataclass(frozen=True, slots=True)
class AccessRow:
    method: str
    path: str
    operation: str
    scope: str
    kinds: str


def access_table(app: FastAPI) -> list[AccessRow]:
    """Every operation with what it needs, in the order of paths."""
    rows = []
    for route in operations(app):
        permission = permission_of(route.dependant)
        scope = "open" if permission is None else permission.scope or "any"
        kinds = "" if permission is None else " ".join(sorted(permission.kinds))
        name = route.operation_id or route.name or ""
        rows += [AccessRow(m, route.path or "", name, scope, kinds) for m in methods_of(route)]
    return sorted(rows, key=lambda r: (r.path, r.method))


def operations(app: FastAPI) -> list[RouteContext]:
    """The operations of the API, with the paths they are reached by."""
    return [r for r in iter_route_contexts(app.routes) if isinstance(r.original_route, APIRoute)]


def methods_of(route: RouteContext) -> set[str]:
    """The methods of an operation; HEAD goes with GET and is not counted."""
    return (route.methods or set()) - {"HEAD"}
