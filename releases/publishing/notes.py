"""Release notes: named sections in one Markdown text, which of them a class requires, and what a revision changed.

A section begins with a heading of the second level ("## Summary"). Pure.
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LONGEST = 200_000  # characters
HEADING = re.compile(r"^##[ \t]+(?P<title>.+?)[ \t]*#*[ \t]*$", re.MULTILINE)

SECTIONS: Mapping[str, str] = {
    "Summary": "What this release is and why it is needed, in a few sentences.",
    "What changes": "New and changed behaviour of the hub, item by item.",
    "Fixes": "Defects put right, with the references of their issues.",
    "Known issues": "What is known not to work, and for which devices. Write “None known” if so.",
    "Effect on devices": "Whether the hub restarts or loses power or the HAN for over 3 minutes, and who feels it.",
    "What suppliers must do": "Before, during and after activation. Write “Nothing” if so.",
    "Test evidence": "What was tested, by whom, in which region and environment.",
    "Validity periods": "The installation and maintenance validity periods relied on.",
    "Modification": "The modification behind the release and the user testing it asks for.",
    "Rollback plan": "How hubs come back to a working version if activation goes wrong.",
    "Contacts": "Who answers questions, and when.",
}
_ALWAYS = ("Summary", "What changes", "Known issues", "What suppliers must do", "Contacts")
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "emergency": _ALWAYS,
    "urgent": (*_ALWAYS, "Effect on devices", "Rollback plan"),
    "routine": (*_ALWAYS, "Effect on devices", "Rollback plan", "Fixes", "Test evidence"),
    "major": tuple(SECTIONS),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a difference: `kind` is "same", "added" or "removed"."""

    kind: str
    text: str


def required(class_name: str) -> tuple[str, ...]:
    """Return the sections that a class requires, in the order of the template (portal default)."""
    wanted = REQUIRED[class_name]
    return tuple(title for title in SECTIONS if title in wanted)


def template(class_name: str) -> str:
    """Return empty notes with a heading for each required section."""
    return "\n\n".join(f"## {title}\n" for title in required(class_name))


def sections(markdown: str) -> dict[str, str]:
    """Return the text of each section by its heading; a heading that comes twice has both texts."""
    found: dict[str, str] = {}
    marks = list(HEADING.finditer(markdown))
    ends = [*(mark.start() for mark in marks[1:]), len(markdown)]
    for mark, end in zip(marks, ends, strict=False):  # without a heading there is an end and no mark
        title, text = mark["title"].strip(), markdown[mark.end() : end].strip()
        found[title] = "\n\n".join(part for part in (found.get(title), text) if part)
    return found


def missing(markdown: str, class_name: str) -> list[str]:
    """Return the required sections that are absent or empty, in the order of the template."""
    written = {title.casefold(): text for title, text in sections(markdown).items()}
    return [title for title in required(class_name) if not written.get(title.casefold())]


def difference(old: str, new: str) -> list[Change]:
    """Return both texts line by line as one list of unchanged, removed and added lines."""
    before, after = old.splitlines(), new.splitlines()
    changes: list[Change] = []
    for what, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what == "equal":
            changes += [Change("same", line) for line in before[a:b]]
        else:
            changes += _lines("removed", before[a:b]) + _lines("added", after[c:d])
    return changes


def _lines(kind: str, lines: Sequence[str]) -> list[Change]:
    return [Change(kind, line) for line in lines]
