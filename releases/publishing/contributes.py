"""What releases add to shared pages: navigation, things to do, dates, and their own page's stages and sections."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.urls import reverse

from portal.pages.contributions import Act, Dated, Due, Effect, Link, ListPage, Panel, Stage, Waiting, counted
from portal.pages.searching import Searchable
from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from releases.products.may import download_image
from releases.products.models import HubModel
from releases.publishing import can, classification, dated, fitness, listing, may, paths, queries, scope, timeline
from releases.publishing.images import image_facts
from releases.publishing.models import (
    SEARCHED_EVIDENCE,
    SEARCHED_NOTES,
    SEARCHED_RELEASE,
    Evidence,
    Notice,
    Release,
)
from releases.publishing.readiness import Requirement, evidence_gaps, release_timetable, requirements
from releases.publishing.service import notice_deliveries, service_table
from releases.publishing.stages import stages
from releases.publishing.states import FINISHED, IN_SERVICE_OF_NOTICE, ReleaseState


def navigation(actor: Actor) -> Iterable[Link]:
    """The releases, for everybody."""
    yield Link("Releases", reverse("publishing:releases"), order=10)


def _at(name: str, release: Release) -> str:
    return reverse(f"publishing:{name}", args=[release.reference])


def waiting(actor: Actor, at: datetime) -> Iterator[Waiting]:
    """Drafts and approvals for DCC; notices to acknowledge for those they are addressed to."""
    if actor.has(Permission.MANAGE_RELEASES):
        yield from _for_dcc(actor)
    if actor.has(Permission.ACKNOWLEDGE_NOTICES):
        yield from _to_acknowledge(actor)


def _for_dcc(actor: Actor) -> Iterator[Waiting]:
    drafts = Release.objects.filter(state=ReleaseState.DRAFT).select_related("urgency_class")
    for release in drafts.order_by("drafted_at"):
        approving = may.approve_emergency.why_not(release, by=actor) or can.approve_emergency.why_not(release)
        if approving is None:
            text = f"Approve {release} as an Emergency"
            yield Waiting(text, _at("approve_emergency", release), since=release.drafted_at, group="To approve")
        else:
            text = f"Finish the draft {release}"
            due = release.planned_deployment_at
            yield Waiting(text, _at("release", release), since=release.drafted_at, due=due, group="Drafts")


def _to_acknowledge(actor: Actor) -> Iterator[Waiting]:
    for notice in queries.notices_to_acknowledge(actor):
        text = f"Acknowledge notice of {notice.release}"
        due = notice.release.shown("tests_until") or notice.activation_at
        url = _at("acknowledge", notice.release)
        yield Waiting(text, url, since=notice.issued_at, due=due, group="To acknowledge")


def lists(actor: Actor) -> Iterator[ListPage]:
    """The list of releases."""
    yield ListPage("publishing:releases", "Releases")


def searchable(actor: Actor) -> Iterator[Searchable]:
    """Releases, the newest published notes of each, and documents of evidence."""
    yield Searchable(
        "Release",
        classification.in_the_open(actor).select_related("urgency_class"),
        SEARCHED_RELEASE,
        "title",
        title=str,
        url=lambda row: _at("release", row),
        references=("reference", "firmware_version"),
        weight=4,
    )
    yield Searchable(
        "Release notes",
        listing.published_notes(actor).select_related("release"),
        SEARCHED_NOTES,
        "markdown",
        title=lambda row: f"Notes of {row.release}",
        url=lambda row: f"{_at('release', row.release)}#notes",
    )
    yield Searchable(
        "Test evidence",
        classification.material(Evidence.objects.select_related("release"), actor),
        SEARCHED_EVIDENCE,
        "summary",
        title=lambda row: f"{row.title} ({row.release.reference})",
        url=lambda row: f"{_at('release', row.release)}#evidence",
    )


def dates(actor: Actor, start: datetime, end: datetime) -> Iterator[Dated]:
    """Planned and stated dates of the releases the actor may see."""
    return dated.dates(actor, start, end)


def due(actor: Actor, at: datetime) -> Iterator[Due]:
    """The next moment at which something about a release in service changes by the clock."""
    for release in queries.visible_to(actor).exclude(state__in=(ReleaseState.DRAFT, *FINISHED)):
        for field, words in dated.DATED:
            moment = getattr(release, field)
            if moment is not None and moment > at:
                yield Due(moment, f"{release.reference}: {words}")


def release_stages(release: Release, actor: Actor, at: datetime) -> Iterator[Stage]:
    """The stages of the release's own life."""
    return stages(release, at)


