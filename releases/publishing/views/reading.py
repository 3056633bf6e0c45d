"""Reading releases: the list, a release, its files. Open to the public for White material."""

from operator import attrgetter
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from portal.pages.contributions import Panel, collect
from portal.pages.downloads import attached
from portal.pages.exports import Column, csv_of
from portal.workflow.http import PortalRequest
from releases.publishing import documents, listing, may, queries, verbs
from releases.publishing.images import image_attached
from releases.publishing.list_forms import FilterForm
from releases.publishing.models import Classification, Release
from releases.publishing.views.common import page, visible

PAGE_SIZE = 25


COLUMNS = (
    Column("Reference", attrgetter("reference")),
    Column("Title", attrgetter("title")),
    Column("State", lambda row: row.get_state_display()),
    Column("Class", attrgetter("urgency_class")),
    Column("Approach", lambda row: row.get_approach_display()),
    Column("May be read by", lambda row: row.get_classification_display()),
    Column("Firmware version", attrgetter("firmware_version")),
    Column("Hub models", lambda row: ", ".join(str(model) for model in row.hub_models.all())),
    Column("Announced", attrgetter("announced_at")),
    Column("Deployment planned", attrgetter("planned_deployment_at")),
    Column("Activation planned", attrgetter("planned_activation_at")),
)


def _listed(request: PortalRequest) -> tuple[FilterForm, QuerySet[Release]]:
    """Return the filters of the address and the releases they show."""
    form = FilterForm(request.GET, actor=request.actor)
    chosen = form.cleaned_data if form.is_valid() else {}
    return form, listing.listed(request.actor, chosen, sort=request.GET.get("sort", ""))


@require_safe
def releases_csv(request: PortalRequest) -> HttpResponseBase:
    return csv_of(request, "releases", _listed(request)[1], COLUMNS)


@require_safe
def releases(request: PortalRequest) -> HttpResponse:
    form, found = _listed(request)
    return page(
        request,
        "releases",
        filters=form,
        releases=Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        no_draft=may.draft_release.why_not(by=request.actor),
    )


@require_safe
def release(request: PortalRequest, reference: str) -> HttpResponse:
    found = visible(request, reference)
    actor, at = request.actor, request.at
    stages = sorted(collect("release_stages", found, actor, at), key=lambda stage: stage.order)
    notice = queries.notice_in_force(found)
    return page(
        request,
        "release",
        release=found,
        stages=stages,
        blocks="; ".join(stage.blocks for stage in stages if stage.state == "blocked" and stage.blocks),
        next=queries.next_date(found, at),
        holder="" if found.machine.is_final(found.state) else found.machine.owners[found.state],
        acts=sorted(collect("release_acts", found, actor, at), key=lambda act: act.order),
        panels=[_drawn(request, panel) for panel in _panels(request, found)],
        models=list(found.hub_models.all()),
        from_versions=list(found.from_versions.select_related("hub_model")),
        notice=notice,
        successor=queries.successor(found, actor),
        no_reclassify=may.reclassify.why_not(found, by=actor),
    )


def _panels(request: PortalRequest, release: Release) -> list[Panel]:
    panels: list[Panel] = collect("release_panels", release, request.actor, request.at)
    return sorted(panels, key=lambda panel: panel.order)


def _drawn(request: PortalRequest, panel: Panel) -> dict[str, Any]:
    html = render_to_string(panel.template, panel.context, request=request)
    return {"title": panel.title, "slug": panel.slug or f"panel-{panel.order}", "html": html}


@require_safe
def evidence_file(request: PortalRequest, reference: str, pk: int) -> FileResponse:
    release = visible(request, reference)
    found = get_object_or_404(queries.evidence(release, request.actor).exclude(file=""), pk=pk)
    if release.classification != Classification.RED:  # else the release's own line says it
        verbs.note_reading(release, request.path, own=found.classification, by=request.actor, at=request.at)
    ending = documents.KINDS[found.file_kind].ending if found.file_kind else "bin"
    return attached(found.file.open("rb"), f"{release.reference}-evidence-{found.pk}.{ending}")


@require_safe
def download_image(request: PortalRequest, reference: str) -> FileResponse:
    return image_attached(visible(request, reference), by=request.actor, at=request.at)
