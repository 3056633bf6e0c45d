"""The stages of a release's life as its tracker shows them."""

from collections.abc import Iterator
from datetime import datetime

from portal.pages.contributions import Stage
from portal.working_days import last_moment_before
from releases.publishing.models import Release
from releases.publishing.states import ENDED_EARLY, ReleaseState

_CLEARED = (
    ReleaseState.CLEARED,
    ReleaseState.ACTIVE,
    ReleaseState.HALTED,
    ReleaseState.HYPERCARE,
    ReleaseState.CLOSED,
)


def stages(release: Release, at: datetime) -> Iterator[Stage]:
    """Yield the stages that publishing answers for: 10 draft to 100 report."""
    state = ReleaseState(release.state)
    drafting = state == ReleaseState.DRAFT
    yield Stage(10, "Draft", "current" if drafting else "done", at=release.drafted_at, holder="DCC" if drafting else "")
    announced = release.class_terms is not None
    yield Stage(20, "Notice", "done" if announced else _to_come(state), at=release.announced_at if announced else None)
    yield _period(30, "User testing", release.tests_until, release, at)
    yield _objections(release, at)
    yield _cleared(release)
    yield _activation(release)
    watching, closed = state == ReleaseState.HYPERCARE, state == ReleaseState.CLOSED
    watch = "current" if watching else "done" if closed else _to_come(state)
    yield Stage(90, "Hypercare", watch, planned=None if watch == "skipped" else release.shown("hypercare_until"))
    yield Stage(100, "Report", "done" if closed else _to_come(state))


def _to_come(state: ReleaseState) -> str:
    return "skipped" if state in ENDED_EARLY else "waiting"


def _period(order: int, name: str, until: datetime | None, release: Release, at: datetime) -> Stage:
    if release.class_terms is None:
        return Stage(order, name, _to_come(ReleaseState(release.state)))
    if until is None:
        return Stage(order, name, "skipped")
    last = last_moment_before(until)
    if at >= until:
        return Stage(order, name, "done", at=last)
    if release.state in ENDED_EARLY:
        return Stage(order, name, "ended")
    return Stage(order, name, "current", planned=last, holder="Suppliers and RSAs")


def _objections(release: Release, at: datetime) -> Stage:
    if release.state == ReleaseState.DISPUTED:
        return Stage(
            40,
            "Objections",
            "blocked",
            planned=release.shown("objections_until") if at < (release.objections_until or at) else None,
            holder="SECAS, DCC and the committee",
            blocks="an objection is not settled",
        )
    return _period(40, "Objections", release.objections_until, release, at)


def _cleared(release: Release) -> Stage:
    if release.state in _CLEARED or release.first_activation_at is not None:
        return Stage(60, "Cleared", "done")
    if release.state == ReleaseState.REJECTED:
        return Stage(60, "Cleared", "blocked", blocks="the release is rejected")
    return Stage(60, "Cleared", _to_come(ReleaseState(release.state)))


def _activation(release: Release) -> Stage:
    order, name = 80, "Activation"
    if release.state == ReleaseState.ACTIVE:
        return Stage(order, name, "current", at=release.first_activation_at, holder="DCC and the CSPs")
    if release.state == ReleaseState.HALTED:
        return Stage(order, name, "blocked", at=release.first_activation_at, blocks="the release is halted")
    if release.state in (ReleaseState.HYPERCARE, ReleaseState.CLOSED):
        return Stage(order, name, "done", at=release.first_activation_at)
    if release.state in ENDED_EARLY and release.first_activation_at is not None:
        holder = f"until the release was {release.get_state_display().lower()}"
        return Stage(order, name, "ended", at=release.first_activation_at, holder=holder)
    if release.state in ENDED_EARLY:
        return Stage(order, name, "skipped")
    return Stage(order, name, "waiting", planned=release.planned_activation_at)
