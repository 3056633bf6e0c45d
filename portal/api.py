"""The API's one router: each app's ``api.py`` offers ``ENTRIES`` (prefix, viewset, basename)."""

from importlib import import_module

from django.apps import apps
from django.utils.module_loading import module_has_submodule
from rest_framework.routers import SimpleRouter

router = SimpleRouter(trailing_slash=True)

for config in apps.get_app_configs():
    if config.module is not None and config.name.startswith(("portal.", "releases.", "devices.")):
        if module_has_submodule(config.module, "api"):
            for prefix, viewset, basename in import_module(f"{config.name}.api").ENTRIES:
                router.register(prefix, viewset, basename=basename)
