"""Reading releases: the list, a release, its notes, its files, the feed. Open to the public for White material."""

from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from portal.pages.contributions import Panel, collect
from portal.workflow.http import PortalRequest
from releases.products.may import download_image as may_download
from releases.products.verbs import hand_out_image
from releases.publishing import may, notes, queries
from releases.publishing.forms import FilterForm
from releases.publishing.models import Release
from releases.publishing.views.common import page, visible

PAGE_SIZE = 25


@require_safe
def releases(request: PortalRequest) -> HttpResponse:
    form = FilterForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    found = queries.listed(request.actor, chosen, sort=request.GET.get("sort", ""))
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
    )


def _panels(request: PortalRequest, release: Release) -> list[Panel]:
    panels: list[Panel] = collect("release_panels", release, request.actor, request.at)
    return sorted(panels, key=lambda panel: panel.order)


def _drawn(request: PortalRequest, panel: Panel) -> dict[str, Any]:
    html = render_to_string(panel.template, panel.context, request=request)
    return {"title": panel.title, "slug": panel.slug or f"panel-{panel.order}", "html": html}


@require_safe
def revisions(request: PortalRequest, reference: str) -> HttpResponse:
    found = visible(request, reference)
    shown = list(queries.revisions(found, request.actor))
    newer, older = _pair(request, shown)
    changes = notes.difference(older.markdown if older else "", newer.markdown) if newer else []
    context = {"release": found, "revisions": shown, "newer": newer, "older": older, "changes": changes}
    return page(request, "revisions", **context)


def _pair(request: PortalRequest, shown: list[Any]) -> tuple[Any, Any]:
    """Return the revision asked for (the newest when none is) and the one before it."""
    if not shown:
        return None, None
    wanted = request.GET.get("revision", "")
    place = next((n for n, one in enumerate(shown) if str(one.number) == wanted), None if wanted else 0)
    if place is None:
        raise Http404
    return shown[place], shown[place + 1] if place + 1 < len(shown) else None


@require_safe
def evidence_file(request: PortalRequest, reference: str, pk: int) -> FileResponse:
    found = get_object_or_404(queries.evidence(visible(request, reference)).exclude(file=""), pk=pk)
    name = f"{found.release.reference}-evidence-{found.pk}.bin"
    return FileResponse(
        found.file.open("rb"), as_attachment=True, filename=name, content_type="application/octet-stream"
    )


@require_safe
def download_image(request: PortalRequest, reference: str) -> FileResponse:
    found = visible(request, reference)
    may_download(by=request.actor)
    if found.image is None:
        raise Http404
    return FileResponse(
        hand_out_image(found.image, by=request.actor, at=request.at),
        as_attachment=True,
        filename=f"{found.reference}-{found.firmware_version}.ota",
        content_type="application/octet-stream",
    )
