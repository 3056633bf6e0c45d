"""A study as a document that can be circulated as a working group's paper."""

from collections.abc import Sequence

from devices.studies import shown
from devices.studies.models import Study
from devices.studies.results import Reading
from portal.pages import blocks
from portal.pages.blocks import Block
from portal.pages.documents import Document
from portal.pages.templatetags.words import uk_datetime
from releases.publishing.models import Classification


def paper(study: Study, readings: Sequence[Reading]) -> Document:
    """Return the paper of a study that is done; dated by its end."""
    release = study.release
    return Document(
        kind="Study",
        title=study.title,
        reference=study.reference,
        classification=str(release.get_classification_display() if release else Classification.GREEN.label),
        at=study.ended_at or study.asked_at,
        facts=[
            ("Release", f"{release.reference} {release.title}" if release else "none: every home"),
            ("Homes", f"{study.homes:,}"),
            ("Runs", f"{study.runs:,} under each approach, from seed {study.seed}"),
            ("Problem", study.get_kind_display()),
            ("Votes", study.get_counting_display()),
            ("Made by", f"{study.user} for {study.organisation}, {uk_datetime(study.asked_at)}"),
            ("SHA-256 of the homes", study.digest),
        ],
        blocks=[
            blocks.heading("What it says"),
            blocks.bullets(shown.in_words(readings)),
            *_measures(readings),
            *_harm(readings),
            blocks.heading("What is compared"),
            blocks.facts(shown.compared(study)),
            *_assumptions(study),
        ],
    )


def _measures(readings: Sequence[Reading]) -> list[Block]:
    found: list[Block] = [blocks.heading("Means, with the interval that holds the true one in 95 of 100 studies")]
    for line in shown.lines(readings):
        heading = f"{line.words} ({line.unit})" if line.unit else line.words
        cells = zip(readings, line.cells, strict=True)
        rows = [(shown.name_of(reading.approach), mean, interval) for reading, (mean, interval) in cells]
        found += [blocks.heading(heading, 2), blocks.table(("Approach", "Mean", "Interval"), rows, numeric=(1, 2))]
    return found


def _harm(readings: Sequence[Reading]) -> list[Block]:
    head = ("", *(shown.name_of(one.approach) for one in readings))
    numbers = range(1, len(head))
    kinds = [(name, *(f"{value:,.1f}" for value in values)) for name, values in shown.by_kind(readings)]
    suppliers = [(name, *(f"{value:,.1f}" for value in values)) for name, values in shown.by_supplier(readings)]
    return [
        blocks.heading("Homes harmed a run, by kind of problem"),
        blocks.table(("Problem", *head[1:]), kinds, numeric=numbers),
        blocks.heading("Homes harmed a run, by supplier"),
        blocks.table(("Supplier", *head[1:]), suppliers, numeric=numbers),
    ]


def _assumptions(study: Study) -> list[Block]:
    rows = [
        (one.assumption.words, one.text, one.assumption.unit, one.assumption.source) for one in shown.assumed(study)
    ]
    return [
        blocks.heading("What is assumed"),
        blocks.table(("Figure", "Value", "Unit", "Source"), rows, numeric=(1,)),
        blocks.heading("Kinds of problem, assumed", 2),
        blocks.table(shown.PROBLEM_HEAD, shown.problems(study), numeric=range(1, len(shown.PROBLEM_HEAD))),
    ]
