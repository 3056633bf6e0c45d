"""One object of each kind that routes are about, all made with the verbs, and everybody signed in beforehand."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.utils import timezone

from devices.enquiries import verbs as hub_enquiries
from devices.fleet.models import Hub
from portal.delivery.models import Delivery
from portal.delivery.unsubscribe import sign
from portal.pages.exports import lines
from portal.people import verbs as people
from portal.people.models import User
from releases.ballots import verbs as ballots
from releases.holds import verbs as holds
from releases.holds.models import Cause, Stage
from releases.issues import verbs as issues
from releases.products import exports
from releases.products import verbs as products
from releases.products.cohorts import Cohort
from releases.products.models import ValidityPeriod
from releases.publishing import verbs as publishing
from releases.testing import verbs as testing
from releases.testing.models import Environment, TestCase
from tests.factories import ballots as acts
from tests.factories import studies
from tests.factories.ballots import Matter
from tests.factories.drafts import make_closed, solved
from tests.factories.drafts import make_draft as make_schedule
from tests.factories.exercises import make_exercise, make_scheduled
from tests.factories.fixtures import BACKEND
from tests.factories.proposals import make_proposal
from tests.factories.questions import make_question, make_request
from tests.factories.releases import OLD, evidence_facts, make_announced, make_draft, make_ready
from tests.factories.rollouts import make_hubs, make_road, make_served
from tests.factories.world import PASSWORD, World, make_world

# Who asks: the public, one of each kind of actor, a second release manager, another supplier, and a person with an
# account and nothing else.
AUDIENCES: dict[str, str] = {
    "public": "",
    "manager": "manager",
    "second": "second_manager",
    "csp": "csp_north",
    "supplier": "supplier",
    "lead": "supplier_lead",
    "other": "other_supplier",
    "rsa": "rsa",
    "secretary": "secretary",
    "chair": "chair",
    "member": "member",
    "observer": "observer",
    "administrator": "administrator",
    "outsider": "outsider",
}


@dataclass
class Things:
    """``kwargs`` by the name of a thing, and a client for each audience."""

    world: World
    kwargs: dict[str, dict[str, Any]] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)
    named: dict[str, Any] = field(default_factory=dict)  # values for the fields of API bodies
    forms: dict[str, dict[str, Any]] = field(default_factory=dict)  # what is sent to a page's form

    def add(self, name: str, row: Any) -> None:
        """Remember a row with a reference under a name."""
        self.kwargs[name] = {"reference": row.reference}


@contextmanager
def everything() -> Iterator[Things]:
    """Make it all inside a transaction that is rolled back at the end."""
    with transaction.atomic():
        things = make_things()
        _sign_in(things)
        yield things
        transaction.set_rollback(True)


def make_things() -> Things:
    """Make the world and one object of each kind; nobody is signed in."""
    things = Things(make_world())
    _of_people(things)
    _of_releases(things)
    return things


def _of_people(things: Things) -> None:
    world, kwargs = things.world, things.kwargs
    world.users["outsider"] = User.objects.create_user("outsider@portal.example", PASSWORD, name="Outsider")
    token, _ = people.create_token(name="key", days=9, may_write=True, by=world.actor("supplier"), at=world.at)
    feed, key = people.create_feed(name="feed", by=world.actor("supplier"), at=world.at)
    told = Delivery.objects.filter(organisation_id=world.organisation("heron").pk).latest("pk")
    kwargs["membership"] = {"pk": world.users["supplier"].memberships.get().pk}
    kwargs["appointment"] = {"pk": world.appointment.pk}
    kwargs["seat"] = {"pk": world.seats["third_member"].pk}
    kwargs["token"] = {"pk": token.pk}
    kept = people.keep_filter(
        page="publishing:releases", name="Urgent", query="urgency_class=urgent", by=world.actor("supplier"), at=world.at
    )
    kwargs["saved_filter"] = {"pk": kept.pk}
    kwargs["unsubscribe"] = {"signed": sign(world.users["supplier"].pk, "people.seated")}
    kwargs["feed"] = {"pk": feed.pk}
    kwargs["feed_address"] = {"prefix": key.prefix, "secret": key.secret}
    kwargs["delivery"] = {"pk": told.pk}
    kwargs["committee"] = {"slug": "panel"}
    kwargs["organisation"] = {"slug": "heron-power"}
    kwargs["mail"] = {"name": "nothing"}
    kwargs["key"] = {"uidb36": "1", "key": "set-password"}


def _of_releases(things: Things) -> None:
    matter = acts.make_matter(things.world)
    things.add("release", matter.release)
    things.add("ready", make_ready(things.world, matter.catalogue))
    things.add("draft", make_draft(things.world, matter.catalogue))
    things.add("scheduled", make_scheduled(things.world, matter.catalogue))
    things.add("exercise", make_exercise(things.world, matter.catalogue))
    closed = make_closed(things.world, make_exercise(things.world, matter.catalogue))
    things.named["exercise"] = closed.reference
    things.add("schedule", solved(make_schedule(things.world, closed)))
    things.kwargs["schedule_group"] = things.kwargs["schedule"] | {"number": 1}
    things.kwargs["exercise_for"] = things.kwargs["exercise"] | {"slug": "heron-power"}
    things.add("issue", matter.issue)
    things.kwargs["notice"] = {"reference": matter.release.reference, "number": 1}
    things.kwargs["class"] = {"name": "urgent"}
    things.kwargs["rule_set"] = {"number": 1}
    things.kwargs["urgency_class"] = {"pk": matter.release.urgency_class_id}
    things.add("question", make_question(things.world, matter.release))
    things.add("content_request", make_request(things.world))
    things.kwargs["release_of_issue"] = {"release": matter.release.reference}
    things.kwargs["served"] = {"reference": matter.release.reference, "slug": "heron-power"}
    things.kwargs["act_on_issue"] = {"reference": matter.issue.reference, "name": "acknowledge"}
    remark = issues.comment(
        matter.issue,
        audience="all",
        text="A picture of it.",
        file=ContentFile(b"Dark.", "display.txt"),
        by=matter.actor("supplier"),
        at=matter.at,
    )
    things.kwargs["evidence_of_issue"] = {"reference": matter.issue.reference, "pk": remark.pk}
    hold = holds.place(
        matter.release,
        Cohort.of(matter.issue),
        stage=Stage.ACTIVATION,
        cause=Cause.DCC,
        cause_text="Displays go dark",
        by=matter.actor("manager"),
        at=matter.at,
    )
    things.add("hold", hold)
    _of_rollouts(things, matter)
    _of_tests_and_products(things, matter)
    lodged = acts.lodge(matter)
    things.add("lodged", lodged)
    films = {"supplier": lodged.organisation, "exhibits": [ContentFile(b"Dark.", "film.txt")]}
    (film,) = ballots.add_evidence(lodged, **films, by=matter.actor("supplier"), at=matter.at)
    things.kwargs["exhibit"] = {"reference": lodged.reference, "pk": film.pk}
    things.add("admitted", acts.admit(_another(matter)))
    _narrowed(things, _another(matter))
    _ballots(things, matter)
    _bodies(things, matter)


def _of_rollouts(things: Things, matter: Matter) -> None:
    make_hubs()
    road = make_road(things.world, make_served(things.world, matter.catalogue))
    things.add("rollout", road.rollout)
    things.add("proposal", make_proposal(road.rollout, matter.catalogue.combinations["dual"], at=matter.at))
    hub = Hub.objects.filter(cell=matter.catalogue.cells["north"].number).earliest("pk")
    things.kwargs["hub"] = {"eui64": hub.chf}
    things.kwargs["capacity"] = {"region": "north"}
    things.kwargs["day"] = {"day": "2017-01-31"}
    sent = hub_enquiries.ask_by_file(hub.chf.encode(), name="hubs.csv", by=matter.actor("supplier"), at=matter.at)
    things.add("hub_file", sent)
    things.add("study", studies.played(studies.make(things.world), matter.at))
    things.add("queued_study", studies.make(things.world))


def _of_tests_and_products(things: Things, matter: Matter) -> None:
    window = testing.book(
        matter.release,
        environment=Environment.objects.get(slug="uit-a"),
        organisation=things.world.organisation("heron"),
        start=datetime(2017, 1, 11, 9, tzinfo=UTC),
        end=datetime(2017, 1, 11, 17, tzinfo=UTC),
        by=matter.actor("supplier"),
        at=matter.at,
    )
    things.add("window", window)
    later = window.ends_at + timedelta(hours=1)
    asked = testing.ask_extension(window, until=later, why="Slow meters.", by=matter.actor("supplier"), at=matter.at)
    things.kwargs["extension"] = {"reference": window.reference, "pk": asked.pk}
    things.kwargs["extension_of"] = {"reference": window.reference, "extension": asked.pk}
    _of_facilities(things, matter, window.environment)
    _waiting(things, matter)
    log = ContentFile(b"Joined after 4 minutes.", "log.txt")
    kept = testing.attach_result_evidence(window, log, by=matter.actor("supplier"), at=window.starts_at)
    things.kwargs["result_evidence"] = {"reference": window.reference, "pk": kept.pk}
    rows = {
        "hub_model": matter.catalogue.models["alder"],
        "firmware": matter.catalogue.versions[f"alder {OLD}"],
        "validity": ValidityPeriod.objects.earliest("pk"),
        "combination": matter.catalogue.combinations["dual"],
        "case": TestCase.objects.earliest("pk"),
        "manufacturer_key": products.register_key(
            manufacturer="10F2",
            name="Signing key",
            public_key="ab" * 32,
            valid_from=matter.at.date(),
            by=matter.actor("manager"),
            at=matter.at,
        ),
        "list_import": products.check_import(
            io.BytesIO("".join(lines(ValidityPeriod.objects.all(), exports.VALIDITY_COLUMNS)).encode()),
            kind="validity",
            name="validity.csv",
            by=matter.actor("manager"),
            at=matter.at,
        ),
    }
    things.kwargs |= {name: {"pk": row.pk} for name, row in rows.items()}
    things.kwargs["cell"] = {"pk": matter.catalogue.cells["north"].pk}
    matter.release.refresh_from_db()
    report = evidence_facts(title="Report", file=ContentFile(b"All passed.", "report.txt"))
    found = publishing.attach_evidence(matter.release, report, by=matter.actor("manager"), at=matter.at)
    things.kwargs["evidence"] = {"reference": matter.release.reference, "pk": found.pk}


def _of_facilities(things: Things, matter: Matter, uit: Environment) -> None:
    by, day = matter.actor("manager"), datetime(2017, 4, 3, tzinfo=UTC)
    rig = testing.add_rig(uit, testing.RigFacts("Rig 1", [matter.catalogue.models["alder"]]), by=by, at=matter.at)
    closure = testing.close_environment(uit, start=day, end=day + timedelta(days=1), why="Moves", by=by, at=matter.at)
    things.kwargs |= {
        "environment": {"slug": uit.slug},
        "rig": {"pk": rig.pk},
        "closure": {"pk": closure.pk},
        "rig_of": {"slug": uit.slug, "rig": rig.pk},
        "closure_of": {"slug": uit.slug, "closure": closure.pk},
    }


def _waiting(things: Things, matter: Matter) -> None:
    facts: dict[str, Any] = {
        "environment": Environment.objects.get(slug="dcc-lab"),
        "organisation": things.world.organisation("heron"),
        "start": datetime(2017, 1, 12, 9, tzinfo=UTC),
        "end": datetime(2017, 1, 12, 17, tzinfo=UTC),
    }
    by = matter.actor("supplier")
    for _ in range(2):
        testing.book(matter.release, **facts, again=True, by=by, at=matter.at)
    things.add("waiting", testing.join_waiting_list(matter.release, **facts, by=by, at=matter.at))


def _bodies(things: Things, matter: Matter) -> None:
    heron, osprey = things.world.organisation("heron"), things.world.organisation("osprey")
    things.named |= {
        "rsa": "meterwrights",
        "release": things.kwargs["contested_release"]["reference"],
        "committee": ("panel", things.world.panel.pk),
        "organisation": (heron.slug, heron.pk),
        "supplier": (heron.slug, heron.pk),
        "cohort": {"regions": ["north"]},
        "hub_models": [matter.catalogue.models["alder"].pk],
        "original": matter.issue.reference,
        "successor": things.kwargs["ready"]["reference"],
        "environment": "uit-a",
        "waves": [{"share": 1.0}],
        "firmware_version": "0A010300",
        "urgency_class": "urgent",
        "markdown": "## Summary",
    }
    things.forms |= {
        "act_for": {"organisation": heron.pk},
        "osprey": {"organisation": (osprey.slug, osprey.pk), "supplier": (osprey.slug, osprey.pk)},
        "choice": {"choice": "proceed", "reason": "Because."},
        "comment": {"audience": "all", "text": "A remark."},
        "grounds": {
            "supplier": heron.pk,
            "issues": [matter.issue.pk],
            "evidence": "A film of it.",
            "remedy": "hold",
            "regions": ["north"],
        },
    }


def _another(matter: Matter) -> Matter:
    """Return a matter of its own in the same world: one more release with an issue."""
    release = make_announced(matter.world, matter.catalogue)
    return Matter(matter.world, matter.catalogue, release, acts.make_issue(matter.world, release), matter.world.at)


def _narrowed(things: Things, matter: Matter) -> None:
    narrowed = ballots.narrow(
        acts.admit(matter), answer="We hold these homes.", by=matter.actor("manager"), at=matter.at
    )
    things.add("narrowed", narrowed)


def _ballots(things: Things, matter: Matter) -> None:
    contested, drafted, opened, closed = (_another(matter) for _ in range(4))
    acts.contest(contested)
    things.add("contested_release", contested.release)
    things.named["issues"] = [contested.issue.reference]
    things.add("drafted_ballot", acts.draft(drafted, acts.contest(drafted)))
    things.add("meeting", acts.call(drafted))
    ballot = acts.open_ballot(opened)
    things.add("open_ballot", ballot)
    ballots.declare(
        ballot,
        has_interest=True,
        text="My employer supplies these homes.",
        by=opened.actor("second_member"),
        at=opened.at,
    )
    voter = ballot.roll.get(user_id=things.world.users["second_member"].pk)
    things.kwargs["interest"] = {"reference": ballot.reference, "pk": voter.pk}
    things.named["member"] = voter.pk
    acts.cast(opened, ballot, "member", "proceed")
    decided = acts.decided(closed, "proceed", "proceed", "proceed", "reject")
    things.add("decided_ballot", decided)
    things.add("determination", decided.determination)  # in force, and not published yet


def _sign_in(things: Things) -> None:
    """Sign everybody in and let them prove it; dated ahead, for a sweep may last longer than a proof does."""
    later = timezone.now() + timedelta(minutes=50)  # less than a session may stand idle
    for audience, user in AUDIENCES.items():
        client = Client()
        if user:
            client.force_login(things.world.users[user], backend=BACKEND)
            with time_machine.travel(later):
                client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        things.clients[audience] = client
