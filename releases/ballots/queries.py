"""What a person may see of objections and ballots, and the reads behind pages, gates and API."""

from datetime import datetime

from django.db.models import F, Q, QuerySet

from portal.people.models import Committee, CommitteeKind, Organisation
from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from portal.working_days import london_day
from releases.ballots.can import UNDER_WAY
from releases.ballots.models import (
    RUNNING,
    AppealResult,
    Ballot,
    Determination,
    Entitlement,
    Meeting,
    Objection,
    Remedy,
    RuleSet,
)
from releases.ballots.paper import Kind
from releases.ballots.states import UNDECIDED, UNSETTLED, BallotState, ObjectionState
from releases.holds.models import Cause, Hold
from releases.holds.states import HoldState
from releases.issues.may import is_dcc
from releases.issues.models import Category, Issue
from releases.issues.queries import on_release, sits_on_security
from releases.issues.queries import visible_to as visible_issues
from releases.issues.states import IssueState
from releases.publishing.endings import set_aside
from releases.publishing.models import Release, UrgencyClass
from releases.publishing.queries import visible_to as visible_releases

DEAD = (IssueState.REJECTED, IssueState.DUPLICATE, IssueState.CLOSED)
IN_FORCE = (BallotState.DECIDED, BallotState.PUBLISHED, BallotState.APPEALED)


def objections(actor: Actor) -> QuerySet[Objection]:
    """The objections this actor may see: to visible releases, or before a committee they sit on.

    Rule: a security issue is visible only to the raiser, DCC and the Security Sub-Committee; so is an objection
    that cites one, save that SECAS, which must admit it, sees what the objector wrote.
    """
    seen = Q(release__in=visible_releases(actor)) | Q(ballots__committee__in=actor.committees)
    rows = Objection.objects.filter(seen | Q(ballots__in=_own_rolls(actor))).distinct()
    if _sees_security(actor):
        return rows
    own = {actor.organisation_id, *actor.suppliers} - {None}
    mine = Q(organisation__in=own) | Q(joinders__organisation__in=own) | Q(departures__organisation__in=own)
    restricted = Objection.objects.filter(issues__category=Category.SECURITY).exclude(mine)
    return rows.exclude(pk__in=restricted.values("pk"))


def ballots(actor: Actor) -> QuerySet[Ballot]:
    """The ballots this actor may see; drafts are SECAS's until notice is given."""
    seen = Q(release__in=visible_releases(actor)) | Q(committee__in=actor.committees)
    rows = Ballot.objects.filter(seen | Q(pk__in=_own_rolls(actor))).distinct()
    if not actor.has(Permission.RUN_BALLOTS) and not actor.is_system:
        rows = rows.exclude(state=BallotState.DRAFT).exclude(state=BallotState.VOID, noticed_at=None)
    if _sees_security(actor):
        return rows
    hidden = Objection.objects.filter(issues__category=Category.SECURITY).exclude(pk__in=objections(actor).values("pk"))
    return rows.exclude(objections__in=hidden)


def _own_rolls(actor: Actor) -> QuerySet[Entitlement, int]:
    """The ballots on whose frozen roll this person stands, by id: whose seat has ended votes on what was open then, and
    keeps the receipt. A key reads for its own seat or organisation only."""
    rows = Entitlement.objects.none() if actor.token else Entitlement.objects.filter(user=actor.user_id)
    return rows.values_list("ballot", flat=True)


def determinations(actor: Actor) -> QuerySet[Determination]:
    """The published determinations this actor may see; those not yet published for committee, SECAS and DCC.

    One whose ballot was voided stays readable for whoever could read it, marked void.
    """
    rows = Determination.objects.filter(ballot__in=ballots(actor))
    if actor.is_system or actor.has(Permission.RUN_BALLOTS) or actor.has(Permission.ANSWER_OBJECTIONS):
        return rows
    return rows.filter(Q(published_at__isnull=False) | Q(ballot__committee__in=actor.committees))


def _sees_security(actor: Actor) -> bool:
    """Whether this actor sees every objection that cites a security issue: its judges, DCC, and SECAS."""
    return actor.is_system or actor.has(Permission.ADMIT_OBJECTIONS) or is_dcc(actor) or sits_on_security(actor)


def successor(objection: Objection) -> Organisation | None:
    """Who carries an objection on if its objector withdraws: the first that joined and is still behind it; or None."""
    left = [objection.organisation_id, *objection.departures.values_list("organisation_id", flat=True)]
    rows = objection.joinders.exclude(organisation__in=left).filter(organisation__is_active=True)
    first = rows.select_related("organisation").order_by("joined_at", "pk").first()
    return first.organisation if first else None