def release_panels(release: Release, actor: Actor, at: datetime) -> Iterator[Panel]:
    """What must still be done to a draft; dates, notes, evidence; for DCC the service of the notice."""
    notice = queries.notice_in_force(release)
    drafts = queries.sees_drafts(actor)
    if drafts and release.state == ReleaseState.DRAFT:
        yield Panel(5, "Before it can be announced", "publishing/panels/readiness.html", _preparing(release, at))
    if notice is not None or release.state == ReleaseState.DRAFT:
        found = None if notice else release_timetable(release, at=at)
        working = found.working if found else notice and notice.working
        context = {"release": release, "working": working, "notice": notice, "timetable": found}
        context["tracks"] = timeline.tracks(release, at)
        context |= {"own": scope.own_shares(release, actor.suppliers), "homes": queries.own_homes(release, actor)}
        context["amendments"] = notice.amendments.all() if notice else []
        yield Panel(20, "Dates", "publishing/panels/dates.html", context, slug="dates")
    yield Panel(40, "Release notes", "publishing/panels/notes.html", _notes(release, actor), slug="notes")
    if drafts and release.state == ReleaseState.DRAFT and (warnings := fitness.worth_saying(release)):
        yield Panel(
            15, "Products and validity", "publishing/panels/fitness.html", {"warnings": warnings}, slug="fitness"
        )
    if (facts := image_facts(release)) is not None:
        image = {"release": release, "facts": facts, "no_download": download_image.why_not(by=actor)}
        yield Panel(45, "Firmware image", "publishing/panels/image.html", image, slug="image")
    evidence = {
        "release": release,
        "evidence": queries.evidence(release, actor),
        "gaps": evidence_gaps(release),
        "may_attach": drafts and can.attach_evidence.why_not(release) is None,
    }
    yield Panel(50, "Test evidence", "publishing/panels/evidence.html", evidence, slug="evidence")
    if notice is not None and drafts:
        yield Panel(60, "Service of the notice", "publishing/panels/service.html", _service(notice), slug="service")


def _notes(release: Release, actor: Actor) -> dict[str, object]:
    notes = queries.revisions(release, actor).first()
    unpublished = notes is not None and notes.published_at is None and release.state != ReleaseState.DRAFT
    return {
        "release": release,
        "notes": notes,
        "may_publish": unpublished and may.publish_notes.why_not(release, by=actor) is None,
        "no_publish": can.publish_notes.why_not(release) if unpublished else None,
        "waiting": list(queries.waiting_notes(release)) if release.notes_locked else [],
    }


def _preparing(release: Release, at: datetime) -> dict[str, object]:
    urls = {
        "Image": "attach_image",
        "Test evidence (Section T)": "attach_evidence",
        "Release notes": "save_notes",
        "Emergency": "approve_emergency",
    }
    rows: list[tuple[Requirement, str]] = [
        (one, _at(urls.get(one.name, "edit_release"), release)) for one in requirements(release, at=at)
    ]
    return {"rows": rows}


_SHOWN = 10


def _service(notice: Notice) -> dict[str, object]:
    rows = service_table(notice)
    open_rows = [row for row in rows if row.service is None]
    return {
        "release": notice.release,
        "notice": notice,
        "count": len(rows),
        "open_rows": open_rows[:_SHOWN],
        "more": len(open_rows) - len(open_rows[:_SHOWN]),
        "served": len(rows) - len(open_rows),
        "answers": queries.acknowledgements(notice),
    }


