"""What every view of a sealed paper is wrapped in."""

from collections.abc import Callable
from functools import reduce
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from portal.people.proof import freshly_proved

View = Callable[..., HttpResponse]

_LAYERS: tuple[Callable[[Any], Any], ...] = (
    freshly_proved,
    login_required,
    require_http_methods(["GET", "POST"]),
    never_cache,
    sensitive_post_parameters(),
    sensitive_variables(),
)


def secret(view: View) -> View:
    """Let a view show or take what is sealed: to a person freshly proved, kept by no cache and in no error report."""
    return reduce(lambda inner, layer: layer(inner), _LAYERS, view)
