"""The portal's settings for the server that is measured: two addresses more, and no limit of calls by API."""

from portal.settings import *  # noqa: F403
from portal.settings import REST_FRAMEWORK as PORTALS

ROOT_URLCONF = "tests.benchmarks.site.urls"
REST_FRAMEWORK = {**PORTALS, "DEFAULT_THROTTLE_CLASSES": []}
