"""What a browser is shown: the contract with a console to try it, and one page for each problem type.

Every asset comes from this process, out of an installed package: council networks block other hosts.
"""

from html import escape
from importlib.util import find_spec
from pathlib import Path

from app.problems import Problem, every_problem

_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#0b0c0c}"
    "code{background:#f3f2f1;padding:.1em .3em}td,th{text-align:left;padding:.3em 1em .3em 0;vertical-align:top}"
    "a{color:#1d70b8}"
)
_ASSETS = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "favicon.png": "image/png",
}

CONSOLE = """\
<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Waymark: the API</title>
<link rel="icon" href="/docs/assets/favicon.png">
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
</head>
<body>
<div id="console"></div>
<noscript>This page needs JavaScript. The contract itself is at <a href="/openapi.json">/openapi.json</a>.</noscript>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script>
SwaggerUIBundle({
  url: "/openapi.json", dom_id: "#console", deepLinking: true, docExpansion: "none",
  displayOperationId: true, filter: true, validatorUrl: null, persistAuthorization: false,
});
</script>
</body>
</html>
"""


def asset(name: str) -> tuple[Path, str] | None:
    """The file and media type of one of the console's assets; None for any other name."""
    package = find_spec("fastapi_offline")
    if name not in _ASSETS or package is None or package.origin is None:
        return None
    return Path(package.origin).parent / "static" / name, _ASSETS[name]


def problem_page(problem: type[Problem]) -> str:
    body = (
        f"<h1>{escape(problem.title)}</h1><p>{_prose(problem.advice)}</p>"
        f"<table><tr><th>Status</th><td>{problem.status}</td></tr>"
        f"<tr><th><code>type</code></th><td><code>/problems/{problem.slug}</code></td></tr></table>"
        f'<p><a href="/problems">All problem types</a> · <a href="/docs">The API</a></p>'
    )
    return _page(problem.title, body)


def problem_index() -> str:
    rows = "".join(
        f'<tr><td>{p.status}</td><td><a href="/problems/{p.slug}">{p.slug}</a></td><td>{escape(p.title)}</td></tr>'
        for p in every_problem()
    )
    body = (
        "<h1>Problem types</h1><p>Every error is a problem document (RFC 9457). Its <code>type</code> is one of these"
        " addresses and never changes; decide by it, not by the wording of <code>detail</code>.</p>"
        f"<table><tr><th>Status</th><th>Type</th><th>Title</th></tr>{rows}</table>"
        '<p><a href="/docs">The API</a></p>'
    )
    return _page("Problem types", body)


def _prose(text: str) -> str:
    """The text with its `code` marked up."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if index % 2 else part for index, part in enumerate(parts))


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>{escape(title)} · Waymark</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body>{body}</body></html>\n"
    )
