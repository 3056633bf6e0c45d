"""One release brought to every home under one approach, day by day, with one run's hidden facts.

Homes are activated at night in waves, each region as fast as its network can, evenly over the homes that are open.
Every so-manyth activated home of a combination concerned is harmed; suppliers' reports and alerts of harmed homes come
in until a pattern is seen, and then the release, or the combinations concerned, stop until a corrected image is there.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from devices.studies.approaches import Approach
from devices.studies.assumptions import Settings
from devices.studies.deciding import Decision, decide
from devices.studies.fleet import NOBODY, Fleet, by_supplier
from devices.studies.luck import WEEKS, Flags, Luck

Floats = NDArray[np.float64]
SHARES = (0.05, 0.25, 1.0)  # of all homes, activated when the waves after the canary are over
MOST_DAYS = 2000  # after which what is left is counted as never activated
WHOLE = 0.95  # the share of homes whose day of activation is reported
_DUST = 1e-6  # homes: less than this is none left


@dataclass(frozen=True)
class Outcome:
    """What became of one run, in homes, days from the announcement, and pounds.

    `harm_days` and `needless_days` are home-days: harmed, and waiting for a fault that is not the home's own.
    `by_supplier` is homes harmed of each supplier, `worst` the largest share of one supplier's homes.
    """

    harmed: int
    harm_days: float
    by_supplier: Floats
    worst: float
    days_to_most: int
    past_validity: float
    needless_days: float
    spared_broken: float
    ballots: int
    tests: int
    person_days: float
    nights: int
    cost: float


def play(approach: Approach, fleet: Fleet, figures: Settings, luck: Luck, counting: str = "per_member") -> Outcome:
    """Bring the release to every home and return what became of it."""
    decision = decide(approach, fleet, luck, counting)
    course = _Course(approach, fleet, figures, luck, decision)
    course.run()
    undisturbed = course
    if luck.fault is not None or decision.ballots:
        undisturbed = _Course(approach, fleet, figures, replace(luck, rate=0.0), _nothing(decision))
        undisturbed.run()
    return _outcome(course, undisturbed)


def _nothing(decision: Decision) -> Decision:
    none = np.zeros_like(decision.waits)
    return Decision(0, none, none)


class _Course:
    """The days of one rollout. Rows of the fleet that fare alike are one group."""

    def __init__(self, approach: Approach, fleet: Fleet, figures: Settings, luck: Luck, decision: Decision) -> None:
        self.approach, self.fleet, self.figures, self.luck, self.decision = approach, fleet, figures, luck, decision
        self.begins = self._first_day()
        self._group()
        self.left = self.homes.astype(np.float64)
        self.active = np.zeros_like(self.left)
        self.harmed = np.zeros_like(self.left)
        self.opens = np.where(self.waits, self.begins + figures.ballot, self.begins).astype(np.float64)
        self.opens[self.held] = self.begins + figures.rework
        self.is_faulty = self.affected & ~self.held & (luck.rate > 0) & (not decision.sent_back)
        self.daily: list[tuple[int, float, float]] = []  # day, homes not concerned activated so far, of all
        self.harms: list[tuple[int, float]] = []  # day, homes harmed that day
        self.nights, self.spared_broken, self.past_validity = 0, 0.0, 0.0
        self.seen_at: int | None = None
        self._seen = 0.0
        self._wave, self._waits_until = 0, 0
        self._targets = [min(figures.canary, fleet.total), *(share * fleet.total for share in SHARES)]
        self._capacity = np.bincount(fleet.region, fleet.homes, len(fleet.regions)) / figures.nights

    def _first_day(self) -> int:
        figures = self.figures
        day = figures.exercise + figures.notice if self.approach.schedules else figures.notice
        if self.approach.tests:
            day = max(day, figures.test_period)
        if self.decision.ballots and not self.approach.keeps_apart:
            day += figures.ballot
        if self.decision.sent_back:
            day += figures.rework + figures.test_period
        return day

    def _group(self) -> None:
        fleet, luck, decision = self.fleet, self.luck, self.decision
        flags = luck.affected * 4 + decision.waits * 2 + decision.held
        columns = np.stack([fleet.region, fleet.electricity, fleet.gas, flags])
        kinds, first, inverse = np.unique(columns, axis=1, return_index=True, return_inverse=True)
        self.region, self.electricity, self.gas, marks = kinds
        self.homes = np.bincount(inverse.ravel(), fleet.homes)
        self.affected, self.held = marks >= 4, marks % 2 == 1
        self.waits = (marks & 2 == 2) & self.approach.keeps_apart
        self.start = luck.start[first]

    def run(self) -> None:
        """Let the days pass until every home is activated."""
        day = self.begins
        while self.left.sum() > _DUST and day < MOST_DAYS:
            self._night(day)
            self.daily.append((day, float(self.active[~self.affected].sum()), float(self.active.sum())))
            self._look(day)
            day += 1
        self._look_on(day)
        late = [active for at, _, active in self.daily if at < self.figures.validity]
        self.past_validity = self.homes.sum() - (late[-1] if late else 0.0)

    def _night(self, day: int) -> None:
        if day < self._waits_until:
            return
        spared = self._spared(day)
        is_open = (self.opens <= day) & (self.left > 0)
        if self.approach.schedules:
            is_open &= ~spared
        room = self._targets[self._wave] - self.active.sum()
        waiting = np.where(is_open, self.left, 0.0)
        total = waiting.sum()
        if total > 0:
            by_region = np.bincount(self.region, waiting, len(self._capacity))
            quota = np.minimum(np.minimum(self._capacity, by_region), room * by_region / total)
            amount = waiting * np.divide(quota, by_region, out=np.zeros_like(quota), where=by_region > 0)[self.region]
            self._activate(day, amount)
            self.nights += int((quota > 0).sum())
            self.spared_broken += float(amount[spared].sum())
        self._next_wave(day, is_open)

    def _activate(self, day: int, amount: Floats) -> None:
        self.left = np.maximum(self.left - amount, 0.0)
        self.left[self.left < _DUST] = 0.0
        self.active = self.homes - self.left
        if self.is_faulty.any():
            faulty = np.where(self.is_faulty, np.floor(self.active * self.luck.rate + self.start), 0.0)
            harmed = np.maximum(faulty, self.harmed)
            if (more := float((harmed - self.harmed).sum())) > 0:
                self.harms.append((day, more))
            self.harmed = harmed

    def _next_wave(self, day: int, is_open: Flags) -> None:
        """The next wave begins when this one is full, or nothing that is open is left for it."""
        last = self._wave == len(self._targets) - 1
        full = self.active.sum() >= self._targets[self._wave] - _DUST
        if not last and (full or not (is_open & (self.left > 0)).any()):
            self._wave += 1
            soak = self.figures.soak_hypercare if self.approach.is_patient else self.figures.soak
            self._waits_until = day + 1 + soak

    def _spared(self, day: int) -> Flags:
        week = self.luck.spared[day // 7 % WEEKS]
        spared: Flags = week[self.electricity] | ((self.gas != NOBODY) & week[self.gas])
        return spared

    def _intensity(self) -> float:
        """How many harmed homes are seen in a day."""
        problem = self.luck.fault
        if problem is None:
            return 0.0
        return float(self.harmed.sum()) * (problem.reported + problem.alerted) * self.figures.watching

    def _look(self, day: int) -> None:
        """Count what is seen by the end of a day, and stop once a pattern was seen and the time to decide is over."""
        if self.seen_at is None:
            self._seen += self._intensity()
            if self._seen >= self.luck.work:
                self.seen_at = day
        if self.seen_at is not None and day == self.seen_at + self.figures.decide:
            self._stop(day)

    def _stop(self, day: int) -> None:
        mended = day + self.figures.rework
        if not self.approach.keeps_apart:
            self._waits_until = max(self._waits_until, mended)
        self.opens[self.is_faulty & (self.left > 0)] = mended
        self.is_faulty = np.zeros_like(self.is_faulty)

    def _look_on(self, day: int) -> None:
        """See the pattern after the last home was activated, if ever."""
        daily = self._intensity()
        if self.seen_at is None and daily > 0:
            self.seen_at = day + int((self.luck.work - self._seen) / daily)

    @property
    def mended_at(self) -> int:
        """The day on which harmed homes are mended: with the corrected image, or when nobody counts any more."""
        figures = self.figures
        never = self.begins + figures.horizon
        seen = never if self.seen_at is None else self.seen_at + figures.decide + figures.rework
        known = self.begins + figures.rework if self.decision.is_known else never
        return min(seen, known, never)


def _outcome(course: _Course, undisturbed: _Course) -> Outcome:
    fleet, figures, approach = course.fleet, course.figures, course.approach
    harmed = int(course.harmed.sum())
    size = len(fleet.suppliers)
    harmed_of_each = by_supplier(course.harmed, course.electricity, course.gas, size)
    mended = course.mended_at
    tests = int(course.luck.tests.sum()) if approach.tests else 0
    visits = harmed * (course.luck.fault.visits if course.luck.fault else 0.0)
    effort = tests * figures.effort + course.decision.ballots * figures.ballot_effort
    return Outcome(
        harmed=harmed,
        harm_days=sum(count * max(mended - day, 0) for day, count in course.harms),
        by_supplier=harmed_of_each,
        worst=float(np.max(harmed_of_each / np.maximum(fleet.homes_of_each(), 1))),
        days_to_most=_day_of(course, WHOLE * fleet.total),
        past_validity=course.past_validity,
        needless_days=_needless(course, undisturbed),
        spared_broken=course.spared_broken,
        ballots=course.decision.ballots,
        tests=tests,
        person_days=effort + (size * figures.exercise_effort if approach.schedules else 0.0),
        nights=course.nights,
        cost=course.nights * figures.night_cost + visits * figures.visit_cost,
    )


def _day_of(course: _Course, homes: float) -> int:
    return next((day for day, _, active in course.daily if active >= homes - _DUST), MOST_DAYS)


def _needless(course: _Course, undisturbed: _Course) -> float:
    """Home-days that homes not concerned waited longer than in the same rollout without any fault or objection."""
    if undisturbed is course:
        return 0.0
    return max(_waited(course) - _waited(undisturbed), 0.0)


def _waited(course: _Course) -> float:
    """Home-days until activation, from the announcement, of the homes not concerned."""
    total = float(course.homes[~course.affected].sum())
    waited = total * course.begins
    return waited + sum(total - active for _, active, _ in course.daily)
