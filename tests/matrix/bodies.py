"""What is sent to an API route so that the question is who may, not whether the body is complete.

Made from the published description: the required fields of the operation, each with a plausible value.
"""

import re
from typing import Any

from portal.api import description

BY_FORMAT = {
    "date": "2017-05-02",
    "date-time": "2017-05-02T09:00:00Z",
    "email": "x@x.example",
    "uri": "https://x.example",
}


def body_for(url: str, method: str, named: dict[str, Any]) -> dict[str, Any]:
    """Return a plausible body for a call of this address; ``named`` gives values by field name.

    A pair there is (slug, number), for fields that name an object one way or the other.
    """
    content = _operation(url, method).get("requestBody", {}).get("content", {})
    value = _value(content.get("application/json", {}).get("schema", {}), named)
    return value if isinstance(value, dict) else {}


def _operation(url: str, method: str) -> dict[str, Any]:
    for template, operations in description()["paths"].items():
        if method.lower() in operations and re.fullmatch(re.sub(r"\\?\{\w+\\?\}", "[^/]+", template), url):
            return dict(operations[method.lower()])
    return {}


def _value(schema: dict[str, Any], named: dict[str, Any]) -> Any:
    if "$ref" in schema:
        return _value(description()["components"]["schemas"][schema["$ref"].rpartition("/")[2]], named)
    if "allOf" in schema or "oneOf" in schema:
        return _value((schema.get("allOf") or schema["oneOf"])[0], named)
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "object":
        wanted = set(schema.get("required", ())) | (set(named) & set(schema.get("properties", {})))
        parts = schema.get("properties", {})
        return {name: _part(name, parts[name], named) for name in parts if name in wanted}
    if kind == "array":
        return [_value(schema["items"], named)] if schema.get("minItems", 0) else []
    return {"integer": 1, "number": 1, "boolean": True}.get(
        str(kind), BY_FORMAT.get(schema.get("format", ""), "Some text.")
    )


def _part(name: str, schema: dict[str, Any], named: dict[str, Any]) -> Any:
    value = named.get(name)
    if isinstance(value, tuple):  # (slug, number): an object is named one way or the other
        return value[0] if schema.get("type") == "string" else value[1]
    return _value(schema, named) if value is None else value
