"""How a validity period stands on a day, and which dates of the product lists contradict one another. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

ENDS = ("installation_to", "maintenance_to", "applicability_to")


@dataclass(frozen=True, slots=True)
class Span:
    """A period as it stands on one day: "planned", "open", "closed" (installation) or "expired", and in words."""

    state: str
    words: str

    @property
    def is_over(self) -> bool:
        """Whether its last day has passed."""
        return self.state in ("closed", "expired")


def span(start: date | None, end: date | None, day: date, *, over: str = "expired") -> Span:
    """Return how a period that includes both its days stands on `day`; without an end it stays open."""
    if start is not None and day < start:
        return Span("planned", f"From {words(start)}")
    if end is None:
        return Span("open", "No end set")
    if day <= end:
        return Span("open", f"To {words(end)}")
    return Span(over, f"Ended {words(end)}")


def words(day: date) -> str:
    """Return a date as on every page: 9 January 2017."""
    return f"{day.day} {day:%B %Y}"


def of_periods(values: Mapping[str, date | None]) -> dict[str, str]:
    """Return by field what is contradictory in the dates of a validity row."""
    wrong = {}
    start, closed, maintained = (
        values.get(name) for name in ("installation_from", "installation_to", "maintenance_to")
    )
    for name in ENDS:
        end = values.get(name)
        if start is not None and end is not None and end < start:
            wrong[name] = f"{words(end)} is before the installation period begins on {words(start)}."
    if closed is not None and maintained is not None and maintained < closed:
        wrong.setdefault("maintenance_to", "The maintenance period cannot end before the installation period.")
    return wrong


def of_listing(status: str, listed_on: date | None, removed_on: date | None) -> dict[str, str]:
    """Return by field what is contradictory in the dates of an entry of the Central Products List."""
    if removed_on is None:
        return {}
    if status == "current":
        return {"removed_on": "A current entry has no date of removal."}
    if listed_on is not None and removed_on < listed_on:
        return {"removed_on": f"{words(removed_on)} is before it was listed on {words(listed_on)}."}
    return {}
