"""What is told about scheduling exercises, and to whom."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from django.urls import reverse

from portal.delivery.messages import Notification, Recipient
from portal.people.models import Appointment, Organisation, Role
from portal.people.recipients import of_organisations, with_role
from releases.publishing.classification import told
from releases.scheduling import queries
from releases.scheduling.frames import words
from releases.scheduling.models import Draft, Exercise, Statement
from releases.scheduling.outcomes import Outcome, Outcomes
from releases.scheduling.problem import Problem, Schedule


class _AboutExercise(Notification):
    exercise: Exercise
    at: datetime
    words: ClassVar[str]

    @property
    def restricted(self) -> bool:  # type: ignore[override]  # decided by the release's classification
        return self.exercise.release.is_restricted

    @property
    def subject(self) -> str:
        return f"Scheduling exercise {self.exercise} on {self.exercise.release.reference} {self.words}"

    @property
    def about(self) -> str:
        return self.exercise.release.reference

    @property
    def url(self) -> str:
        return reverse("scheduling:exercise", args=[self.exercise.reference])

    @property
    def reference(self) -> tuple[str, int]:
        return ("scheduling.exercise", self.exercise.pk)

    def context(self) -> dict[str, Any]:
        return {"exercise": self.exercise}

    def recipients(self) -> Iterable[Recipient]:
        """The parties, and the agents that act for them today."""
        asked = [party.organisation for party in queries.parties(self.exercise)]
        return told(of_organisations(with_agents(asked, self.at)), self.exercise.release, self.at)


def with_agents(suppliers: list[Organisation], at: datetime) -> list[Organisation]:
    """Return these suppliers and the agents they have appointed today, each once."""
    appointed = Appointment.objects.current(at).filter(supplier__in=suppliers, rsa__is_active=True)
    agents = [one.rsa for one in appointed.select_related("rsa").order_by("rsa__name", "pk")]
    return list({one.pk: one for one in (*suppliers, *agents)}.values())


@dataclass(frozen=True)
class ExerciseOpened(_AboutExercise):
    kind: ClassVar[str] = "scheduling.opened"
    title: ClassVar[str] = "A scheduling exercise asks when my homes may be activated"
    template: ClassVar[str] = "scheduling/opened.txt"
    words: ClassVar[str] = "is open"

    exercise: Exercise
    at: datetime


@dataclass(frozen=True)
class ExerciseChanged(_AboutExercise):
    """Another frame, another closing time, or open again: with DCC's reason."""

    kind: ClassVar[str] = "scheduling.changed"
    title: ClassVar[str] = "A scheduling exercise I am asked in was changed"
    template: ClassVar[str] = "scheduling/changed.txt"
    words: ClassVar[str] = "has changed"

    exercise: Exercise
    why: str
    at: datetime

    def context(self) -> dict[str, Any]:
        return {"exercise": self.exercise, "why": self.why}


@dataclass(frozen=True)
class StateConstraints(_AboutExercise):
    """A reminder to those who have stated nothing."""

    kind: ClassVar[str] = "scheduling.reminder"
    title: ClassVar[str] = "A scheduling exercise closes and I have stated nothing"
    template: ClassVar[str] = "scheduling/reminder.txt"
    words: ClassVar[str] = "closes soon"

    exercise: Exercise
    at: datetime

    def recipients(self) -> Iterable[Recipient]:
        silent = with_agents(list(queries.silent(self.exercise)), self.at)
        return told(of_organisations(silent), self.exercise.release, self.at)


@dataclass(frozen=True)
class ConstraintsStated(_AboutExercise):
    """A receipt: to the party, and to the agent that stated for it."""

    kind: ClassVar[str] = "scheduling.stated"
    title: ClassVar[str] = "Constraints of mine were stated, changed or taken back"
    template: ClassVar[str] = "scheduling/stated.txt"

    exercise: Exercise
    statement: Statement
    at: datetime

    @property
    def subject(self) -> str:
        done = "stated" if self.statement.stands else "taken back"
        return f"Constraints of {self.statement.organisation} {done} in {self.exercise}"

    def context(self) -> dict[str, Any]:
        return {"exercise": self.exercise, "statement": self.statement}

    def recipients(self) -> Iterable[Recipient]:
        both = [self.statement.organisation, self.statement.made_by_organisation]
        found = list({one.pk: one for one in both}.values())
        return told(of_organisations(found), self.exercise.release, self.at)


