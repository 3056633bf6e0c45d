"""The portal's addresses, and a view that does nothing behind the portal's own middleware."""

from django.urls import path

from portal.pages import finding
from portal.urls import urlpatterns as portals
from tests.benchmarks.site.views import bare

finding.A_MINUTE = 1_000_000_000  # searches: the pages are measured, not their limit
urlpatterns = [*portals, path("bare/", bare)]
