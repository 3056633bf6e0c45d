"""What a worker does with a file of hubs: a part in each transaction, under the lock of its row.

A worker that dies leaves the part it was at unanswered and the others as they are; the next goes on from there.
"""

import zlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from itertools import islice

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from devices.enquiries import may, messages, queries
from devices.enquiries.asked import Asked
from devices.enquiries.models import FileEnquiry, FilePart, View
from devices.enquiries.queries import Answer
from devices.enquiries.shown import Line, columns_for
from devices.enquiries.states import UNDER_WAY, FileState
from portal.delivery.outbox import tell
from portal.journal.writing import Jsonable
from portal.pages.exports import lines
from portal.people.actors import actor_for
from portal.people.models import Organisation
from portal.workflow.actor import Actor, Channel
from portal.workflow.enqueue import enqueue
from portal.workflow.transitions import move, save

SILENCE = timedelta(seconds=30)  # without a part answered, after which a file is published again
_TROUBLE = "The portal could not answer this file. Send it again; if it fails again, tell whoever runs the portal."


@transaction.atomic
def answer_next(enquiry_id: int, *, by: Actor, at: datetime) -> bool:
    """Answer the next part of a file with the rights its asker has now; return whether there is more to do.

    False too where another worker holds the row, or the file has ended. The last part makes the result.
    """
    row = _locked(FileEnquiry.objects.filter(pk=enquiry_id, state__in=UNDER_WAY)).first()
    if row is None:
        return False
    asker = actor_for(row.user, at=at, organisation=row.organisation_id, channel=Channel.TASK)
    if refused := may.be_answered.why_not(row, by=asker):
        _fail(row, refused, by=by, at=at)
        return False
    if row.state == FileState.QUEUED:
        row.view = may.view_of(asker)
        move(row, to=FileState.RUNNING, by=by, at=at, verb="start_answering", fields=("view",))
    _answer(row, row.parts.filter(result=None).earliest("number"), asker, at)
    if row.parts.filter(result=None).exists():
        return True
    _finish(row, by=by, at=at)
    return False


def _locked(rows: QuerySet[FileEnquiry]) -> QuerySet[FileEnquiry]:
    return rows.select_for_update(skip_locked=True, no_key=True, of=("self",)).select_related("user", "organisation")


def _answer(row: FileEnquiry, part: FilePart, asker: Actor, at: datetime) -> None:
    asked = [number for number, line in zip(part.numbers, part.repeats, strict=True) if number is not None and not line]
    found = queries.answers(asked, asker, at)
    made = (
        Line(Asked(text, number), None if repeats or number is None else found.get(number), repeats)
        for text, number, repeats in zip(part.texts, part.numbers, part.repeats, strict=True)
    )
    written = "".join(islice(lines(made, columns_for(row.view)), 1, None))
    part.result = zlib.compress(written.encode(), level=1)
    part.save(update_fields=["result"])
    row.worked += len(part.texts)
    row.answered += len(found)
    row.hinted_at = timezone.now()
    _remember_rights(row, asker, found.values())
    save(row, "worked", "answered", "hinted_at", "suppliers", "regions", "releases")


def _remember_rights(row: FileEnquiry, asker: Actor, found: Iterable[Answer]) -> None:
    """Keep on the row what one must still know to get the result."""
    if row.view == View.SUPPLIERS:
        row.suppliers = sorted({*row.suppliers, *asker.suppliers})
    if row.view == View.REGIONS:
        row.regions = sorted({*row.regions, *Organisation.objects.get(pk=row.organisation_id).regions})
    named = {answer.coming.rollout.release_id for answer in found if answer.is_whole and answer.coming}
    row.releases = sorted({*row.releases, *named})


def _finish(row: FileEnquiry, *, by: Actor, at: datetime) -> None:
    name = f"{row.reference}.csv"
    row.result.storage.delete(f"enquiries/{name}")  # what a worker left that died before it committed
    parts = row.parts.order_by("number").values_list("result", flat=True)
    head = next(lines((), columns_for(row.view))).encode()
    row.result.save(name, ContentFile(b"".join([head, *(zlib.decompress(part) for part in parts if part)])), save=False)
    row.parts.all().delete()
    row.ended_at = at
    counts: dict[str, Jsonable] = {"rows": row.rows, "answered": row.answered}
    move(row, to=FileState.DONE, by=by, at=at, verb="answer", fields=("ended_at", "result"), data=counts)
    tell(messages.FileEnded(row), at=at)


def _fail(row: FileEnquiry, why: str, *, by: Actor, at: datetime) -> None:
    row.parts.all().delete()
    row.ended_at, row.why = at, why
    move(row, to=FileState.FAILED, by=by, at=at, verb="fail_to_answer", why=why, fields=("ended_at", "why"))
    tell(messages.FileEnded(row), at=at)


@transaction.atomic
def give_up(enquiry_id: int, *, by: Actor, at: datetime) -> None:
    """End a file whose answering breaks: to repeat it would break again."""
    row = _locked(FileEnquiry.objects.filter(pk=enquiry_id, state__in=UNDER_WAY)).first()
    if row is not None:
        _fail(row, _TROUBLE, by=by, at=at)


@transaction.atomic
def republish() -> int:
    """Publish again the files that nobody works on, each once in every half minute; return how many."""
    now = timezone.now()
    rows = list(_locked(FileEnquiry.objects.filter(state__in=UNDER_WAY, hinted_at__lt=now - SILENCE)))
    for row in rows:
        row.hinted_at = now
        save(row, "hinted_at")
        enqueue("enquiries.answer", enquiry_id=row.pk)
    return len(rows)


@transaction.atomic
def expire_results(*, by: Actor, at: datetime) -> int:
    """Delete the results whose time is over; return how many. The rows stay, with their counts."""
    over = at - timedelta(days=settings.HUB_RESULTS_KEPT_DAYS)
    rows = list(_locked(FileEnquiry.objects.filter(state=FileState.DONE, ended_at__lt=over)))
    for row in rows:
        storage, name = row.result.storage, row.result.name
        row.result = ""
        move(row, to=FileState.EXPIRED, by=by, at=at, verb="expire_result", fields=("result",))
        transaction.on_commit(partial(storage.delete, str(name)))
    return len(rows)
