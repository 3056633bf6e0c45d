"""What rollouts add to shared pages: navigation, things to do, dates, the release page's stage, section and acts."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Min
from django.urls import reverse

from devices.fleet.queries import own_homes
from devices.rollouts import can, dated, firm, left_behind, may, queries, watch
from devices.rollouts.models import NightlyCapacity, Programme, Rollout
from devices.rollouts.states import LIVE, OVER, ROLLOUT, RUNNING, HubState, RolloutState
from portal.pages.contributions import Act, Capacity, Dated, Due, Effect, Link, Panel, Stage, Waiting, counted
from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from releases.holds.queries import Change
from releases.issues.models import Issue
from releases.publishing.models import Release
from releases.publishing.states import FINISHED as RELEASE_OVER
from releases.publishing.states import ReleaseState
from releases.publishing.working import words

_WITH_DCC = {RolloutState.FINISHED, RolloutState.STOPPED}


def navigation(actor: Actor) -> Iterator[Link]:
    """The rollouts, for whoever may read the portal."""
    if actor.has(Permission.READ_PORTAL):
        yield Link("Rollouts", reverse("rollouts:rollouts"), order=50)


def _url(rollout: Rollout) -> str:
    return reverse("rollouts:rollout", args=[rollout.reference])


def _present(release: Release) -> Rollout | None:
    """Return the rollout of a release that says where it stands: the latest that was not cancelled."""
    return release.rollouts.filter(catches_up=None).exclude(state=RolloutState.CANCELLED).first()


def waiting(actor: Actor, at: datetime) -> Iterator[Waiting]:
    """For DCC: plans to approve, rollouts that stand still or wait for their next start, reports to publish."""
    if not actor.has(Permission.MANAGE_ROLLOUTS):
        return
    for rollout in queries.visible_to(actor).exclude(state__in=OVER - _WITH_DCC):
        if rollout.state == RolloutState.PLANNED and may.approve.why_not(rollout, by=actor) is None:
            yield Waiting(f"Approve rollout {rollout}", _url(rollout), since=rollout.planned_at, group="To approve")
        elif rollout.state in (RolloutState.PAUSED, RolloutState.HALTED):
            since = rollout.stood_still_at or at
            acts = "resume or stop" if can.resume.why_not(rollout, at=at) is None else "stop"
            yield Waiting(f"Rollout {rollout} is {rollout.state}: {acts} it", _url(rollout), since=since)
        elif rollout.state == RolloutState.APPROVED and can.start.why_not(rollout, at=at) is None:
            since = rollout.approved_at or at
            yield Waiting(f"Start rollout {rollout}", _url(rollout), since=since, group="To start")
        elif rollout.state == RolloutState.DEPLOYED and can.start_activation.why_not(rollout, at=at) is None:
            since = rollout.deployment_started_at or at
            yield Waiting(f"Start the activation of {rollout}", _url(rollout), since=since, group="To start")
        elif rollout.state == RolloutState.FINISHED and can.report.why_not(rollout, at=at) is None:
            report = reverse("rollouts:report", args=[rollout.reference])
            since = rollout.finished_at or at
            yield Waiting(f"Publish the exit report of {rollout}", report, since=since, group="To report")
        elif rollout.state == RolloutState.STOPPED and can.end_activation.why_not(rollout) is None:
            text = f"Rollout {rollout} was stopped: plan another for the rest, or end the activation"
            yield Waiting(text, _url(rollout), since=rollout.finished_at or at)


def nightly_capacity(actor: Actor) -> Iterator[Capacity]:
    """The activations a night that the CSPs state, for who sees them; a region without a number takes all that come."""
    if may.see_capacity.why_not(by=actor) is None:
        for one in NightlyCapacity.objects.filter(activation__isnull=False).order_by("region"):
            yield Capacity(one.region, one.activation or 0, one.stated_by_name)


def dates(actor: Actor, start: datetime, end: datetime) -> Iterator[Dated]:
    """When programmes and their waves started and rollouts finished."""
    return dated.dates(actor, start, end)


def due(actor: Actor, at: datetime) -> Iterator[Due]:
    """The next answers, retries, windows and verdicts of running rollouts; the earliest starts of catch-up waves."""
    for rollout in queries.visible_to(actor).filter(starts_from__gt=at).exclude(state__in=OVER):
        if rollout.starts_from is not None:
            yield Due(rollout.starts_from, f"Rollout {rollout}: the catch-up wave may start")
    for moment, text in firm.due(queries.visible_to(actor), at):
        yield Due(moment, text)
    for rollout in queries.visible_to(actor).filter(state__in=LIVE):
        step = rollout.batches.filter(due_at__gt=at).aggregate(next=Min("due_at"))["next"]
        if step is not None:
            yield Due(step, f"Rollout {rollout}: hubs answer or are asked again")
        wave = queries.present_wave(rollout)
        settled = getattr(wave, f"{rollout.stage.word}_settled_at") if wave else None
        if settled is not None and rollout.state in RUNNING:
            verdict = settled + timedelta(seconds=rollout.soak_seconds)
            if verdict > at:
                yield Due(verdict, f"Rollout {rollout}: verdict on a wave")


def hold_effects(
    release: Release | None, change: Change, actor: Actor, at: datetime, lifting: bool
) -> Iterator[Effect]:
    """The waves whose hubs placing or lifting a hold stops or sets free, and the hubs that would catch up."""
    rows = queries.visible_to(actor).filter(catches_up=None).exclude(state=RolloutState.CANCELLED)
    for rollout in (rows if release is None else rows.filter(release=release)).order_by("pk"):
        waves = left_behind.touched(rollout, change)
        if waves:
            hubs, numbers = counted(sum(waves.values()), "hub"), ", ".join(map(str, waves))
            yield Effect(10, f"Rollout {rollout}: {hubs} not through yet, in wave {numbers}.")
        if lifting and can.catch_up.why_not(rollout) is None and (late := left_behind.would_be(rollout, change.free)):
            day = words(can.catch_up_from(at))
            yield Effect(20, f"{counted(late, 'hub')} of waves gone by catch up, from {day} at the earliest.")


def fleet_notes(actor: Actor, at: datetime) -> Iterator[Link]:
    """Hubs of the actor's homes that run their new version in rollouts under way: the inventory follows when those end.

    Rule: a CSP operator sees its own regions, a supplier its own homes (Who).
    """
    homes = own_homes(actor)
    if homes is None:
        return
    for order, rollout in enumerate(queries.visible_to(actor).filter(state__in=LIVE).order_by("pk")):
        if actor.suppliers:
            count = queries.own_homes(rollout, actor.suppliers)[HubState.ACTIVATED]
        else:
            count = queries.figures(rollout).in_regions(homes.regions)[HubState.ACTIVATED]
        if count:
            yield Link(f"{count:,} run {rollout.release.firmware_version} in {rollout}", _url(rollout), order)


def issue_notes(issue: Issue, actor: Actor, at: datetime) -> Iterator[Link]:
    """The rollouts whose hubs were watched when the issue was raised."""
    for rollout in watch.raised_in(issue, queries.visible_to(actor)):
        yield Link(f"the hypercare of {rollout}", reverse("rollouts:watched", args=[rollout.reference]), rollout.pk)


def release_stages(release: Release, actor: Actor, at: datetime) -> Iterator[Stage]:
    """The deployment of the release; its activation is publishing's own stage."""
    rollout = _present(release)
    is_over = release.state in RELEASE_OVER and release.state != ReleaseState.CLOSED
    if rollout is None or rollout.deployment_started_at is None:
        blocks = "the plan waits for approval" if rollout and rollout.state == RolloutState.PLANNED else ""
        url = _url(rollout) if rollout else ""
        if is_over:
            yield Stage(70, "Deployment", "skipped", url=url)
            return
        planned = release.planned_deployment_at
        yield Stage(70, "Deployment", "waiting", planned=planned, blocks=blocks, url=url)
        return
    began = rollout.deployment_started_at
    if rollout.programme == Programme.ACTIVATION or rollout.state in (RolloutState.DEPLOYED, *OVER):
        yield Stage(70, "Deployment", "done", at=began, url=_url(rollout))
    elif is_over:
        yield Stage(70, "Deployment", "ended", at=began, url=_url(rollout))
    elif rollout.state == RolloutState.DEPLOYING:
        yield Stage(70, "Deployment", "current", at=began, holder="the network", url=_url(rollout))
    else:
        yield Stage(70, "Deployment", "blocked", at=began, blocks=f"the rollout is {rollout.state}", url=_url(rollout))


