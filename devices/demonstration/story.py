"""What has happened before the newcomer comes in: releases on their way, walked by the verbs on past days."""

import io
from dataclasses import replace
from datetime import datetime, timedelta

from devices.demonstration.cast import SEEDER, Players
from devices.rollouts import verbs as rollouts
from portal.people.models import Committee
from portal.working_days import add_working_days, london_day, start_of
from releases.ballots import verbs as ballots
from releases.gates import verbs as gates
from releases.holds import verbs as holds
from releases.holds.models import Cause, Stage
from releases.issues import verbs as issues
from releases.issues.models import Category
from releases.products import ota
from releases.products.cohorts import Cohort
from releases.products.models import FirmwareVersion, HubModel, Region
from releases.publishing import scope
from releases.publishing import verbs as publishing
from releases.publishing.dates import timetable
from releases.publishing.models import Release
from releases.publishing.terms import Approach
from releases.testing import verbs as testing
from releases.testing.models import Environment

NOTES = """## Summary

{title}. The hub restarts once on activation and is away for about 90 seconds.

## What changes

The join procedure and the store of tariff labels are put right; nothing else.

## Fixes

Displays that did not join again after a power cut.

## Known issues

None known.

## Effect on devices

The hub restarts; the HAN is away for less than 3 minutes, so no power-outage alert is raised.

## What suppliers must do

Test the joining of displays in use, and tell field staff of the restart.

## Test evidence

214 cases passed in the DCC test laboratory, in each region.

## Validity periods

CHTS 1.1 and GBCS 3.2, both open.

## Modification

SECMP0024; user testing is asked for.

## Rollback plan

The version before is activated again, as a release of its own.

## Contacts

Release desk, DCC.
"""


def noon(day_offset: int, now: datetime) -> datetime:
    """Return noon of the Working Day so many Working Days before or after today."""
    return start_of(add_working_days(london_day(now), day_offset)) + timedelta(hours=12)


