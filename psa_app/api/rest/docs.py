"""The page that shows the API: plain HTML from the OpenAPI document, no script, nothing from elsewhere."""

from html import escape
from typing import Any

from psa_app import routes

_STYLE = """
:root{color-scheme:light dark;--ink:#1b1b18;--quiet:#5f5f58;--line:#e6e6e2;--back:#fbfbfa;--raised:#fff}
:root{--accent:#3a5bc7}
@media(prefers-color-scheme:dark){
:root{--ink:#ececea;--quiet:#a3a39b;--line:#33332f;--back:#171715;--raised:#1f1f1c;--accent:#8fa8ff}
}
body{margin:0;background:var(--back);color:var(--ink);font:15px/1.55 Inter,system-ui,sans-serif}
main{max-width:880px;margin:0 auto;padding:32px 20px 80px}
h1{font-size:24px;margin:0 0 12px}h2{font-size:17px;margin:36px 0 8px}
p{margin:0 0 10px}a{color:var(--accent)}code{font:13px/1.5 ui-monospace,monospace;overflow-wrap:anywhere}
nav{display:flex;flex-wrap:wrap;gap:4px 14px;margin:16px 0}
details{background:var(--raised);border:1px solid var(--line);border-radius:8px;margin:6px 0}
summary{display:flex;flex-wrap:wrap;gap:4px 12px;padding:8px 12px;cursor:pointer}
summary:focus-visible,a:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:6px}
summary b{min-width:52px}summary span{color:var(--quiet)}
details>div{padding:4px 12px 12px;border-top:1px solid var(--line);white-space:pre-line}
table{border-collapse:collapse;width:100%;white-space:normal;margin:8px 0}
td,th{text-align:left;vertical-align:top;padding:5px 12px 5px 0;border-bottom:1px solid var(--line)}
th{font-weight:500;color:var(--quiet)}
"""


def page(document: dict[str, Any]) -> str:
    """The whole page."""
    known = document["components"]
    kinds = [tag["name"] for tag in document["tags"]]
    links = "".join(f'<a href="#{kind}">{escape(kind)}</a>' for kind in kinds)
    parts = "".join(_kind(kind, document["paths"], known) for kind in kinds)
    about = "".join(f"<p>{_text(part)}</p>" for part in document["info"]["description"].split("\n\n"))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>API · PSA</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><main><h1>API</h1>{about}"
        f'<p><a href="{routes.API}/openapi.json">openapi.json</a></p>'
        f'<nav aria-label="Kinds of records">{links}</nav>{parts}</main></body></html>'
    )


def _kind(kind: str, paths: dict[str, Any], known: dict[str, Any]) -> str:
    found = [
        _operation(method.upper(), path, one, known)
        for path, methods in paths.items()
        for method, one in methods.items()
        if one["tags"] == [kind]
    ]
    return f'<section><h2 id="{kind}">{escape(kind)}</h2>{"".join(found)}</section>'


def _operation(method: str, path: str, one: dict[str, Any], known: dict[str, Any]) -> str:
    body = one.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    good = next(response for status, response in one["responses"].items() if status.startswith("2"))
    answer = good.get("content", {}).get("application/json", {}).get("schema")
    return (
        f"<details><summary><b>{method}</b><code>{escape(routes.API + path)}</code>"
        f"<span>{escape(one['summary'])}</span></summary><div>{_text(one['description'])}"
        f"{_table('Parameters', _parameters(one, known))}{_table('Body', _fields(body, known))}"
        f"{_table('Answer', _fields(answer, known))}</div></details>"
    )


def _parameters(one: dict[str, Any], known: dict[str, Any]) -> list[tuple[str, str, str]]:
    resolved = (_resolved(parameter, known["parameters"]) for parameter in one["parameters"])
    return [(found["name"], _kind_of(found["schema"]), found.get("description", "")) for found in resolved]


def _resolved(one: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = known[one["$ref"].rsplit("/", 1)[-1]] if "$ref" in one else one
    return found


def _fields(schema: dict[str, Any] | None, known: dict[str, Any]) -> list[tuple[str, str, str]]:
    if not schema:
        return []
    found = _resolved(schema, known["schemas"])
    if "properties" not in found:
        return [("", _kind_of(found), "")]
    required = set(found.get("required", ()))
    return [
        (name, _kind_of(one), " ".join(("Required." if name in required else "", one.get("description", ""))))
        for name, one in found["properties"].items()
    ]


def _kind_of(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[-1])
    if "anyOf" in schema:
        return " or ".join(_kind_of(one) for one in schema["anyOf"])
    if "enum" in schema and len(schema["enum"]) <= 8:
        return " | ".join(str(one) for one in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind_of(schema.get('items', {}))}"
    kind = schema.get("type", "anything")
    return str(schema.get("format") or (" or ".join(kind) if isinstance(kind, list) else kind))


def _table(title: str, rows: list[tuple[str, str, str]]) -> str:
    if not rows:
        return ""
    lines = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{escape(kind)}</td><td>{_text(text)}</td></tr>"
        for name, kind, text in rows
    )
    return (
        f"<table><thead><tr><th>{title}</th><th>Kind</th><th></th></tr></thead><tbody>{lines}</tbody></table>"
    )


def _text(text: str) -> str:
    """Text with its `code` shown as such."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if number % 2 else part for number, part in enumerate(parts))
