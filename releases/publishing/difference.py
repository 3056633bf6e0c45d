"""What one revision of the notes changed of another, section by section, paragraph by paragraph, word by word. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_MOST = 4_000_000  # pairs of words compared; beyond that a paragraph is shown as replaced
_ALIKE = 0.4  # below this share of words in common two paragraphs are told apart


class Kind(StrEnum):
    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Run:
    """Words that stayed, came or went."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class SectionChange:
    """What became of one section: its runs, one paragraph each."""

    title: str
    paragraphs: tuple[tuple[Run, ...], ...]

    @property
    def is_changed(self) -> bool:
        """Whether anything came or went."""
        return any(run.kind != Kind.SAME for runs in self.paragraphs for run in runs)


def compare(old: Mapping[str, str], new: Mapping[str, str]) -> list[SectionChange]:
    """Return every section of either, in the order of the new one, with what changed in it."""
    titles = dict.fromkeys([*new, *old])
    return [SectionChange(title, tuple(paragraphs(old.get(title, ""), new.get(title, "")))) for title in titles]


def paragraphs(old: str, new: str) -> Iterator[tuple[Run, ...]]:
    """Yield the lines of both texts in order; a line that was changed has the runs of its words."""
    before, after = old.split("\n") if old else [], new.split("\n") if new else []
    for what, a, b, c, d in SequenceMatcher(None, before, after).get_opcodes():
        if what == "equal":
            yield from ((Run(Kind.SAME, line),) for line in before[a:b])
            continue
        shared = min(b - a, d - c)
        yield from (words(*pair) for pair in zip(before[a : a + shared], after[c : c + shared], strict=True))
        yield from ((Run(Kind.REMOVED, line),) for line in before[a + shared : b])
        yield from ((Run(Kind.ADDED, line),) for line in after[c + shared : d])


def words(old: str, new: str) -> tuple[Run, ...]:
    """Return the runs that turn one line into the other; two runs where they have little in common."""
    replaced = (Run(Kind.REMOVED, old), Run(Kind.ADDED, new))
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    if len(before) * len(after) > _MOST:
        return replaced
    matcher = SequenceMatcher(None, before, after)
    if matcher.ratio() < _ALIKE:
        return replaced
    return tuple(run for run in _runs(matcher, before, after) if run.text)


def _runs(matcher: "SequenceMatcher[str]", before: Sequence[str], after: Sequence[str]) -> Iterator[Run]:
    for what, a, b, c, d in matcher.get_opcodes():
        if what == "equal":
            yield Run(Kind.SAME, "".join(before[a:b]))
        else:
            yield Run(Kind.REMOVED, "".join(before[a:b]))
            yield Run(Kind.ADDED, "".join(after[c:d]))


def text_of(lines: Iterable[Sequence[Run]], side: Kind) -> str:
    """Return one side of a comparison again: REMOVED gives the old text, ADDED the new one."""
    shown = [[run.text for run in line if run.kind in (Kind.SAME, side)] for line in lines]
    return "\n".join("".join(texts) for texts in shown if texts)
