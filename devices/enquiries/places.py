"""Where hubs stand in the rollouts that have them, in one statement: by rollout and wave, for each has many of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from devices.gateway import UNREACHABLE, Stage
from devices.rollouts import outcomes
from devices.rollouts.models import Rollout
from devices.rollouts.states import OVER, HubPath, HubState
from portal.workflow.actor import Actor
from portal.workflow.rows import loaded
from releases.publishing.models import Release
from releases.publishing.queries import known_to

_HELD_IMAGE = (HubState.DEPLOYED, HubState.ACTIVATING)
_STATES = {int(state): state for state in HubState}  # looked up a hundred thousand times for one file
_WORDS = {state: HubPath[state.name].value.capitalize() for state in HubState}
# What an answer says of a rollout and its release: the rest is for the engine, and large.
_PLACES = """
SELECT p.wave, (SELECT w.activation_opened_at FROM rollouts_wave w
                 WHERE w.rollout_id = p.rollout_id AND w.number = p.wave),
       p.hubs, p.slots, p.states, p.attempts, p.changed,
       p.rollout_id, o.reference, o.state, o.starts_from, o.release_id,
       r.reference, r.title, r.firmware_version, r.planned_activation_at, r.classification, r.announced_at
  FROM (SELECT rollout_id, wave, array_agg(hub_id) AS hubs, array_agg(slot) AS slots, array_agg(state) AS states,
               array_agg(attempt) AS attempts, array_agg(changed_at) AS changed
          FROM rollouts_hubupdate WHERE hub_id = ANY(%s::bigint[]) GROUP BY rollout_id, wave) p
  JOIN rollouts_rollout o ON o.id = p.rollout_id JOIN publishing_release r ON r.id = o.release_id
 ORDER BY p.rollout_id DESC
"""
_OF_ROLLOUTS = ("id", "reference", "state", "starts_from", "release_id")
_OF_RELEASES = (
    "reference",
    "title",
    "firmware_version",
    "planned_activation_at",
    "classification",
    "announced_at",
)
# A place at a time: each names its rollout, so that only that one's events are looked at.
_MOVES = "SELECT %s, at, attempt, state, code FROM rollouts_hubupdateevent WHERE rollout_id = %s AND slot = %s"


@dataclass(frozen=True, slots=True)
class AskedWave:
    """What an answer says of a wave: its number from 0, and when its activation began."""

    number: int
    activation_opened_at: datetime | None


@dataclass(frozen=True, slots=True)
class Update:
    """A hub's place in one rollout."""

    rollout: Rollout
    wave: AskedWave
    slot: int
    state: HubState
    asked: int
    changed_at: datetime | None

    @property
    def words(self) -> str:
        """Where the hub stands on its path."""
        return _WORDS[self.state]

    @property
    def word(self) -> str:
        """Its state as tags know it."""
        return self.state.word

    @property
    def version(self) -> str:
        """The firmware version of the image."""
        return self.rollout.release.firmware_version

    @property
    def goes_on(self) -> bool:
        """Whether the rollout still asks something of its hubs."""
        return self.rollout.state not in OVER

    @property
    def waits(self) -> bool:
        """Whether the image is in the hub, verified, and not running yet."""
        return self.state in _HELD_IMAGE

    @property
    def activates_from(self) -> datetime | None:
        """When its activation began or begins at the earliest: of its wave, else as planned; None where unknown."""
        return self.wave.activation_opened_at or self.rollout.starts_from or self.rollout.release.planned_activation_at


@dataclass(frozen=True, slots=True)
class Move:
    """A move of a hub on its path, with the device's answer in words, if one came."""

    at: datetime
    update: Update
    state: HubState
    answer: str
    is_answered: bool

    @property
    def words(self) -> str:
        """Where it moved to."""
        return _WORDS[self.state]


def updates(hubs: Collection[int], actor: Actor) -> dict[int, list[Update]]:
    """Return by its id each hub's places in the rollouts the actor may know of, the newest first.

    One query, and one more where a release is Amber or Red.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, [list(hubs)])
        rows = cursor.fetchall()
    rollouts: dict[int, Rollout] = {}
    for row in rows:
        of_rollout = dict(zip(_OF_ROLLOUTS, row[7:], strict=False))
        if of_rollout["id"] not in rollouts:
            of_release = dict(zip(_OF_RELEASES, row[7 + len(_OF_ROLLOUTS) :], strict=True))
            rollout = rollouts[of_rollout["id"]] = loaded(Rollout, **of_rollout)
            rollout.release = loaded(Release, id=rollout.release_id, **of_release)
    known = known_to(actor, [rollout.release for rollout in rollouts.values()])
    found: dict[int, list[Update]] = {}
    for number, opened_at, *places, pk in (row[:8] for row in rows):
        rollout, wave = rollouts[pk], AskedWave(number, opened_at)
        if rollout.release_id in known:
            for hub, slot, state, attempt, changed_at in zip(*places, strict=True):
                update = Update(rollout, wave, slot, _STATES[state], attempt, changed_at)
                found.setdefault(hub, []).append(update)
    return found


def moves(places: Collection[Update]) -> list[Move]:
    """Return a hub's moves in these places, the newest first; one query, or none for no place.

    Moves of one moment stand in the order of the path: a batch may take several steps at once.
    """
    if not places:
        return []
    values = [value for place, one in enumerate(places) for value in (place, one.rollout.pk, one.slot)]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([_MOVES] * len(places)), values)
        rows = sorted(cursor.fetchall(), key=lambda row: row[:4])
    found = []
    for place, update in enumerate(places):
        stage = Stage.DEPLOYMENT
        for at, _, number, code in (row[1:] for row in rows if row[0] == place):
            state = _STATES[number]
            stage = Stage.ACTIVATION if state is HubState.ACTIVATING else stage
            heard = code is not None and code != UNREACHABLE
            found.append(Move(at, update, state, _answered(stage, code), heard))
    return sorted(found, key=lambda move: move.at)[::-1]


def _answered(stage: Stage, code: int | None) -> str:
    """Return a device's answer in words: its outcome code and what it means, or that none came."""
    if code is None:
        return ""
    return "No answer" if code == UNREACHABLE else f"{code}: {outcomes.WORDS[stage][code]}"
