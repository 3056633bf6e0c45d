"""The API's one router: each app's ``api.py`` offers ``ENTRIES`` (prefix, viewset, basename)."""

from functools import cache
from importlib import import_module
from typing import Any

from django.apps import apps
from django.utils.module_loading import module_has_submodule
from drf_spectacular.generators import SchemaGenerator
from rest_framework.routers import SimpleRouter

router = SimpleRouter(trailing_slash=True)

for config in apps.get_app_configs():
    if config.module is not None and config.name.startswith(("portal.", "releases.", "devices.")):
        if module_has_submodule(config.module, "api"):
            for prefix, viewset, basename in import_module(f"{config.name}.api").ENTRIES:
                router.register(prefix, viewset, basename=basename)


@cache
def description() -> dict[str, Any]:
    """Return the OpenAPI description: it is the same for everybody, and to work it out takes over a second."""
    # The library's generator carries no types.
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return found


class OneDescription(SchemaGenerator):
    """Gives the description worked out once in this process."""

    def get_schema(self, *_: Any, **__: Any) -> dict[str, Any]:
        return description()