def blocking(release: Release, at: datetime) -> list[Objection]:
    """The objections that keep the activation gate shut at `at`, for the release or, if `is_limited`, their cohort.

    Those lodged and not settled; a late one from its admission. Those determined, until the determination is
    published, its appeal window is over and an appeal is answered: then only the objected cohort waits, so they
    come with `is_limited` set, on the copy returned here alone.
    """
    unsettled = Q(state__in=UNSETTLED) & ~Q(state=ObjectionState.LODGED, is_late=True)
    found = list(release.objections.filter(unsettled).select_related("organisation"))
    for objection in _awaiting_appeal(release, at):
        objection.is_limited = True
        found.append(objection)
    return found


def _awaiting_appeal(release: Release, at: datetime) -> QuerySet[Objection]:
    decisions = Determination.objects.filter(ballot__release=release, ballot__state__in=IN_FORCE)
    appealed = Q(appealed_at__isnull=False, appeal_ended_at=None)
    window = Q(appealed_at=None, appeal_until__gt=at)
    waiting = decisions.filter(Q(published_at=None) | window | appealed)
    determined = release.objections.filter(state=ObjectionState.DETERMINED, ballots__determination__in=waiting)
    return determined.select_related("organisation").distinct()


def citable(release: Release, actor: Actor) -> QuerySet[Issue]:
    """The live issues of a release that this actor may see, and so cite."""
    return on_release(release, actor).exclude(state__in=DEAD).order_by("severity", "pk")


def cited(objection: Objection, actor: Actor) -> QuerySet[Issue]:
    """The issues a visible objection cites, security issues only for those who may know of them."""
    known = Q(pk__in=visible_issues(actor).values("pk"))
    return objection.issues.filter(~Q(category=Category.SECURITY) | known).order_by("severity", "pk")


def heard(ballot: Ballot) -> list[Objection]:
    """The objections a ballot hears, with what its page needs."""
    rows = ballot.objections.select_related("organisation", "release").prefetch_related("issues")
    return list(rows.order_by("pk"))


def contested(release: Release) -> QuerySet[Objection]:
    """The objections that wait for a ballot."""
    heard = Ballot.objects.filter(state__in=RUNNING).values("objections")
    rows = release.objections.filter(state=ObjectionState.CONTESTED).exclude(pk__in=heard.exclude(objections=None))
    return rows.select_related("organisation").order_by("pk")


def meetings(actor: Actor) -> QuerySet[Meeting]:
    """The meetings of committees, for whoever may read the portal; the latest first."""
    if not (actor.is_system or actor.has(Permission.READ_PORTAL)):
        return Meeting.objects.none()
    return Meeting.objects.select_related("committee").order_by("-starts_at", "-pk")


def coming_meetings(committee: Committee, at: datetime) -> QuerySet[Meeting]:
    """The meetings to come of a committee, the next first."""
    return Meeting.objects.filter(committee=committee, cancelled_at=None, starts_at__gt=at).order_by("starts_at")


def agenda(meeting: Meeting, actor: Actor) -> QuerySet[Ballot]:
    """The ballots voted on at a meeting, among those this actor may see."""
    rows = ballots(actor).filter(meeting=meeting).exclude(state=BallotState.VOID)
    return rows.select_related("release").prefetch_related("objections__organisation").order_by("pk")


def beside(ballot: Ballot, actor: Actor) -> QuerySet[Ballot]:
    """The other ballots on the same release that may still decide something, among those this actor may see."""
    rows = ballots(actor).filter(release=ballot.release_id, state__in=RUNNING).exclude(pk=ballot.pk)
    return rows.select_related("committee").order_by("pk")


def replaceable(release: Release) -> QuerySet[Ballot]:
    """The ballots on a release to which a new one may refer: voided, or sent back to the committee on appeal."""
    remitted = Q(determination__appeal_result=AppealResult.REMITTED)
    return Ballot.objects.filter(Q(state=BallotState.VOID) | remitted, release=release).order_by("-pk")


def to_review(actor: Actor) -> QuerySet[Release]:
    """The Emergencies whose activation has begun and whose review ballot nobody has drafted. Rule: Urgency classes."""
    reviewed = Ballot.objects.filter(kind=Kind.REVIEW).exclude(state=BallotState.VOID)
    found = visible_releases(actor).filter(
        urgency_class__name=UrgencyClass.Name.EMERGENCY, first_activation_at__isnull=False, state__in=UNDER_WAY
    )
    return found.exclude(pk__in=reviewed.values("release")).order_by("first_activation_at")


def determination_in_force(release: Release) -> Determination | None:
    """The latest determination on this release that took effect, or None."""
    decisions = Determination.objects.filter(ballot__release=release, ballot__state__in=IN_FORCE)
    return decisions.select_related("ballot__committee").order_by("-decided_at", "-pk").first()


def undetermined(release: Release) -> QuerySet[Ballot]:
    """The ballots that keep the whole release waiting: those not decided that hear an objection not limited."""
    return Ballot.objects.filter(release=release, state__in=RUNNING, objections__is_limited=False).distinct()


def determined(ballot: Ballot) -> QuerySet[Objection]:
    """The objections this ballot has determined."""
    rows = ballot.objections.filter(state=ObjectionState.DETERMINED).select_related("release", "organisation")
    return rows.order_by("pk")


