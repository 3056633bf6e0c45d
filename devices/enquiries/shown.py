"""How an answer is shown where it is data: the columns of the CSV file and the fields of the API."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from devices.enquiries.asked import Asked
from devices.enquiries.models import View
from devices.enquiries.places import Update
from devices.enquiries.queries import Answer
from portal.pages.exports import Column
from releases.products.models import Region

_REGIONS = dict(Region.choices)  # a file has a hundred thousand rows


@dataclass(slots=True)
class Line:
    """An entry that was asked for, with its answer, if there is one; or the line of the file that it repeats.

    ``whole`` is the answer where all of it may be shown, ``coming`` what is coming then: read once for all columns.
    """

    asked: Asked
    answer: Answer | None
    repeats: int = 0
    whole: Answer | None = field(init=False)
    coming: Update | None = field(init=False)

    def __post_init__(self) -> None:
        self.whole = self.answer if self.answer and self.answer.is_whole else None
        self.coming = self.whole.coming if self.whole else None

    @property
    def result(self) -> str:
        """Whether it was answered, and why not: what is unknown and what is another's read the same."""
        if self.repeats:
            return f"repeats line {self.repeats}"
        if self.answer is not None:
            return "answered"
        return "no EUI-64" if self.asked.number is None else "not known to you"


def _known(read: Callable[[Answer], Any]) -> Callable[[Line], Any]:
    return lambda line: read(line.answer) if line.answer else None


def _whole(read: Callable[[Answer], Any]) -> Callable[[Line], Any]:
    return lambda line: read(line.whole) if line.whole else None


def _coming(read: Callable[[Update], Any]) -> Callable[[Line], Any]:
    return lambda line: read(line.coming) if line.coming else None


VERSION_COLUMNS = (
    Column("Asked", lambda line: line.asked.text),
    Column("Result", lambda line: line.result),
    Column("CHF", _known(lambda answer: answer.hub.chf)),
    Column("Running version", _known(lambda answer: answer.running_version)),
    Column("Known at", _known(lambda answer: answer.known_at)),
)
COLUMNS = (
    *VERSION_COLUMNS,
    Column("Inventory version", _whole(lambda answer: answer.inventory_version)),
    Column("Inventory differs", _whole(lambda answer: "yes" if answer.differs else "no")),
    Column("Hub model", _whole(lambda answer: answer.hub.read_version.hub_model.name)),
    Column("Region", _whole(lambda answer: _REGIONS[answer.cell.region] if answer.cell else None)),
    Column("Release", _coming(lambda update: update.rollout.release.reference)),
    Column("Coming version", _coming(lambda update: update.version)),
    Column("Its state", _coming(lambda update: update.words)),
    Column("Image held", _coming(lambda update: "yes" if update.waits else "no")),
    Column("Wave", _coming(lambda update: update.wave.number + 1)),
    Column("Activates from", _coming(lambda update: update.activates_from)),
    Column("Holds", _whole(lambda answer: ", ".join(hold.reference for hold in answer.holds))),
)


def columns_for(view: str) -> tuple[Column, ...]:
    """Return the columns for an asker who is answered about these hubs."""
    return VERSION_COLUMNS if view == View.VERSIONS else COLUMNS


@dataclass(frozen=True, slots=True)
class Row:
    """A hub of a list, with its place in the rollout chosen, or in the one under way."""

    answer: Answer
    place: Update | None


def _placed(read: Callable[[Update], Any]) -> Callable[[Row], Any]:
    return lambda row: read(row.place) if row.place else None


LIST_COLUMNS = (
    Column("CHF", lambda row: row.answer.hub.chf),
    Column("Hub model", lambda row: row.answer.hub.read_version.hub_model.name),
    Column("Region", lambda row: _REGIONS[row.answer.cell.region]),
    Column("Running version", lambda row: row.answer.running_version),
    Column("Known at", lambda row: row.answer.known_at),
    Column("Inventory version", lambda row: row.answer.inventory_version),
    Column("Inventory differs", lambda row: "yes" if row.answer.differs else "no"),
    Column("Rollout", _placed(lambda place: place.rollout.reference)),
    Column("To version", _placed(lambda place: place.version)),
    Column("State", _placed(lambda place: place.words)),
    Column("Since", _placed(lambda place: place.changed_at)),
    Column("Wave", _placed(lambda place: place.wave.number + 1)),
    Column("Activates from", _placed(lambda place: place.activates_from)),
    Column("Holds", lambda row: ", ".join(hold.reference for hold in row.answer.holds)),
)
