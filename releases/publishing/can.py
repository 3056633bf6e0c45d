"""When a release can be changed: its state, its dates, what is in place."""

from datetime import datetime

from portal.people.models import Organisation
from portal.workflow.rules import when
from portal.workflow.state_machine import words as state_words
from releases.publishing import service
from releases.publishing.models import Classification, Notice, Release, StandingSection, UrgencyClass
from releases.publishing.readiness import readers_lack, requirements
from releases.publishing.states import FINISHED, IN_SERVICE_OF_NOTICE, ReleaseState
from releases.publishing.working import last_day_words, words


def _needs(release: Release, *states: ReleaseState) -> str | None:
    if release.state in states:
        return None
    now = state_words(release.state)
    return f"Release {release.reference} is {now}: this is possible only while it is {_either(states)}."


def _either(states: tuple[ReleaseState, ...]) -> str:
    return " or ".join(state_words(state) for state in states)


@when
def edit_release(release: Release) -> str | None:
    return _needs(release, ReleaseState.DRAFT)


@when
def attach_image(release: Release) -> str | None:
    """Rule: another image is a material change (Notice), so it needs a draft."""
    return _needs(release, ReleaseState.DRAFT)


@when
def save_notes(release: Release, *, based_on: int | None = None) -> str | None:
    """`based_on` is the revision the editor began from, where it says so."""
    if release.notes_locked:
        return f"The notes are locked: {release.notes_locked}."
    newest = release.notes.first() if based_on is not None else None
    if newest is not None and newest.number != based_on:
        return (
            f"{newest.saved_by_name} saved revision {newest.number} of the notes while you were writing. "
            "Your text is kept: compare the two and save again."
        )
    return add_to_notes.why_not(release)


@when
def add_to_notes(release: Release) -> str | None:
    """Rule: while a ballot is open additions wait; the lock itself refuses none (Issues)."""
    if release.state in FINISHED:
        return f"Release {release.reference} is {state_words(release.state)}: its notes stay as they are."
    return None


@when
def publish_notes(release: Release) -> str | None:
    if release.state == ReleaseState.DRAFT:
        return "The notes of a draft are published with its notice."
    current = release.notes.first()
    if current is None or current.published_at is not None:
        return "There is no unpublished revision of the notes."
    return save_notes.why_not(release)


@when
def attach_evidence(release: Release) -> str | None:
    if release.state in FINISHED:
        return f"Release {release.reference} is {state_words(release.state)}: no evidence can be added."
    return None


@when
def reclassify(release: Release, *, classification: str, readers: set[int]) -> str | None:
    """Rule: while notice of it is in force, whose hubs it changes must be able to read it (Notice)."""
    if release.state == ReleaseState.DRAFT or release.state in FINISHED:
        return None
    if classification == Classification.RED:
        return "Its suppliers could not read the notice served on them any more. Choose Amber, or return it to draft."
    return readers_lack(release, classification, readers) or None


@when
def confirm_schedule(release: Release) -> str | None:
    from_draft = _needs(release, ReleaseState.DRAFT)
    if from_draft is None and release.approach != "scheduling":
        return "Only a release under the scheduling approach has a schedule to confirm."
    return from_draft


@when
def approve_emergency(release: Release) -> str | None:
    if not release.terms.needs_second_approver:
        return f"A release of the class {release.terms.name} needs no second approver."
    if release.emergency_approved_at is not None:
        return "This release is already approved."
    if not (release.emergency_reason and release.emergency_citation):
        return "Before it can be approved, an Emergency needs its reason and the issue it cites."
    return _needs(release, ReleaseState.DRAFT)


@when
def announce(release: Release, *, at: datetime) -> str | None:
    """Rule: image, evidence, notes, class, readers and dates are in place (Release lifecycle, Notice)."""
    in_draft = _needs(release, ReleaseState.DRAFT)
    if in_draft is not None:
        return in_draft
    lacking = [one.lacking for one in requirements(release, at=at) if not one.is_met]
    return " ".join(lacking) or None


@when
def serve(release: Release, *, notice: Notice | None) -> str | None:
    if notice is None:
        return "No notice of this release is in force."
    if release.state in FINISHED:
        return f"Release {release.reference} is {state_words(release.state)}: nobody is served any more."
    return None


@when
def serve_by_other_means(release: Release, *, notice: Notice, organisation: Organisation) -> str | None:
    if notice.services.filter(organisation=organisation).exists():
        return f"{organisation} has been served already: the first service starts the clock."
    return None


