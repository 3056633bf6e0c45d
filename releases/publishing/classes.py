"""The table of urgency classes: which version of a class is in force when."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from portal.journal.models import Entry
from portal.workflow.errors import Invalid
from portal.working_days import london_day
from releases.publishing.dates import timetable
from releases.publishing.models import UrgencyClass
from releases.publishing.terms import Approach
from releases.publishing.working import Timetable

EXAMPLE = datetime(2017, 1, 9, 12, tzinfo=ZoneInfo("Europe/London"))
"""Monday 9 January 2017 at noon: the announcement of the worked example (Urgency classes)."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a class and how it stands on a day: "in force", "planned" or "past"."""

    row: UrgencyClass
    standing: str
    until: date | None
    """The first day of the version that takes its place."""
    acts: list[Entry]
    """Who added and edited it, when and why; nothing for what the portal began with."""


@dataclass(frozen=True, slots=True)
class Table:
    """One class: its name, its versions from the latest on, and the dates of the worked example."""

    name: str
    versions: list[Version]
    example: Timetable | None


def current_class(name: str, at: datetime) -> UrgencyClass:
    """Return the version of an urgency class in force at `at`. Raises Invalid where none is."""
    rows = UrgencyClass.objects.filter(name=name, effective_from__lte=london_day(at))
    found = rows.order_by("-effective_from").first()
    if found is None:
        fields = {"urgency_class": ["No version of this class is in force on that day."]}
        raise Invalid("No version of this class is in force on that day.", fields)
    return found


def tables(at: datetime) -> list[Table]:
    """Return every class with all its versions and their history; two queries whatever their number."""
    acts: dict[int, list[Entry]] = {}
    for entry in Entry.objects.filter(subject_kind=UrgencyClass._meta.label_lower, verb__in=_KEEPS).order_by("pk"):
        acts.setdefault(entry.subject_id, []).append(entry)
    rows: dict[str, list[UrgencyClass]] = {name: [] for name in UrgencyClass.Name.values}
    for row in UrgencyClass.objects.order_by("-effective_from"):
        rows[row.name].append(row)
    return [_table(UrgencyClass.Name(name), found, acts, london_day(at)) for name, found in rows.items()]


_KEEPS = ("add_class", "edit_class")


def _table(name: UrgencyClass.Name, rows: list[UrgencyClass], acts: dict[int, list[Entry]], today: date) -> Table:
    versions = list(_versions(rows, acts, today))
    present = next((one.row for one in versions if one.standing == "in force"), None)
    example = timetable(present.terms, Approach.CONSULTATION, EXAMPLE) if present else None
    return Table(str(name.label), versions, example)


def _versions(rows: Iterable[UrgencyClass], acts: dict[int, list[Entry]], today: date) -> Iterator[Version]:
    until: date | None = None
    for row in rows:
        if row.effective_from > today:
            standing = "planned"
        else:
            standing = "in force" if until is None or until > today else "past"
        yield Version(row, standing, until, acts.get(row.pk, []))
        until = row.effective_from