@dataclass(frozen=True)
class StatementsClosed(_AboutExercise):
    """DCC makes the schedule now."""

    kind: ClassVar[str] = "scheduling.closed"
    title: ClassVar[str] = "The statements of a scheduling exercise are closed"
    template: ClassVar[str] = "scheduling/closed.txt"
    words: ClassVar[str] = "is closed"

    exercise: Exercise
    at: datetime

    def recipients(self) -> Iterable[Recipient]:
        return [*super().recipients(), *with_role(Role.RELEASE_MANAGER, self.at)]


@dataclass(frozen=True)
class DatesConfirmed(_AboutExercise):
    """The notice of firm dates: each party reads what it asked, what it got and why."""

    kind: ClassVar[str] = "scheduling.confirmed"
    title: ClassVar[str] = "The dates of a scheduling exercise are firm"
    template: ClassVar[str] = "scheduling/confirmed.txt"
    words: ClassVar[str] = "has firm dates"
    statutory: ClassVar[bool] = True

    exercise: Exercise
    problem: Problem
    schedule: Schedule
    at: datetime

    def recipients(self) -> Iterable[Recipient]:
        """The parties and their agents, each with what became of its homes or of those it acts for."""
        gained = {one.key: in_words(one) for one in Outcomes(self.problem, self.schedule).parties()}
        acted = agents_of(list(gained), self.at)
        for one in super().recipients():
            own = [one.organisation_id, *acted.get(one.organisation_id or 0, ())]
            yield replace(one, addition="\n\n".join(gained[key] for key in own if key in gained))


def in_words(one: Outcome) -> str:
    """Return what a party asked, what it got, and why."""
    got = "no night" if one.first is None or one.last is None else f"{words(one.first)} to {words(one.last)}"
    return (
        f"{one.name}: {one.homes:,} homes.\nAsked: {one.asked}.\nGot: {got}; {one.as_asked:,} homes as asked, "
        f"{one.outside:,} outside the preferred weeks, {one.avoided:,} on nights to be avoided.\nWhy: {one.why}"
    )


def agents_of(suppliers: list[int], at: datetime) -> dict[int, list[int]]:
    """Return the suppliers (of these ids) that each agent acts for today, by the agent's id."""
    found: dict[int, list[int]] = {}
    for one in Appointment.objects.current(at).filter(supplier__in=suppliers).order_by("supplier__name", "pk"):
        found.setdefault(one.rsa_id, []).append(one.supplier_id)
    return found


@dataclass(frozen=True)
class ExerciseWithdrawn(_AboutExercise):
    kind: ClassVar[str] = "scheduling.withdrawn"
    title: ClassVar[str] = "A scheduling exercise I am asked in was withdrawn"
    template: ClassVar[str] = "scheduling/withdrawn.txt"
    words: ClassVar[str] = "is withdrawn"

    exercise: Exercise
    why: str
    at: datetime

    def context(self) -> dict[str, Any]:
        return {"exercise": self.exercise, "why": self.why}


@dataclass(frozen=True)
class DraftEnded(_AboutExercise):
    """DCC's release managers learn that a draft is ready, impossible or failed."""

    kind: ClassVar[str] = "scheduling.draft_ended"
    title: ClassVar[str] = "A draft schedule is ready, or there is none"
    template: ClassVar[str] = "scheduling/draft_ended.txt"

    exercise: Exercise
    draft: Draft
    at: datetime

    @property
    def subject(self) -> str:
        return f"Draft schedule {self.draft} is {self.draft.get_state_display().lower()}"

    @property
    def url(self) -> str:
        return reverse("scheduling:draft", args=[self.draft.reference])

    def context(self) -> dict[str, Any]:
        return {"exercise": self.exercise, "draft": self.draft}

    def recipients(self) -> Iterable[Recipient]:
        return with_role(Role.RELEASE_MANAGER, self.at)
