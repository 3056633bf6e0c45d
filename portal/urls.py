"""Addresses, included by app."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from portal.api import OneDescription, router

urlpatterns = [
    path("", include("portal.pages.urls")),
    path("", include("portal.people.urls")),
    path("", include("portal.delivery.urls")),
    path("", include("portal.journal.urls")),
    path("releases/", include("releases.publishing.urls")),
    path("classes/", include("releases.publishing.class_urls")),
    path("questions/", include("releases.questions.urls")),
    path("products/", include("releases.products.urls")),
    path("testing/", include("releases.testing.urls")),
    path("scheduling/", include("releases.scheduling.urls")),
    path("holds/", include("releases.holds.urls")),
    path("issues/", include("releases.issues.urls")),
    path("ballots/", include("releases.ballots.urls")),
    path("gates/", include("releases.gates.urls")),
    path("fleet/alerts/", include("devices.alerts.urls")),
    path("fleet/", include("devices.fleet.urls")),
    path("rollouts/", include("devices.rollouts.urls")),
    path("proposals/", include("devices.detection.urls")),
    path("hubs/", include("devices.enquiries.urls")),
    path("studies/", include("devices.studies.urls")),
    path("accounts/", include("portal.people.account_urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include(router.urls)),
    path("api/schema/", SpectacularAPIView.as_view(generator_class=OneDescription), name="api-schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
]
