"""Release notes: named sections of Markdown, which of them a class requires, and how two people's texts meet. Pure.

One text with headings of the second level ("## Summary") can be read into sections, and sections written as one.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

LONGEST = 200_000  # characters, all sections together
HEADING = re.compile(r"##[ \t]+(?P<title>.+?)[ \t]*#*[ \t]*$")
_HIGH = re.compile(r"^( {0,3})#{1,2}(?=[ \t]|$)")
_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})")
_NOTHING = {"", "none", "none known", "nothing known", "no known issues"}

OPENING = "Summary"
KNOWN_ISSUES = "Known issues"
SECTIONS: Mapping[str, str] = {
    OPENING: "What this release is and why it is needed, in a few sentences.",
    "What changes": "New and changed behaviour of the hub, item by item.",
    "Fixes": "Defects put right, with the references of their issues.",
    KNOWN_ISSUES: "What is known not to work, and for which devices. Write “None known” if so.",
    "Effect on devices": "Whether the hub restarts, whether it loses power or the HAN for over 3 minutes (each loss "
    "raises a power-outage alert), and who feels it.",
    "What suppliers must do": "Before, during and after activation. Write “Nothing” if so.",
    "Test evidence": "What was tested, by whom, in which environment, region by region.",
    "From-versions": "Which versions a hub may come from, and what becomes of hubs on any other.",
    "Validity periods": "The installation and maintenance validity periods relied on.",
    "Modification": "The modification behind the release and the user testing it asks for.",
    "Rollback plan": "How hubs come back to a working version if activation goes wrong.",
    "Contacts": "Who answers questions, and when.",
}
_ALWAYS = (OPENING, "What changes", KNOWN_ISSUES, "What suppliers must do", "Contacts")
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "emergency": _ALWAYS,
    "urgent": (*_ALWAYS, "Effect on devices", "Rollback plan"),
    "routine": (*_ALWAYS, "Effect on devices", "Rollback plan", "Fixes", "Test evidence"),
    "major": tuple(SECTIONS),
}

Written = Mapping[str, str]  # title of a section -> its text


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the template: its title, what belongs there, and whether the release's class requires it."""

    title: str
    guidance: str
    required: bool = False


def template(class_name: str, standing: Iterable[Section] = ()) -> tuple[Section, ...]:
    """Return every section the notes may have; those that Users asked for (`standing`) stand before the contacts."""
    wanted = REQUIRED[class_name]
    own = [Section(title, guidance, title in wanted) for title, guidance in SECTIONS.items()]
    return (*own[:-1], *standing, own[-1])


def required(sections: Iterable[Section]) -> list[str]:
    """Return the titles of the sections that are required."""
    return [section.title for section in sections if section.required]


def missing(written: Written, sections: Iterable[Section]) -> list[str]:
    """Return the required sections that are absent or empty, in the order of the template."""
    texts = {title.casefold(): text.strip() for title, text in written.items()}
    return [title for title in required(sections) if not texts.get(title.casefold())]


def parse(markdown: str) -> dict[str, str]:
    """Return the text of each section by its heading; what stands before the first heading opens the summary."""
    found: dict[str, str] = {}
    title, lines = OPENING, []
    for line, in_code in _lines(markdown):
        mark = None if in_code else HEADING.match(line)
        if mark is None:
            lines.append(line)
            continue
        _put(found, title, lines)
        title, lines = _spelled(mark["title"], found), []
        found.setdefault(title, "")
    _put(found, title, lines)
    return found


def _put(found: dict[str, str], title: str, lines: Sequence[str]) -> None:
    text = "\n".join(lines).strip("\n").rstrip()
    if text:
        found[title] = "\n\n".join(part for part in (found.get(title), text) if part)


def _spelled(title: str, known: Iterable[str] = ()) -> str:
    """Return a title as the template, or an earlier heading, spells it."""
    title = " ".join(title.split())
    return next((one for one in (*SECTIONS, *known) if one.casefold() == title.casefold()), title)


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """Yield each line and whether it belongs to a block of code between fences."""
    fence = ""
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        mark = _FENCE.match(line)
        if not fence:
            fence = mark[1] if mark else ""
            yield line, bool(fence)
        else:
            yield line, True
            if mark and mark[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
    if fence:
        yield fence, True


def clean(written: Written) -> dict[str, str]:
    """Return the sections that say something, so written that they can be put together and parted again.

    Headings inside a section come below its own, and code that was not ended ends with it.
    """
    found: dict[str, str] = {}
    for title, text in written.items():
        lines = [line if in_code else _HIGH.sub(r"\1###", line) for line, in_code in _lines(text)]
        _put(found, _spelled(title, found) or OPENING, lines)
    return found


def arranged(written: Written, sections: Iterable[Section]) -> dict[str, str]:
    """Return the sections in the order of the template; those it does not know come last."""
    order = {section.title: place for place, section in enumerate(sections)}
    return dict(sorted(written.items(), key=lambda pair: order.get(pair[0], len(order))))


def compose(written: Written) -> str:
    """Return the sections as one Markdown text with a heading each."""
    return "\n\n".join(f"## {title}\n\n{text}".rstrip() for title, text in written.items()) + "\n"


def added(text: str, more: str) -> str:
    """Return a section's text with something more: a list goes on, and "None known." gives way."""
    if text.strip(" .\n").casefold() in _NOTHING:
        return more
    goes_on = more.startswith("- ") and text.rstrip().rpartition("\n")[2].startswith(("- ", "  "))
    return text.rstrip() + ("\n" if goes_on else "\n\n") + more


@dataclass(frozen=True, slots=True)
class Meeting:
    """What one person wrote, brought onto a newer revision: the text to go on with, and where both wrote."""

    written: dict[str, str]
    disputed: tuple[str, ...]


def meet(base: Written, mine: Written, theirs: Written) -> Meeting:
    """Bring `mine`, begun from `base`, onto `theirs`: what only they changed is taken, the rest stays mine."""
    titles = dict.fromkeys([*theirs, *mine])
    touched = [title for title in titles if mine.get(title, "") != base.get(title, "")]
    written = {title: (mine if title in touched else theirs).get(title, "") for title in titles}
    disputed = [title for title in touched if theirs.get(title, "") not in (base.get(title, ""), mine.get(title, ""))]
    return Meeting(written, tuple(disputed))
