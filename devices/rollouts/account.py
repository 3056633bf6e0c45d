"""An exit report, section by section: the same tables on the page, in the PDF and in the CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from devices.fleet.places import REGIONS
from devices.gateway import Stage
from devices.rollouts import outcomes
from devices.rollouts.models import ExitReport
from devices.rollouts.states import HubState
from portal.pages import blocks
from portal.pages.documents import Document
from portal.pages.exports import Column
from portal.pages.templatetags.words import state_words, uk_date, uk_datetime

Figures = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Section:
    """A table of the report; the columns in `numeric`, from 0, are figures. `note` stands beneath it."""

    title: str
    head: tuple[str, ...]
    rows: list[tuple[str, ...]]
    numeric: tuple[int, ...] = ()
    note: str = ""


def sections(figures: Figures) -> list[Section]:
    """Return the sections of a report; those that an older report does not have are left out."""
    return [section for section in _sections(figures) if section.rows]


def _sections(figures: Figures) -> Iterator[Section]:
    yield Section("Planned and done", ("What", "Planned", "Done"), list(_times(figures)))
    yield _states(figures)
    yield Section(
        "Waves",
        ("Wave", "Hubs", "Activated", "Failed or expired", "Verdicts"),
        [
            (
                str(wave["number"]),
                _n(wave["hubs"]),
                _n(wave["activated"]),
                _n(wave["failed"]),
                " ".join(f"{state_words(stage)}: {why}" for stage, why in wave["verdicts"].items()),
            )
            for wave in figures["waves"]
        ],
        numeric=(1, 2, 3),
    )
    yield Section(
        "Answers by outcome",
        ("Outcome", "Hubs"),
        [
            (f"{state_words(stage.word)}: {words}", _n(figures["answers"][stage.word][words]))
            for stage in Stage
            for words in (*outcomes.WORDS[stage].values(), outcomes.GIVEN_UP)
        ],
        numeric=(1,),
    )
    yield Section("Harmed and held homes", ("What", "Homes"), list(_homes(figures)), numeric=(1,))
    yield Section(
        "Overshoot of halts",
        ("Halt", "Moved after the deciding report", "Still asked when it halted"),
        [
            (f"Wave {one['wave']}, {one['stage']}", _n(one["after"]), _n(one["under_way"]))
            for one in figures.get("overshoot", ())
        ],
        numeric=(1, 2),
    )
    yield Section("Notice and gates", ("What was asked of the event log", "Answer"), list(_compliance(figures)))
    yield _combinations(figures)
    yield Section(
        "Holds proposed by detection",
        ("Proposal", "What stood out", "Proposed", "What became of it"),
        [
            (one["reference"], one["words"], _moment(one["proposed_at"]), one["outcome"])
            for one in figures.get("proposals", ())
        ],
    )
    yield Section(
        "Issues raised in the period",
        ("Issue", "Title", "Category", "Severity", "State", "Raised"),
        [
            (one["reference"], one["title"], one["category"], str(one["severity"]), one["state"], one["raised"])
            for one in figures.get("issues_raised", ())
        ],
        numeric=(3,),
    )


def _n(count: int) -> str:
    return f"{count:,}"


def _times(figures: Figures) -> Iterator[tuple[str, ...]]:
    planned = figures.get("planned", {})
    yield "Hubs", _n(figures["hubs"]), f"{_n(figures['by_state'].get('activated', 0))} activated"
    for what, key in (("Deployment begins", "deployment"), ("Activation begins", "activation")):
        yield what, _moment(planned.get(key)) or "no date", _moment(figures[f"{key}_started_at"])
    yield "Finished", "", _moment(figures["finished_at"])


def _moment(kept: str | None) -> str:
    return uk_datetime(datetime.fromisoformat(kept)) if kept else ""


def _states(figures: Figures) -> Section:
    regions = [str(region.label) for region in REGIONS]  # what is kept has lost its order
    by_state, by_region = figures["by_state"], figures["by_region"]
    rows = [
        (state_words(word), _n(by_state[word]), *(_n(by_region[region].get(word, 0)) for region in regions))
        for word in (state.word for state in HubState)
        if word in by_state
    ]
    return Section("Hubs by state", ("State", "Hubs", *regions), rows, tuple(range(1, 2 + len(regions))))


def _homes(figures: Figures) -> Iterator[tuple[str, ...]]:
    if "harmed" in figures:
        yield "Harmed: the hub answered its activation with a failure and keeps its old version", _n(figures["harmed"])
        yield "Silent to the end: the hub never answered", _n(figures["by_state"].get("expired", 0))
        yield "Held: a hold or an objection kept the hub back to the end", _n(figures["by_state"].get("excluded", 0))
        yield "Of the held, re-entered in catch-up waves", _n(figures["caught_up"])


def _compliance(figures: Figures) -> Iterator[tuple[str, ...]]:
    if found := figures.get("compliance"):
        yield "Responsible suppliers whose homes were activated", _n(found["suppliers"])
        yield "Of them with a home activated before their own notice was over", _n(found["early"])
        yield "Holds in force while hubs were asked", _n(found["holds"])
        yield "Hubs asked in spite of a hold", _n(found["asked_in_spite"])


def _combinations(figures: Figures) -> Section:
    return Section(
        "Watch figures by device combination",
        ("Combination", "Hubs", "Activated", "Failed", "Share", "Share before", "Issues", "Issues before"),
        [
            (
                one["name"],
                _n(one["hubs"]),
                _n(one["activated"]),
                _n(one["failed"]),
                _share(one["share"]),
                _share(one["failed_before"]),
                _n(one["issues"]),
                _n(one["issues_before"]),
            )
            for one in figures.get("combinations", ())
        ],
        numeric=(1, 2, 3, 4, 5, 6, 7),
        note="Before: the rollout before that reached the combination, and a period as long as the one watched.",
    )


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.2%}"


COLUMNS = [Column("Section", lambda row: row[0]), Column("Item", lambda row: row[1])]
COLUMNS += [Column("Figure", lambda row: row[2]), Column("Value", lambda row: row[3])]


def flat(figures: Figures) -> Iterable[tuple[str, str, str, str]]:
    """Yield the report a figure a line: section, item, figure, value."""
    for section in sections(figures):
        for item, *values in section.rows:
            for name, value in zip(section.head[1:], values, strict=True):
                yield section.title, item, name, value


def document(report: ExitReport) -> Document:
    """Return a published report as a document for print."""
    rollout = report.rollout
    release = rollout.release
    body: list[blocks.Block] = []
    if report.remarks:
        body += [blocks.heading("Remarks"), *(blocks.paragraph(line) for line in report.remarks.splitlines() if line)]
    for section in sections(report.figures):
        body += [blocks.heading(section.title), blocks.table(section.head, section.rows, numeric=section.numeric)]
        body += [blocks.paragraph(section.note)] if section.note else []
    return Document(
        kind="Exit report",
        title=f"Exit report of rollout {rollout.reference}",
        reference=rollout.reference,
        classification=release.get_classification_display(),
        at=report.published_at,
        facts=[
            ("Release", f"{release.reference}, {release.title}"),
            ("Firmware version", release.firmware_version),
            ("Published", f"{uk_datetime(report.published_at)} by {report.published_by_name}"),
            ("Watched until", uk_date(release.hypercare_until) or "no watch period"),
        ],
        blocks=body,
    )
