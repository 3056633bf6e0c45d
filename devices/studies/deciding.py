"""What suppliers' tests and a committee make of a release before it is activated.

Votes are counted by the code that counts ballots. Everybody votes in its own interest: who has homes of a combination
concerned against it, the others to proceed; the objector is recused (Objection and ballot).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from devices.studies.approaches import Approach
from devices.studies.assumptions import GRAVE
from devices.studies.fleet import Fleet
from devices.studies.luck import Flags, Luck
from releases.ballots import rulesets
from releases.ballots.paper import Option, Paper, Safeguard
from releases.ballots.rulesets import DEFAULT
from releases.ballots.tally import Verdict, settle, tally


@dataclass(frozen=True)
class Decision:
    """What was decided. `waits` flags the rows that wait for the ballots, `held` those held until the fault is mended.

    `is_known` says that the fault is known and the release goes on; `sent_back` that a corrected image comes for all.
    """

    ballots: int
    waits: Flags
    held: Flags
    is_known: bool = False
    sent_back: bool = False


def decide(approach: Approach, fleet: Fleet, luck: Luck, counting: str) -> Decision:
    """Let suppliers object to what they found, or think they found, and a committee decide."""
    nothing = np.zeros(len(fleet.homes), dtype=np.bool_)
    alarms = luck.alarms & ~luck.finds
    if not approach.tests or not (luck.finds.any() or alarms.any()):
        return Decision(0, nothing, nothing)
    if not approach.keeps_apart:
        sent_back = bool(luck.finds.any()) and _outcome(approach, fleet, luck, counting) is not Option.PROCEED
        return Decision(1, ~nothing, nothing, is_known=bool(luck.finds.any()) and not sent_back, sent_back=sent_back)
    waits = nothing.copy()
    for supplier in np.flatnonzero(alarms):
        own = (fleet.electricity == supplier) | (fleet.gas == supplier)
        waits |= own & (fleet.combination == luck.alarmed[supplier])
    ballots = int(alarms.sum())
    if not luck.finds.any():
        return Decision(ballots, waits, nothing)
    held = luck.affected if _outcome(approach, fleet, luck, counting) is not Option.PROCEED else nothing
    return Decision(ballots + 1, waits | luck.affected, held, is_known=not held.any())


def _outcome(approach: Approach, fleet: Fleet, luck: Luck, counting: str) -> Option:
    """What the ballot on a fault found decides; without a quorum, as the rules say, against it."""
    result = tally(
        list(_papers(approach, fleet, luck)),
        entitled=len(fleet.suppliers),
        recused=1,
        rules=rulesets.parse({**DEFAULT, "counting": counting}),
        safeguard=_safeguard(luck) if approach.keeps_apart else Safeguard.NONE,
    )
    if result.verdict is Verdict.TIED:
        result = settle(result, None)
    return Option.EXCLUDE if result.safeguarded or result.outcome is None else result.outcome


def _papers(approach: Approach, fleet: Fleet, luck: Luck) -> Iterator[Paper]:
    against = Option.EXCLUDE if approach.keeps_apart else Option.RETEST
    for supplier, concerned in enumerate(fleet.has(luck.affected)):
        if supplier != luck.objector:
            option = against if concerned else Option.PROCEED
            yield Paper(fleet.categories[supplier], option, True if concerned else None)


def _safeguard(luck: Luck) -> Safeguard:
    if luck.fault is None or luck.fault.severity > GRAVE:
        return Safeguard.NONE
    proved = luck.is_reproduced or luck.finds.sum() > 1
    return Safeguard.ESTABLISHED if proved else Safeguard.ASKED