def holds_of(determination: Determination) -> QuerySet[Hold]:
    """The holds in force that a determination caused."""
    return Hold.objects.filter(cause=Cause.DETERMINATION, cause_id=determination.pk, state=HoldState.PLACED)


def run_out(at: datetime) -> list[Hold]:
    """The holds in force that a determination placed until a date which is reached."""
    reached = {one.pk: one.until for one in Determination.objects.filter(defer_to__lte=at)}
    holds = Hold.objects.filter(cause=Cause.DETERMINATION, cause_id__in=reached, state=HoldState.PLACED)
    return [hold for hold in holds.order_by("pk") if hold.condition == reached[hold.cause_id or 0]]


def is_deferred_by(determination: Determination) -> bool:
    """Whether it is this determination that defers its release now."""
    until = Release.objects.get(pk=determination.ballot.release_id).deferred_until
    return until is not None and until == determination.defer_to != deferral_without(determination)


def deferral_without(determination: Determination) -> datetime | None:
    """The date to which the release were deferred without this determination, by others and by remedies accepted."""
    release = determination.ballot.release_id
    others = Determination.objects.filter(ballot__release=release, ballot__state__in=IN_FORCE)
    others = others.filter(ballot__kind=Kind.OBJECTIONS)  # what is decided on an Emergency defers nothing: it holds
    others = others.exclude(appeal_result__in=(AppealResult.FREED, AppealResult.REMITTED))
    accepted = Objection.objects.filter(release=release, state=ObjectionState.ACCEPTED, is_limited=False)
    dates = [
        *others.exclude(pk=determination.pk).values_list("defer_to", flat=True),
        *accepted.filter(remedy=Remedy.DEFER).values_list("defer_to", flat=True),
    ]
    return max((date for date in dates if date is not None), default=None)


def rule_set_in_force(at: datetime) -> RuleSet:
    """The newest version of the voting rules in force. Raises RuleSet.DoesNotExist where none was ever stored."""
    return RuleSet.objects.filter(effective_from__lte=london_day(at)).latest("effective_from", "number")


def replaced_determinations(ballot: Ballot) -> QuerySet[Determination]:
    """The earlier determinations on the objections this ballot hears."""
    heard = Determination.objects.filter(ballot__objections__in=ballot.objections.all())
    return heard.exclude(ballot=ballot).distinct()


def sent_back(objection: Objection) -> QuerySet[Determination]:
    """The determinations on this objection that the Authority sent back to be decided anew."""
    remitted = Determination.objects.filter(appeal_result=AppealResult.REMITTED, ballot__objections=objection)
    return remitted.select_related("ballot").order_by("pk")


def silent(at: datetime) -> QuerySet[Objection]:
    """The objections whose answer is overdue, so that they count as contested."""
    waiting = (ObjectionState.ADMITTED, ObjectionState.NARROWED)
    return Objection.objects.filter(state__in=waiting, due_at__lte=at).order_by("due_at")


def misplaced() -> QuerySet[Ballot]:
    """The running ballots before another committee that hear what has become a security issue, not told of yet."""
    rows = Ballot.objects.filter(state__in=RUNNING, objections__issues__category=Category.SECURITY, misplaced_at=None)
    return rows.exclude(committee__kind=CommitteeKind.SECURITY_SUB_COMMITTEE).distinct().order_by("pk")


def set_aside_ballots() -> QuerySet[Ballot]:
    """The ballots not yet decided whose release has ended or lost the notice they were drafted under."""
    return Ballot.objects.filter(set_aside("drafted_at"), state__in=UNDECIDED).select_related("release").order_by("pk")


def set_aside_objections() -> QuerySet[Objection]:
    """The unsettled objections whose release has ended or lost the notice they were lodged under."""
    found = Objection.objects.filter(set_aside("lodged_at"), state__in=UNSETTLED)
    return found.select_related("release").order_by("pk")


def beginning(at: datetime) -> QuerySet[Ballot]:
    """The ballots that wait for their opening though the meeting has begun that votes on them."""
    met = Q(meeting__starts_at__lte=at, meeting__cancelled_at=None)
    return Ballot.objects.filter(met, state=BallotState.NOTICED).order_by("meeting__starts_at", "pk")


def over(at: datetime) -> QuerySet[Ballot]:
    """The ballots that the clock moves now: voting over, or the time for a casting vote."""
    voting = Q(state=BallotState.OPEN, closes_at__lte=at)
    casting = Q(state=BallotState.TIED, casting_until__lte=at)
    spent = Q(extended_at__isnull=False) | Q(tally__isnull=False)  # one left unextended is drafted anew, by SECAS
    final = Q(state=BallotState.INQUORATE, committee__kind=CommitteeKind.PANEL) & spent
    return Ballot.objects.filter(voting | casting | final).order_by(F("closes_at").asc(nulls_last=True))
