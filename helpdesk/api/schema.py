"""The OpenAPI document: drf-spectacular fills in what helpdesk.api.product offers."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from helpdesk.api import problems, product, repeats
from helpdesk.api.product import Operation
from helpdesk.api.shapes import SHAPES, ref

DESCRIPTION = """
The REST API of this desk. Make a token under **Settings → API tokens** and send it with every
request: `Authorization: Bearer oh_…`. It acts as its agent, within its scopes and inboxes.

* **Version.** What is written here stays as it is under `/api/v1/`; fields and addresses may be
  added. What would break a program gets a new number, and the old one stays for a year.
* **Errors** are problem details (RFC 9457): `errors` names each field. Unknown fields and
  parameters are refused, so that a typing mistake is never silently ignored.
* **Pages** have a `next`: send it as `cursor` for what follows; null is the end.
* **Repeats.** Send an `Idempotency-Key` with a POST, and repeat it as often as you like within 24
  hours: it is done once. The same key with another body is a 409.
* **Versions of rows.** An `ETag` sent back as `If-Match` makes sure that nobody changed the row
  meanwhile (412).
* **Limits.** 600 requests a minute for each token; `RateLimit-*` says what is left, 429 comes with
  `Retry-After`. A body is JSON, at most 32 deep.
"""

_USUAL = (400, 401, 403, 405, 406, 429)
_WITH_BODY = (415,)
_WHY = {
    304: "Nothing has changed since the ETag that was sent.",
    400: "A field or parameter is wrong; `errors` names it.",
    401: "The token is not known, has ended, or may not be used from here.",
    403: "Neither token nor session, or the scope or role is missing.",
    404: "There is no such row, or it is not for this agent.",
    409: "It is not possible as things stand, or the Idempotency-Key was used for something else.",
    412: "It was changed since the version that If-Match names.",
    413: "The file is larger than 25 MB.",
    429: "The minute's requests are spent; Retry-After says how long to wait.",
}


class Schema(AutoSchema):
    """One operation, as the product's table tells it."""

    @property
    def offered(self) -> Operation | None:
        """What the table says of this address and method."""
        found = product.by_path(self.path)
        return found.get(self.method) if found else None

    def _told(self) -> Operation:
        offered = self.offered
        assert offered is not None
        return offered

    def is_excluded(self) -> bool:
        return self.offered is None

    def get_operation_id(self) -> str:
        return self._told().name

    def get_summary(self) -> str:
        words = "".join(f" {one.lower()}" if one.isupper() else one for one in self._told().name)
        return words[0].upper() + words[1:]

    def get_description(self) -> str:  # type: ignore[override]
        scopes = ", ".join(f"`{one}`" for one in self._told().scopes)
        return f"{self._told().about}\n\nScopes: {scopes or 'any'}."

    def get_tags(self) -> list[str]:
        return [self._told().group]

    def get_request_serializer(self) -> Any:
        if self.path.endswith("/attachments/"):
            file = {"type": "string", "format": "binary"}
            whole = {"type": "object", "properties": {"file": file}, "required": ["file"]}
            return {"multipart/form-data": whole}
        return self._told().takes

    def map_parsers(self) -> list[str]:
        return ["application/json"]

    def get_examples(self) -> list[OpenApiExample]:
        sent = self._told().sent
        return [OpenApiExample("Usual", value=sent, request_only=True)] if sent else []

    def get_override_parameters(self) -> list[Any]:
        offered = self._told()
        found = [
            OpenApiParameter(one.name, one.kind, "query", one.needed, one.about)
            for one in offered.query
        ]
        if self.method == "POST":
            about = "Any text of yours: the same request with it is done once."
            kind = {"type": "string", "maxLength": repeats.MOST, "pattern": "^[!-~]+$"}
            found.append(OpenApiParameter(repeats.NAME, kind, "header", description=about))
        if offered.versioned:
            about = "The ETag that the row must still have."
            found.append(OpenApiParameter("If-Match", str, "header", description=about))
        return found

    def get_response_serializers(self) -> Any:
        offered = self._told()
        found: dict[tuple[int, str], OpenApiResponse] = {}
        for code in offered.codes:
            body = None if code in (204, 304) else offered.gives
            told = OpenApiResponse(body, _WHY.get(code, HTTPStatus(code).phrase))
            found[code, offered.media] = told
        # An Idempotency-Key may belong to another request.
        repeated = (409,) if self.method == "POST" else ()
        bodied = _WITH_BODY if self.method in ("POST", "PATCH") else ()
        for code in sorted({*_USUAL, *offered.refusals, *repeated, *bodied}):
            told = OpenApiResponse(ref("Problem"), _WHY.get(code, HTTPStatus(code).phrase))
            found[code, problems.MEDIA_TYPE] = told
        return found

    def get_filter_backends(self) -> list[Any]:
        return []


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How a token is sent."""

    target_class = "helpdesk.api.tokens.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "oh_<id>_<secret>"}


def with_shapes(result: dict[str, Any], **_given: Any) -> dict[str, Any]:
    """Put the shapes of answers beside those of bodies (a hook of drf-spectacular)."""
    result["info"]["description"] = DESCRIPTION
    result["components"].setdefault("schemas", {}).update(SHAPES)
    return result