class Story:
    """Tells the releases one after another; ``now`` is portal time."""

    def __init__(self, players: Players, panel: Committee, now: datetime) -> None:
        self.players, self.panel, self.now = players, panel, now

    def tell(self) -> None:
        """Bring every release into its state."""
        self.a_draft()
        self.a_notice_just_served()
        self.a_ballot_open()
        self.a_live_rollout()
        self.one_withdrawn()

    def a_draft(self) -> Release:
        """A Routine release that the release manager is still preparing."""
        return self._draft("Birch 1", "Tariff labels survive a restart", "routine", noon(-2, self.now))

    def one_withdrawn(self) -> Release:
        """A draft that was given up, with its reason."""
        at = noon(-30, self.now)
        release = self._draft("Birch 1", "Faster reconnection after a mesh outage", "urgent", at)
        by = self.players.actor("release_manager", at)
        return publishing.withdraw(release, by=by, at=at, why="The manufacturer withdrew the image.")

    def a_notice_just_served(self) -> Release:
        """A Major release announced on the last Working Day, waiting to be acknowledged."""
        return self._announced(
            "Damson D", "Dual-band joining for larger homes", "major", noon(-1, self.now), served=False
        )

    def a_ballot_open(self) -> Release:
        """An Urgent release disputed by a large supplier, with the Panel's ballot open."""
        at = noon(-8, self.now)
        release = self._announced("Cedar S", "Displays join again after a power cut", "urgent", at)
        supplier = self.players.organisations["Heron Power"]
        cohort = Cohort(regions=frozenset({Region.NORTH.value}), suppliers=frozenset({supplier.pk}))
        finding = issues.Finding(
            title="Displays stay dark after the restart",
            description="After the hub restarts, in-home displays in the north do not join again.",
            category=Category.IHD_STRANDING,
            severity=3,
            cohort=cohort,
            smets=2,
        )
        at = noon(-7, self.now)
        by = self.players.actor("large_supplier", at)
        issue = issues.raise_issue(release, finding, organisation=supplier, by=by, at=at)
        grounds = ballots.Grounds(
            issues=[issue], cohort=cohort, evidence="Video of ten displays that stay dark.", remedy="hold"
        )
        at = noon(-6, self.now)
        objection = ballots.lodge(release, supplier=supplier, grounds=grounds, by=by, at=at)
        secretary = self.players.actor("secretary", at)
        objection = ballots.admit(objection, by=secretary, at=at)
        manager = self.players.actor("release_manager", at)
        objection = ballots.contest(objection, answer="Ten displays are no pattern.", by=manager, at=at)
        release.refresh_from_db()
        ballot = ballots.draft(
            release,
            committee=self.panel,
            objections=[objection],
            question=f"May {release.reference} be activated?",
            defer_to=noon(40, self.now),
            by=secretary,
            at=at,
        )
        ballot = ballots.notice(ballot, by=secretary, at=at)
        opens = max(ballot.opens_at or self.now, at)
        ballots.open_voting(ballot, by=self.players.actor("secretary", opens), at=min(opens, self.now))
        return release

    def a_live_rollout(self) -> Release:
        """An Urgent release cleared without dispute, one supplier's southern homes held; its rollout has begun."""
        at = noon(-30, self.now)
        release = self._announced("Alder 2", "Security update of the radio stack", "urgent", at)
        self._test(release, noon(-29, self.now))
        day = release.planned_activation_at or self.now
        release = gates.clear(release, by=SEEDER, at=max(day, at))
        at = noon(-3, self.now)
        manager, second = (self.players.actor(who, at) for who in ("release_manager", "second_release_manager"))
        held = self.players.organisations["Tidewater Supply"]
        cohort = Cohort(regions=frozenset({Region.SOUTH.value}), suppliers=frozenset({held.pk}))
        holds.place(
            release,
            cohort,
            stage=Stage.ACTIVATION,
            cause=Cause.DCC,
            cause_text="Outage alerts are checked in this supplier's southern homes first.",
            by=manager,
            at=at,
        )
        rollout = rollouts.plan(release, rollouts.Plan(retry_seconds=60, soak_seconds=60), by=manager, at=at)
        rollout = rollouts.prepare(rollout, by=SEEDER, at=at)
        rollout = rollouts.approve(rollout, by=second, at=at)
        rollouts.start(rollout, by=self.players.actor("release_manager", self.now), at=self.now)
        return release

    def _test(self, release: Release, at: datetime) -> None:
        by = self.players.actor("large_supplier", at)
        start = at + timedelta(days=1)
        testing.book(
            release,
            environment=Environment.objects.get(slug="uit-a"),
            organisation=self.players.organisations["Heron Power"],
            start=start,
            end=start + timedelta(hours=3),
            by=by,
            at=at,
        )

    def _draft(self, model_name: str, title: str, urgency: str, at: datetime) -> Release:
        model = HubModel.objects.get(name=model_name)
        versions = list(FirmwareVersion.objects.filter(hub_model=model).order_by("version"))
        target = versions[-1]
        by = self.players.actor("release_manager", at)
        facts = publishing.Facts(
            title=title,
            hub_models=[model],
            firmware_version=target.version,
            urgency_class=urgency,
            from_versions=versions[:-1],
            chts=target.chts,
            gbcs=target.gbcs,
        )
        release = publishing.draft_release(facts, by=by, at=at)
        image = ota.build(
            manufacturer_code=int(model.manufacturer, 16),
            image_type=model.image_type,
            file_version=int(target.version, 16),
            payload=f"{title}; an invented image. ".encode() * 4000,
            header_string=model.name,
            hardware=(0, 0xFFFF),
        )
        release = publishing.attach_image(release, io.BytesIO(image), by=by, at=at)
        publishing.save_notes(release, NOTES.format(title=title), by=by, at=at)
        evidence = publishing.EvidenceFacts(
            title="Section T test report",
            region="all",
            environment="DCC test laboratory",
            signatory="A. Tester",
            signed_on=at.date(),
            summary="All 214 cases passed in every region.",
        )
        publishing.attach_evidence(release, evidence, by=by, at=at)
        release.refresh_from_db()
        found = timetable(release.terms, Approach(release.approach), at)
        activation = max(moment for moment in (found.earliest_activation, found.earliest_deployment) if moment)
        dated = replace(facts, planned_deployment_at=found.earliest_deployment, planned_activation_at=activation)
        return publishing.edit_release(release, dated, by=by, at=at)

    def _announced(self, model: str, title: str, urgency: str, at: datetime, *, served: bool = True) -> Release:
        release = self._draft(model, title, urgency, at)
        by = self.players.actor("release_manager", at)
        release = publishing.announce(release, by=by, at=at)
        if served:
            for organisation in scope.recipients(release):
                why = "Handed over at the release forum, before the portal sent mail."
                publishing.serve_by_other_means(release, organisation, why=why, by=by, at=at)
        release.refresh_from_db()
        return release
