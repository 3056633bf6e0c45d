"""How a remedy or a determination takes effect: holds, dates, return, rejection."""

from collections.abc import Iterable
from datetime import datetime

from portal.working_days import LONDON
from releases.ballots.can import OPEN_TO_OBJECTIONS
from releases.ballots.models import Ballot, Determination, Objection, Remedy
from releases.ballots.paper import Kind, Option
from releases.ballots.queries import holds_of, replaced_determinations, sent_back
from releases.ballots.safeguards import protected
from releases.ballots.states import ObjectionState
from releases.ballots.verbs import emergencies
from releases.ballots.verbs.settling import CLERK, is_restricted, parties
from releases.holds import verbs as holds
from releases.holds.models import Cause, Ground, Hold, Stage
from releases.holds.queries import cells_of
from releases.holds.states import HoldState
from releases.products.cohorts import Cohort, words
from releases.publishing import verbs as publishing
from releases.publishing.models import Release
from releases.publishing.states import FINISHED, ReleaseState

UNTIL_FIXED = "Until the fault is fixed: evidence of severity 1 or 2 is established (minority safeguard)."


def hold_cohort(objection: Objection, cohort: Cohort, *, at: datetime, until: datetime | None = None) -> Hold:
    """Hold homes of an objection for the issues it cites, and return the hold."""
    issue = objection.issues.order_by("severity", "pk").first()
    return holds.place(
        objection.release,
        cohort,
        stage=Stage.BOTH,
        cause=Cause.ISSUE,
        cause_id=issue.pk if issue else None,
        cause_text=f"Objection {objection.reference} by {objection.organisation}",
        review_at=until,
        restricted=is_restricted(objection),
        parties=parties(objection),
        by=CLERK,
        at=at,
    )


def grant(objection: Objection, *, at: datetime) -> None:
    """Give an objector the remedy that DCC accepted."""
    release = objection.release
    why = f"DCC accepted the remedy sought in {objection.reference}."
    if objection.remedy == Remedy.HOLD or release.state not in OPEN_TO_OBJECTIONS or objection.is_limited:
        hold_cohort(objection, Cohort.of(objection), at=at, until=objection.defer_to)
    elif objection.remedy == Remedy.DEFER and objection.defer_to is not None:
        defer(release, until=objection.defer_to, why=why, at=at)
    else:
        publishing.return_to_draft(release, by=CLERK, at=at, why=why)


def defer(release: Release, *, until: datetime, why: str, at: datetime) -> None:
    """Defer activation, unless it is deferred to a later date already."""
    if release.deferred_until is None or release.deferred_until < until:
        publishing.defer(release, until=until, by=CLERK, at=at, why=why)


def take_effect(determination: Determination, *, evidence_accepted: bool, at: datetime) -> list[str]:
    """Let a determination take effect and return what it did in sentences.

    Rule: holds created, dates moved, gate opened, or release returned or rejected; the safeguarded cohort is held
    until fixed whichever option wins. Where the release is already under way, an option against the whole of it
    holds the objected cohort instead: the rest continues.
    """
    ballot = determination.ballot
    release = Release.objects.get(pk=ballot.release_id)
    done = _end_earlier_holds(ballot, determination, at)
    if release.state in FINISHED:
        return [*done, f"The release was {release.get_state_display().lower()} meanwhile: nothing else to do."]
    if ballot.kind != Kind.OBJECTIONS:
        return [*done, *emergencies.take_effect(determination, release, at=at)]
    objections = list(ballot.objections.prefetch_related("issues").order_by("pk"))
    kept = set(protected(ballot, evidence_accepted=evidence_accepted)) if determination.is_safeguarded else set()
    done += [_hold(determination, one, UNTIL_FIXED, at) for one in objections if one.pk in kept]
    rest = [one for one in objections if one.pk not in kept]
    if kept and determination.outcome == Option.PROCEED:
        return [*done, "The rest of the release proceeds."]
    return done + _apply(Option(determination.outcome), determination, release, rest, at)


