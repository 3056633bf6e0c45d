"""The administration of rollouts: looked at with history; changed by their own acts only.

Hub rows and events are not here: millions of rows without a single key are reached by pages.
"""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from devices.rollouts import queries
from devices.rollouts.models import ExitReport, NightlyCapacity, Rollout, Wave
from portal.people.admin_site import RecordAdmin, actor_in


@admin.register(Rollout)
class RolloutAdmin(RecordAdmin):
    list_display = ("reference", "release", "state", "hubs", "planned_at", "planned_by_name", "approved_by_name")
    list_filter = ("state",)
    list_select_related = ("release",)
    search_fields = ("reference",)
    exclude = ("regressing_cells", "source_cells", "target_cells")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rollout]:
        return queries.visible_to(actor_in(request))


@admin.register(Wave)
class WaveAdmin(RecordAdmin):
    list_display = ("__str__", "state", "low", "high")
    list_select_related = ("rollout",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Wave]:
        rows: QuerySet[Wave] = super().get_queryset(request)
        return rows.filter(rollout__in=queries.visible_to(actor_in(request)).values("pk"))


@admin.register(ExitReport)
class ExitReportAdmin(RecordAdmin):
    list_display = ("rollout", "published_at", "published_by_name")
    list_select_related = ("rollout",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ExitReport]:
        rows: QuerySet[ExitReport] = super().get_queryset(request)
        return rows.filter(rollout__in=queries.visible_to(actor_in(request)).values("pk"))


@admin.register(NightlyCapacity)
class NightlyCapacityAdmin(RecordAdmin):
    list_display = ("region", "deployment", "activation", "stated_at", "stated_by_name")