def release_panels(release: Release, actor: Actor, at: datetime) -> Iterator[Panel]:
    """The rollout's figures, for everybody who may see the release."""
    rollout = _present(release)
    if rollout is None or not rollout.hubs:
        return
    by_state = queries.figures(rollout).by_state
    context = {
        "rollout": rollout,
        "deployed": by_state[HubState.DEPLOYED] + by_state[HubState.ACTIVATING],
        "activated": by_state[HubState.ACTIVATED],
        "failed": by_state[HubState.FAILED] + by_state[HubState.EXPIRED],
    }
    yield Panel(33, "Rollout", "rollouts/panels/rollout.html", context, slug="rollout")


def release_effects(release: Release, act: str, actor: Actor, at: datetime) -> Iterator[Effect]:
    """A rollout of a release that ends or returns to draft is cancelled or stopped; hubs keep what they run."""
    rollout = release.rollouts.exclude(state__in=OVER).first()
    if rollout is None:
        yield Effect(60, "No rollout is planned or running.")
    elif act == "amend":
        yield Effect(60, f"Rollout {rollout} of {rollout.hubs:,} hubs stays; its gates open at the later dates.")
    elif ROLLOUT.allows(rollout.state, RolloutState.CANCELLED):
        yield Effect(60, f"The plan of rollout {rollout} for {rollout.hubs:,} hubs is cancelled.")
    else:
        by_state = queries.figures(rollout).by_state
        run, hold = by_state[HubState.ACTIVATED], by_state[HubState.DEPLOYED]
        yield Effect(
            60,
            f"Rollout {rollout} is stopped: of its {rollout.hubs:,} hubs {run:,} run the new firmware and keep it, "
            f"{hold:,} hold the image and never activate it, the others are left as they are.",
        )


def release_acts(release: Release, actor: Actor, at: datetime) -> Iterator[Act]:
    """DCC plans a rollout of an announced release, and finds the present one."""
    if may.plan.why_not(release, by=actor) is not None or release.state == ReleaseState.DRAFT:
        return
    rollout = release.rollouts.exclude(state__in=OVER).first()
    if rollout is not None:
        yield Act(50, "Go to the rollout", _url(rollout))
    elif release.state not in RELEASE_OVER:
        url = reverse("rollouts:plan", args=[release.reference])
        yield Act(50, "Plan a rollout", url, can.plan.why_not(release))