def _apply(
    option: Option, determination: Determination, release: Release, rest: Iterable[Objection], at: datetime
) -> list[str]:
    why = f"Determination {determination.reference}: {option.words}."
    if option is Option.PROCEED:
        return ["The release proceeds."]
    if release.state == ReleaseState.DRAFT and option is not Option.EXCLUDE:
        return ["The release was returned to draft meanwhile: its notice starts again."]
    whole = release.state in OPEN_TO_OBJECTIONS
    if option is Option.EXCLUDE or not whole:
        condition = determination.until or f"Until a new determination replaces {determination.reference}."
        return [*(_hold(determination, one, condition, at) for one in rest), "The rest of the release proceeds."]
    if option is Option.DEFER and determination.defer_to is not None:
        defer(release, until=determination.defer_to, why=why, at=at)
        return [f"Activation is deferred to {_date(determination.defer_to)}."]
    if option is Option.RETEST:
        publishing.return_to_draft(release, by=CLERK, at=at, why=why)
        return ["The release is returned to draft for retest: its notice is void."]
    if release.state != ReleaseState.DISPUTED:
        release = publishing.dispute(release, by=CLERK, at=at, why=why)
    publishing.reject(release, by=CLERK, at=at, why=why)
    return ["The release is rejected."]


def _hold(determination: Determination, objection: Objection, condition: str, at: datetime) -> str:
    cohort = Cohort.of(objection)
    if not cells_of(cohort, determination.ballot.release).filter(homes__gt=0).exists():
        return f"Nothing to hold for {objection.reference}: its cohort has no homes."
    holds.place(
        determination.ballot.release,
        cohort,
        stage=Stage.BOTH,
        cause=Cause.DETERMINATION,
        cause_id=determination.pk,
        cause_text=f"Determination {determination.reference} on {objection.reference}",
        condition=condition,
        restricted=is_restricted(objection),
        parties=parties(objection),
        by=CLERK,
        at=at,
    )
    held = "The cohort" if is_restricted(objection) else words(cohort)
    return f"Held: {held}. {condition}"


def hold_again(determination: Determination, *, at: datetime) -> list[str]:
    """Hold the objected cohorts after an appeal was upheld, and return what was held in sentences."""
    release = Release.objects.get(pk=determination.ballot.release_id)
    if release.state in FINISHED:
        return [f"The release was {release.get_state_display().lower()} meanwhile: nothing else to do."]
    upheld = f"the appeal against {determination.reference} was upheld"
    condition = f"As the Authority ordered, or until a new determination: {upheld}."
    objections = determination.ballot.objections.prefetch_related("issues").order_by("pk")
    return [_hold(determination, one, condition, at) for one in objections]


def _end_earlier_holds(ballot: Ballot, determination: Determination, at: datetime) -> list[str]:
    """Rule: a determination's hold ends only by its stated condition or a new determination (Holds)."""
    earlier = replaced_determinations(ballot).values("pk")
    done = []
    for hold in Hold.objects.filter(cause=Cause.DETERMINATION, cause_id__in=earlier, state=HoldState.PLACED):
        why = f"Replaced by determination {determination.reference}."
        holds.lift(hold, ground=Ground.DETERMINATION, why=why, by=CLERK, at=at)
        done.append(f"{hold.reference} is replaced.")
    return done


def end_remitted_holds(objection: Objection, *, at: datetime) -> None:
    """End the holds of a determination that the Authority sent back, once nothing it decided is contested any more.

    They wait for the new determination, and there will be none. What is held until the fault is fixed stays.
    """
    for determination in sent_back(objection):
        if determination.ballot.objections.filter(state=ObjectionState.CONTESTED).exists():
            continue
        why = f"{determination.reference} was sent back and {objection.reference} is settled: no ballot decides anew."
        for hold in holds_of(determination).exclude(condition=UNTIL_FIXED).order_by("pk"):
            holds.lift(hold, ground=Ground.DETERMINATION, why=why, by=CLERK, at=at)


def _date(at: datetime) -> str:
    return f"{at.astimezone(LONDON):%-d %B %Y}"