@when
def remind(release: Release, *, notice: Notice, at: datetime) -> str | None:
    """Rule: at most one reminder a day to a recipient (portal default)."""
    not_in_service = _needs(release, *IN_SERVICE_OF_NOTICE)
    if not_in_service is not None:
        return not_in_service
    if not service.unacknowledged(notice).exists():
        return "Everybody has acknowledged the notice."
    if not service.to_remind(notice, at):
        return "Everybody who has not acknowledged was told or reminded today: remind them tomorrow."
    return None


@when
def acknowledge(release: Release, *, notice: Notice, organisation: Organisation) -> str | None:
    if notice.acknowledgements.filter(organisation=organisation).exists():
        return f"{organisation} has acknowledged this notice already."
    return None


@when
def amend(release: Release, *, deployment_at: datetime, activation_at: datetime, is_rerun: bool = False) -> str | None:
    """Rule: a later date is an amendment, an earlier one a material change (Notice); firm ones need a re-run."""
    not_in_service = _needs(release, *IN_SERVICE_OF_NOTICE)
    if not_in_service is not None:
        return not_in_service
    if release.schedule_confirmed_at is not None and not is_rerun:
        return "The dates of this release are firm: a date changes only in a re-run of the scheduling exercise."
    pairs = ((release.planned_deployment_at, deployment_at), (release.planned_activation_at, activation_at))
    for was, becomes in pairs:
        if was is not None and becomes < was:
            return (
                f"{words(becomes)} is earlier than {words(was)}. An earlier date is a material change: "
                "return the release to draft and announce it again."
            )
    if all(was == becomes for was, becomes in pairs):
        return "Both dates are the same as before: there is nothing to amend."
    return None


@when
def return_to_draft(release: Release) -> str | None:
    return _needs(release, *IN_SERVICE_OF_NOTICE)


@when
def end(release: Release) -> str | None:
    """Rule: any state before hypercare can be withdrawn or superseded (Release lifecycle)."""
    if ReleaseState.WITHDRAWN in release.machine.moves[release.state]:
        return None
    return f"Release {release.reference} is {state_words(release.state)} and cannot be withdrawn or superseded."


@when
def supersede(release: Release, *, successor: Release) -> str | None:
    if successor.pk == release.pk:
        return "A release cannot supersede itself."
    if successor.state in FINISHED:
        return f"{successor.reference} is {state_words(successor.state)} and cannot take the place of another."
    return end.why_not(release)


@when
def settle(release: Release) -> str | None:
    return _needs(release, ReleaseState.DISPUTED)


@when
def unclear(release: Release) -> str | None:
    return _needs(release, ReleaseState.CLEARED)


@when
def activate(release: Release) -> str | None:
    return _needs(release, ReleaseState.CLEARED)


@when
def resume(release: Release) -> str | None:
    return _needs(release, ReleaseState.HALTED)


@when
def close(release: Release, *, at: datetime) -> str | None:
    """Rule: closed when the watch period is over (Release lifecycle)."""
    in_hypercare = _needs(release, ReleaseState.HYPERCARE)
    if in_hypercare is None and release.hypercare_until is not None and at < release.hypercare_until:
        return f"Hypercare runs to the end of {last_day_words(release.hypercare_until)}."
    return in_hypercare


@when
def defer(release: Release, *, until: datetime) -> str | None:
    if release.state in FINISHED:
        return f"Release {release.reference} is {state_words(release.state)} and cannot be deferred."
    if release.deferred_until is not None and until < release.deferred_until:
        return f"It is deferred until {words(release.deferred_until)} already, which is later."
    return None


@when
def shorten_deferral(release: Release, *, until: datetime | None) -> str | None:
    if release.deferred_until is None:
        return f"Release {release.reference} is not deferred."
    if until is not None and until >= release.deferred_until:
        return f"{words(until)} is not earlier than {words(release.deferred_until)}."
    return None


@when
def waive_notice(release: Release) -> str | None:
    """Rule: only the activation notice of an Emergency can be waived (Urgency classes)."""
    if release.terms.code != "emergency":
        return "Only the notice of an Emergency can be waived."
    return _needs(release, *IN_SERVICE_OF_NOTICE)


@when
def restore_notice(release: Release) -> str | None:
    if release.notice_waived_at is None:
        return "The notice of this release is not waived."
    if release.first_activation_at is not None:
        return "Activation has begun under the notice as it was waived."
    return _needs(release, *IN_SERVICE_OF_NOTICE)


@when
def end_section(section: StandingSection) -> str | None:
    return "This section has left the template already." if section.ended_at is not None else None


@when
def keep_class(row: UrgencyClass) -> str | None:
    """Rule: the classes are versioned (Urgency classes), so a row that releases refer to is never rewritten."""
    if row.pk is not None and row.releases.exists():
        return "Releases use this version of the class. Add a new version with a later first day instead."
    return None
