"""Issues that may be the same: alike in words (full text) and in the homes they concern, the likeliest first."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import F, Q, Sum

from portal.pages.searching import LANGUAGE, vector
from portal.workflow.actor import Actor
from releases.issues import queries
from releases.issues.can import LIVE
from releases.issues.models import SEARCHED, Issue
from releases.issues.states import IssueState
from releases.products import cohorts
from releases.products.cohorts import Cohort

MOST = 5  # offered
_RANKED = 20  # looked at for their homes
_MOST_WORDS = 40
_WEAK = 0.015  # about one in four of the words sought, each found once, ranks so
_WORD = re.compile(r"[^\W_]{3,}")
_OPEN = (*LIVE, IssueState.RESOLVED)


@dataclass(frozen=True, slots=True)
class Alike:
    """An issue that may be the same, and the homes that it shares with what is asked about."""

    issue: Issue
    shared_homes: int
    score: float


def alike(text: str, cohort: Cohort, actor: Actor, *, besides: Issue | None = None) -> list[Alike]:
    """Return the issues this actor may know of that are alike, best first: nothing of others' security issues.

    The score is how well the words fit, in parts of the best fit, doubled where the same homes are concerned. A weak
    fit is offered only where homes were chosen and some are shared.
    """
    words = list(dict.fromkeys(_WORD.findall(text.lower())))[:_MOST_WORDS]
    if not words:
        return []
    sought = SearchQuery(" or ".join(words), search_type="websearch", config=LANGUAGE)
    found = queries.visible_to(actor).filter(state__in=_OPEN).annotate(vector=vector(*SEARCHED)).filter(vector=sought)
    if besides is not None:
        found = found.exclude(pk=besides.pk)
    ranked = list(found.annotate(rank=SearchRank(F("vector"), sought)).order_by("-rank", "-pk")[:_RANKED])
    shared, homes = _shared(ranked, cohort)
    chosen = not cohort.is_everything
    near = [one for one in ranked if one.rank >= _WEAK or chosen and shared[one.pk]]
    scored = [Alike(one, shared[one.pk], _score(one, ranked[0], shared[one.pk], homes)) for one in near]
    return sorted(scored, key=lambda one: -one.score)[:MOST]


def _score(one: Issue, best: Issue, shared: int, homes: int) -> float:
    fit: float = one.rank / best.rank  # type: ignore[attr-defined]  # annotated
    return fit * (1 + (shared / homes if homes else 0))


def _shared(issues: Iterable[Issue], cohort: Cohort) -> tuple[dict[int, int], int]:
    """Return the homes that each issue's cohort shares with this one, and this one's homes; one query for all."""
    own = cohorts.cells(cohort)
    sums = {f"issue_{one.pk}": Sum("homes", filter=cohorts.selection(Cohort.of(one)) | Q(pk=None)) for one in issues}
    found = own.aggregate(total=Sum("homes"), **sums)
    return {one.pk: found[f"issue_{one.pk}"] or 0 for one in issues}, found["total"] or 0
