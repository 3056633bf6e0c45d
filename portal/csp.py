"""The only places where the content policy is wider than ``CONTENT_SECURITY_POLICY``: one table, which a test reads."""

from collections.abc import Callable
from dataclasses import dataclass

from csp.constants import UNSAFE_INLINE
from django.http import HttpRequest, HttpResponse


@dataclass(frozen=True)
class PolicyException:
    """``route`` is a view name, or the beginning of several when it ends with a colon; ``adds`` widens directives."""

    route: str
    adds: dict[str, list[str]]
    reason: str

    def covers(self, route: str) -> bool:
        """Whether it applies to a view of this name."""
        return route.startswith(self.route) if self.route.endswith(":") else route == self.route


EXCEPTIONS = (
    PolicyException("mfa_activate_totp", {"img-src": ["data:"]}, "The code to scan is drawn into the page itself."),
    PolicyException("admin:", {"style-src": [UNSAFE_INLINE]}, "Django's administration sets styles on elements."),
    PolicyException(
        "api-docs",
        {"style-src": [UNSAFE_INLINE], "img-src": ["data:"]},
        "The viewer of the API's description sets styles on elements and draws its icons into them.",
    ),
)


class PolicyExceptionMiddleware:
    """Widen the policy of an answer where the table says so; stands inside the policy's own middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        route = request.resolver_match.view_name if request.resolver_match else ""
        for exception in EXCEPTIONS:
            if exception.covers(route):
                response._csp_update = exception.adds  # type: ignore[attr-defined]  # read by the policy's middleware
        return response
