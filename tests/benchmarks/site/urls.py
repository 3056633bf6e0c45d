"""The portal's addresses, and a view that does nothing behind the portal's own middleware."""

from django.urls import path

from portal.urls import urlpatterns as portals
from tests.benchmarks.site.views import bare

urlpatterns = [*portals, path("bare/", bare)]
