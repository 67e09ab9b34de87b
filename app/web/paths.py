"""Which part of the API a request's path lies in."""

from collections.abc import Iterable


def under(path: str, prefix: str) -> bool:
    """Whether the path is the prefix itself or something below it."""
    return path.startswith(prefix) and (len(path) == len(prefix) or path[len(prefix)] == "/")


def under_any(path: str, prefixes: Iterable[str]) -> bool:
    return any(under(path, prefix) for prefix in prefixes)
