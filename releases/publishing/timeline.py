"""The dates of a release as tracks of a drawing: periods, moments and the deadlines it must stay clear of."""

from collections.abc import Iterator
from datetime import date, datetime

from django.db.models import Q, QuerySet

from portal.pages.templatetags.timelines import Track
from portal.working_days import end_of
from releases.products.models import FirmwareVersion, ValidityPeriod
from releases.publishing.dates import activation_notice_over, hypercare_until, review_ballot_by
from releases.publishing.models import Release
from releases.publishing.readiness import release_timetable, terms_at
from releases.publishing.terms import ClassTerms
from releases.publishing.working import Timetable


def tracks(release: Release, at: datetime) -> list[Track]:
    """Return the tracks of a release; a draft's as if it were announced at `at`."""
    if release.class_terms is None or release.announced_at is None:
        found, announced = release_timetable(release, at=at), at
    else:
        found, announced = _stored(release), release.announced_at
    terms = terms_at(release, at)
    waived = release.notice_waived_at
    notice = activation_notice_over(terms, waived or announced, waived=waived is not None)
    rows = list(planned_tracks(terms, found, announced, notice, release=release))
    if release.deferred_until is not None:
        rows.append(Track("No activation before", release.deferred_until))
    return [*rows, *_deadlines(release)]


def _stored(release: Release) -> Timetable:
    return Timetable(
        release.announced_at or release.drafted_at,
        release.earliest_deployment_at,
        release.tests_until,
        release.objections_until,
        release.earliest_activation_at,
    )


def planned_tracks(
    terms: ClassTerms, found: Timetable, announced: datetime, notice: datetime, *, release: Release
) -> Iterator[Track]:
    """Yield the tracks from announcement to hypercare, with the planned dates, else the earliest ones."""
    deployment = release.planned_deployment_at or found.earliest_deployment
    activation = release.first_activation_at or release.planned_activation_at or found.earliest_activation
    yield Track("Announcement", announced)
    if found.earliest_deployment is not None and found.earliest_deployment > announced:
        yield Track("Notice before deployment", announced, found.earliest_deployment)
    yield Track("Notice before activation", announced, notice)
    if found.user_test_ends is not None:
        yield Track("User testing", announced, found.user_test_ends)
    if found.objections_end is not None:
        yield Track("Objections", announced, found.objections_end)
    if deployment is not None and activation is not None and deployment < activation:
        yield Track("Deployment", deployment, activation)
    if activation is None:
        return
    yield Track("Activation", activation)
    yield Track("Hypercare", activation, release.hypercare_until or hypercare_until(terms, activation))
    review = review_ballot_by(terms, activation)
    if review is not None:
        yield Track("Review ballot by", review, kind="deadline")


def _deadlines(release: Release) -> Iterator[Track]:
    """Yield when validity ends: of what the release meets, and maintenance of what its hubs run today."""
    meets = {("CHTS", release.chts), ("GBCS", release.gbcs)}
    runs = set(_running(release).values_list("chts", "gbcs"))
    old = {pair for chts, gbcs in runs for pair in (("CHTS", chts), ("GBCS", gbcs))} - meets
    sought = Q()
    for specification, version in meets | old:
        sought |= Q(specification=specification, version=version)
    for row in ValidityPeriod.objects.filter(sought).order_by("specification", "version"):
        ends = [("maintenance ends", row.maintenance_to)]
        if (row.specification, row.version) in meets:
            ends += [("installation ends", row.installation_to), ("applicability ends", row.applicability_to)]
        for words, day in ends:
            yield from _deadline(f"{row} {words}", day)


def _running(release: Release) -> QuerySet[FirmwareVersion]:
    if release.from_versions.exists():
        return FirmwareVersion.objects.filter(pk__in=release.from_versions.values("pk"))
    others = FirmwareVersion.objects.filter(hub_model__in=release.hub_models.all(), cells__homes__gt=0)
    return others.exclude(version=release.firmware_version)


def _deadline(words: str, day: date | None) -> Iterator[Track]:
    if day is not None:
        yield Track(words, end_of(day), kind="deadline")
