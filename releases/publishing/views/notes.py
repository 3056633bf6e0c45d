"""The notes of a release: the desk they are written at, drafts, revisions and what changed, the page and document."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_POST, require_safe

from portal.pages.documents import pdf
from portal.pages.templatetags.words import uk_datetime
from portal.workflow.errors import Invalid, NotNow
from portal.workflow.http import PortalRequest
from portal.workflow.middleware import journal_refusal
from releases.publishing import can, may, queries, verbs
from releases.publishing.desk import Desk, notes_document, open_desk
from releases.publishing.difference import compare
from releases.publishing.forms import CompareForm, NotesForm
from releases.publishing.models import NotesRevision, Release
from releases.publishing.views.common import page, visible


@login_required
def save_notes(request: PortalRequest, reference: str) -> HttpResponse:
    """Write the notes, a box for each section; "Preview" shows them as they will look without saving a revision."""
    release = visible(request, reference)
    may.save_notes(release, by=request.actor)
    if request.method != "POST":
        can.save_notes(release)
        return _desk(request, open_desk(release, queries.own_draft(release, request.actor)))
    form = _form(open_desk(release), request.POST)
    if not form.is_valid():
        return _desk(request, open_desk(release), form=form)
    if "preview" in request.POST:
        verbs.keep_draft(release, form.written(), based_on=_based_on(form), by=request.actor, at=request.at)
        return _desk(request, open_desk(release), form=form, preview=form.written())
    return _save(request, release, form)


def _save(request: PortalRequest, release: Release, form: NotesForm) -> HttpResponse:
    written, based_on = form.written(), _based_on(form)
    try:
        saved = verbs.save_notes(release, written, by=request.actor, at=request.at, based_on=based_on)
    except Invalid as refusal:
        form.add_refusal(refusal)
        return _desk(request, open_desk(release), form=form)
    except NotNow as refusal:
        journal_refusal(request, refusal)
        draft = verbs.keep_draft(release, written, based_on=based_on, by=request.actor, at=request.at)
        return _desk(request, open_desk(release, draft), refusal=refusal)
    messages.success(request, f"The notes are saved as revision {saved.number}.")
    return redirect("publishing:release", release.reference)


def _form(desk: Desk, data: Any = None) -> NotesForm:
    return NotesForm(data, sections=desk.sections, written=desk.written, based_on=desk.current_number)


def _based_on(form: NotesForm) -> int:
    return form.cleaned_data.get("based_on") or 0


def _desk(request: PortalRequest, desk: Desk, *, form: NotesForm | None = None, **context: Any) -> HttpResponse:
    form = form or _form(desk)
    boxes = list(desk.boxes(form))
    missing = [one for one in boxes if one.is_missing]
    context |= {"release": desk.release, "desk": desk, "form": form, "boxes": boxes, "missing": missing}
    status = 400 if form.errors else 409 if context.get("refusal") else 200
    return render(request, "publishing/save_notes.html", context, status=status)


@require_POST
@login_required
def keep_draft(request: PortalRequest, reference: str) -> HttpResponse:
    """Keep what is being written: by the button, or by the page's script, which wants a line to show."""
    release = visible(request, reference)
    form = _form(open_desk(release), request.POST)
    quiet = request.headers.get("X-Requested-With") == "autosave"
    if not form.is_valid():
        sentence = "The draft is not saved: a section is too long."
        return JsonResponse({"said": sentence}, status=400) if quiet else _desk(request, open_desk(release), form=form)
    draft = verbs.keep_draft(release, form.written(), based_on=_based_on(form), by=request.actor, at=request.at)
    if quiet:
        return JsonResponse({"said": f"Draft saved {uk_datetime(draft.saved_at)}."})
    messages.success(request, "Your draft is saved. Only you see it until you save it as a revision.")
    return redirect("publishing:save_notes", reference)


@require_POST
@login_required
def discard_draft(request: PortalRequest, reference: str) -> HttpResponse:
    verbs.discard_draft(visible(request, reference), by=request.actor)
    messages.success(request, "Your draft is discarded.")
    return redirect("publishing:save_notes", reference)


@require_POST
@login_required
def publish_notes(request: PortalRequest, reference: str) -> HttpResponse:
    release = visible(request, reference)
    revision = verbs.publish_notes(release, by=request.actor, at=request.at)
    messages.success(request, f"Revision {revision.number} of the notes is published.")
    return redirect("publishing:release", reference)


@require_safe
def revisions(request: PortalRequest, reference: str) -> HttpResponse:
    """Show the revisions and what one changed of another: any two, at first the newest and the one before it."""
    found = visible(request, reference)
    shown = list(queries.revisions(found, request.actor))
    newer, older = _pair(request, shown)
    changes = compare(older.written if older else {}, newer.written) if newer else []
    form = CompareForm(initial={"older": older and older.number, "newer": newer and newer.number})
    for name in ("older", "newer"):
        form.offer(name, [(one.number, f"revision {one.number}") for one in shown])
    context = {"release": found, "revisions": shown, "newer": newer, "older": older, "form": form}
    context["changed"] = [change for change in changes if change.is_changed]
    context["unchanged"] = [change.title for change in changes if not change.is_changed]
    return render(request, "publishing/revisions.html", context)


def _pair(request: PortalRequest, shown: list[NotesRevision]) -> tuple[NotesRevision | None, NotesRevision | None]:
    if not shown:
        return None, None
    asked = request.GET.get("newer") or request.GET.get("revision")
    newer = _numbered(shown, asked) if asked else shown[0]
    if request.GET.get("older"):
        return newer, _numbered(shown, request.GET["older"])
    return newer, next((one for one in shown if one.number < newer.number), None)


def _numbered(shown: list[NotesRevision], wanted: str) -> NotesRevision:
    for one in shown:
        if str(one.number) == wanted:
            return one
    raise Http404


@require_safe
def read_notes(request: PortalRequest, reference: str) -> HttpResponse:
    """Show the notes on a page of their own, made to be printed."""
    release = visible(request, reference)
    return page(request, "read_notes", release=release, notes=_asked(request, release))


@require_safe
def notes_pdf(request: PortalRequest, reference: str) -> HttpResponse:
    """Give the notes as a document."""
    release = visible(request, reference)
    notes = _asked(request, release)
    name = f"{slugify(release.reference)}-notes-{notes.number}.pdf"
    answer = HttpResponse(pdf(notes_document(release, notes)), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _asked(request: PortalRequest, release: Release) -> NotesRevision:
    """Return the revision asked for, or the newest that may be read."""
    shown = list(queries.revisions(release, request.actor))
    if not shown:
        raise Http404
    wanted = request.GET.get("revision")
    return _numbered(shown, wanted) if wanted else shown[0]
