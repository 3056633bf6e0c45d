"""The published description of the API: how callers prove who they are, and every error answer."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from portal.workflow.once import LONGEST_KEY

ERROR = "Refusal"
ERROR_SCHEMA = {
    "type": "object",
    "required": ["error", "reason", "fields"],
    "properties": {
        "error": {"type": "string", "description": "What kind of refusal it is, in words."},
        "reason": {"type": "string", "description": "A sentence for the person who asked."},
        "fields": {
            "type": "object",
            "description": "For each field that is wrong, its sentences.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}
WORDS = {
    "400": "What was sent cannot be used.",
    "401": "Nobody, or a key that does not hold.",
    "403": "This actor may not do it.",
    "404": "There is nothing here that this actor may see.",
    "409": "Nobody may do it in the present state, or somebody was faster.",
}

KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "maxLength": LONGEST_KEY},
    "description": "The same call sent again with the same key is answered as before and done once.",
}


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself by subclassing
    target_class = "portal.people.authentication.TokenAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Describe the header of a key."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token chfp_…`, a key from the account page.",
        }


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself by subclassing
    target_class = "portal.people.authentication.PortalSessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Describe the cookie of a signed-in person."""
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


def document_errors(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Postprocessing hook: add the error answers each operation can give, all of one shape."""
    result.setdefault("components", {}).setdefault("schemas", {})[ERROR] = ERROR_SCHEMA
    for path, operations in result.get("paths", {}).items():
        for method, operation in operations.items():
            for code in _codes(path, method):
                operation["responses"].setdefault(code, _answer(code))
            if method == "post":
                operation.setdefault("parameters", []).append(KEY)
    return result


def _codes(path: str, method: str) -> list[str]:
    codes = ["401", "403"]
    if "{" in path or method == "get":
        codes.append("404")
    if method != "get":
        codes += ["400", "409"]
    return codes


def _answer(code: str) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{ERROR}"}
    return {"description": WORDS[code], "content": {"application/json": {"schema": schema}}}