def release_effects(release: Release, act: str, actor: Actor, at: datetime) -> Iterator[Effect]:
    """What ending, amending or returning the release does to its notice."""
    notice = queries.notice_in_force(release)
    if notice is None:
        yield Effect(10, "No notice is in force: nobody is told.")
        return
    told, served = notice_deliveries(notice).count(), notice.services.count()
    answers = queries.acknowledgements(notice)
    words = {
        "amend": "It stands, and so do its clocks; all of them are told of the later dates",
        "return_to_draft": "It is void and every clock starts again with the next notice; all of them are told why",
    }
    does = words.get(act, "It ends; nobody more is served and all of them are told why")
    sent = counted(told, "organisation")
    yield Effect(10, f"Notice {notice.number} was sent to {sent} and served on {served}. {does}.")
    given, days = counted(answers["count"], "acknowledgement"), counted(answers["days"], "test day")
    yield Effect(11, f"Kept{'' if act == 'amend' else ' on record only'}: {given}, with {days} asked for.")
    if act == "return_to_draft":
        yield Effect(
            12, "The Emergency's approval, its waiver, a confirmed schedule and the fixed terms of the class end."
        )


def hub_model_panels(model: HubModel, actor: Actor, at: datetime) -> Iterator[Panel]:
    """The releases of a hub model, and from which version each leads to which."""
    found = paths.upgrade_paths(model, actor)
    context = {"paths": found, "rows": paths.versions_of(found), "lanes": paths.lanes(found)}
    yield Panel(10, "Upgrade paths", "publishing/panels/paths.html", context, slug="paths")


def release_acts(release: Release, actor: Actor, at: datetime) -> Iterator[Act]:
    """The buttons of the release page: only those of the actor's role, with the reason why not now."""
    yield from _drafting_acts(release, actor, at)
    yield from _notice_acts(release, actor)
    if may.withdraw.why_not(release, by=actor) is None:
        ended = can.end.why_not(release)
        if ended is None:
            yield Act(90, "Withdraw", _at("withdraw", release))
            yield Act(91, "Supersede", _at("supersede", release))


def _drafting_acts(release: Release, actor: Actor, at: datetime) -> Iterator[Act]:
    if may.edit_release.why_not(release, by=actor) is not None:
        return
    if release.state == ReleaseState.DRAFT:
        why_not = can.announce.why_not(release, at=at)
        yield Act(10, "Announce", _at("announce", release), style="primary" if why_not is None else "secondary")
        yield Act(20, "Edit", _at("edit_release", release))
        yield Act(21, "Attach image", _at("attach_image", release))
    if can.attach_evidence.why_not(release) is None:
        yield Act(22, "Attach evidence", _at("attach_evidence", release))
        yield Act(23, "Edit notes", _at("save_notes", release), why_not=can.save_notes.why_not(release))
    if release.terms.needs_second_approver and release.state == ReleaseState.DRAFT:
        refused = may.approve_emergency.why_not(release, by=actor) or can.approve_emergency.why_not(release)
        yield Act(15, "Approve as an Emergency", _at("approve_emergency", release), why_not=refused)


def _notice_acts(release: Release, actor: Actor) -> Iterator[Act]:
    notice = queries.notice_in_force(release)
    if notice is None:
        return
    acknowledges = actor.has(Permission.ACKNOWLEDGE_NOTICES) and release.state not in FINISHED
    if acknowledges and queries.acknowledging(notice, actor).exists():
        yield Act(10, "Acknowledge the notice", _at("acknowledge", release), style="primary")
    if may.amend.why_not(release, by=actor) is None and release.state in IN_SERVICE_OF_NOTICE:
        yield Act(29, "Service and reminders", _at("service", release))
        if release.schedule_confirmed_at is None:  # firm dates are moved in a re-run of the exercise
            yield Act(30, "Move dates later", _at("amend", release))
        yield Act(80, "Return to draft", _at("return_to_draft", release))
