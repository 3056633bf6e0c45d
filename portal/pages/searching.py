"""Full-text search over what the apps offer: each app its own rows, already limited to what the actor may read.

An app contributes ``Searchable`` rows; here they are matched, ranked together and shown with their words marked.
Words are matched in any form ("deployed" finds "deploying"), references and versions by their beginning.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchRank, SearchVector
from django.core.paginator import Page, Paginator
from django.db.models import F, Q, QuerySet
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

MOST = 300  # hits of one kind that are ranked: the newest
SHORTEST, LONGEST = 2, 100  # characters
FULL_MATCH = 20.0  # rank of a reference given in full; of its beginning half of it; of words below that
LANGUAGE = "english"
_START, _STOP = "\ue000", "\ue001"  # private characters, so that no text holds them as markup
_MARKED = re.compile(f"{_START}([^{_START}{_STOP}]*){_STOP}")
_MARKDOWN = re.compile(r"[#*_`|]+")


@dataclass(frozen=True)
class Searchable:
    """Rows of one kind. ``fields`` are searched as one text: an index on ``vector`` of exactly these makes it fast.

    ``text`` is the field that is quoted; ``references`` are found by their beginning. ``title`` and ``url`` are
    asked for the rows of one page only, so ``rows`` load what these need. ``weight`` lifts a kind whose few words say
    more than another's many.
    """

    kind: str
    rows: QuerySet[Any]
    fields: tuple[str, ...]
    text: str
    title: Callable[[Any], str]
    url: Callable[[Any], str]
    references: tuple[str, ...] = ()
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Hit:
    """A row found, and how well it fits."""

    place: int
    pk: int
    rank: float


@dataclass(frozen=True, slots=True)
class Found:
    """A row found, as it is shown: ``snippet`` is safe HTML with the words in ``<mark>``."""

    kind: str
    title: str
    url: str
    snippet: SafeString


def vector(*fields: str) -> SearchVector:
    """Return the text of these fields as it is searched and indexed."""
    return SearchVector(*fields, config=LANGUAGE)


class Results:
    """What a search found, best first; rows are read for the slice that is shown. Fits Django's paginator."""

    def __init__(self, sources: Sequence[Searchable], words: str, kind: str = "") -> None:
        self._sources, self._words = sources, words
        found = [hit for place, source in enumerate(sources) for hit in _hits(place, source, words)]
        self.kinds = Counter(sources[hit.place].kind for hit in found)
        self.hits = sorted(
            (hit for hit in found if not kind or sources[hit.place].kind == kind),
            key=lambda hit: (-hit.rank, hit.place, -hit.pk),
        )

    def __len__(self) -> int:
        return len(self.hits)

    def page(self, number: object, size: int) -> "Page[Found]":
        """Return one page of what was found."""
        return Paginator[Found](self, size).get_page(number)  # type: ignore[arg-type]  # a slice is all it takes

    def __getitem__(self, part: slice) -> list[Found]:
        hits = self.hits[part]
        rows = {place: self._rows(place, hits) for place in {hit.place for hit in hits}}
        return [rows[hit.place][hit.pk] for hit in hits if hit.pk in rows[hit.place]]

    def _rows(self, place: int, hits: Iterable[Hit]) -> dict[int, Found]:
        source = self._sources[place]
        headline = SearchHeadline(
            source.text,
            query(self._words),
            config=LANGUAGE,
            start_sel=_START,
            stop_sel=_STOP,
            min_words=12,
            max_words=32,
            max_fragments=2,
            fragment_delimiter=" … ",
        )
        rows = source.rows.filter(pk__in=[hit.pk for hit in hits if hit.place == place]).annotate(snippet=headline)
        return {row.pk: Found(source.kind, source.title(row), source.url(row), marked(row.snippet)) for row in rows}


def query(words: str) -> SearchQuery:
    """Return words as a search engine takes them: all of them, quoted ones together, without those after a minus."""
    return SearchQuery(words, search_type="websearch", config=LANGUAGE)


def _hits(place: int, source: Searchable, words: str) -> list[Hit]:
    sought = query(words)
    found = source.rows.annotate(vector=vector(*source.fields)).filter(vector=sought).order_by("-pk")
    ranked = found.annotate(rank=SearchRank(F("vector"), sought)).values_list("pk", "rank")[:MOST]
    ranks = dict(ranked)
    start = words.strip().upper()
    if source.references and re.fullmatch(r"[0-9A-Z-]+", start):
        begins = reduce(or_, (Q(**{f"{field}__startswith": start}) for field in source.references))
        for pk, *values in source.rows.filter(begins).order_by("-pk").values_list("pk", *source.references)[:MOST]:
            ranks[pk] = FULL_MATCH if start in values else FULL_MATCH / 2
    return [Hit(place, pk, rank if rank >= FULL_MATCH / 2 else rank * source.weight) for pk, rank in ranks.items()]


def marked(quoted: str) -> SafeString:
    """Return a quoted text as HTML: escaped, then the words found between our private characters marked."""
    plain = escape(" ".join(_MARKDOWN.sub(" ", quoted).split()))
    html = _MARKED.sub(r"<mark>\1</mark>", plain).replace(_START, "").replace(_STOP, "")
    return mark_safe(html)  # noqa: S308 - escaped above; only our own mark is added
