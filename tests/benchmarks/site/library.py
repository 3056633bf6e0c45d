"""Thousands of releases with notes, evidence and served notices, in every state, by copying what the verbs made."""

from collections.abc import Iterable, Iterator
from copy import copy
from datetime import timedelta
from typing import Any

from django.db import models
from simple_history.utils import bulk_create_with_history

from portal.delivery.models import Delivery, Message
from releases.publishing.models import Classification, Evidence, NotesRevision, Notice, NoticeService, Release
from releases.publishing.states import ReleaseState

BEFORE_NOTICE = (ReleaseState.DRAFT,)
ACTIVATED = (ReleaseState.ACTIVE, ReleaseState.HALTED, ReleaseState.HYPERCARE, ReleaseState.CLOSED)
STATES = tuple(ReleaseState)
CLASSES = (Classification.GREEN,) * 7 + (Classification.WHITE,) * 2 + (Classification.AMBER,)
WORDS = "joining pairing display clock tariff meter radio power alert prepayment restart certificate".split()
DATES = (
    "drafted_at",
    "announced_at",
    "planned_deployment_at",
    "planned_activation_at",
    "earliest_deployment_at",
    "earliest_activation_at",
    "tests_until",
    "objections_until",
)
CHUNK = 500


def fill(announced: Release, draft: Release, *, count: int) -> None:
    """Add so many releases, spread over the ten years before, each with what belongs to one in its state."""
    made = [_release(draft if _state(n) in BEFORE_NOTICE else announced, n) for n in range(count)]
    stored = bulk_create_with_history(made, Release, batch_size=CHUNK)
    by_reference = {
        row.reference: row for row in Release.objects.filter(reference__in=[row.reference for row in stored])
    }
    rows = [by_reference[row.reference] for row in made]
    for field in ("hub_models", "from_versions"):
        _link(field, announced, rows)
    _copies(NotesRevision.objects.filter(release=announced), rows)
    _copies(Evidence.objects.filter(release=announced), rows)
    _notices(announced, [row for row in rows if row.state not in BEFORE_NOTICE])


def _state(number: int) -> str:
    return STATES[number % len(STATES)]


def _release(template: Release, number: int) -> Release:
    row = copy(template)
    row.pk, row.id = None, None
    row._state = models.base.ModelState()
    row.reference = f"FW-2016-{number + 1:04d}"
    row.title = f"{WORDS[number % len(WORDS)].title()} after a {WORDS[number // 7 % len(WORDS)]} fault, {number}"
    row.state = _state(number)
    row.classification = CLASSES[number % len(CLASSES)]
    back = timedelta(days=number % 3650)
    for name in DATES:
        if getattr(row, name) is not None:
            setattr(row, name, getattr(row, name) - back)
    if row.state in ACTIVATED:
        row.first_activation_at = row.planned_activation_at
        row.hypercare_until = row.planned_activation_at + timedelta(days=180)
    return row


def _link(field: str, template: Release, rows: Iterable[Release]) -> None:
    through: Any = getattr(Release, field).through
    others = list(getattr(template, field).values_list("pk", flat=True))
    target = next(one.attname for one in through._meta.fields if one.is_relation and one.related_model is not Release)
    links = [through(**{"release_id": row.pk, target: other}) for row in rows for other in others]
    through.objects.bulk_create(links, batch_size=5000)


def _copies(templates: Any, rows: Iterable[Release]) -> None:
    made = [_copy(one, release_id=row.pk) for row in rows for one in templates]
    templates.model.objects.bulk_create(made, batch_size=5000)


def _copy(template: Any, **changes: Any) -> Any:
    row = copy(template)
    row.pk = None
    row._state = models.base.ModelState()
    row._state.fields_cache = {}
    for name, value in changes.items():
        setattr(row, name, value)
    return row


def _notices(template: Release, rows: list[Release]) -> None:
    """A notice for each release, told to and served on everybody the template's was."""
    notice = template.notices.get(voided_at=None)
    notices = Notice.objects.bulk_create([_copy(notice, release_id=row.pk) for row in rows], batch_size=CHUNK)
    services = list(NoticeService.objects.filter(notice=notice))
    made = [_copy(one, notice_id=new.pk) for new in notices for one in services]
    NoticeService.objects.bulk_create(made, batch_size=5000)
    message = Message.objects.get(kind="publishing.notice", reference_id=notice.pk)
    subjects = zip(notices, rows, strict=True)
    told = [_copy(message, reference_id=new.pk, subject=f"Notice of {row.reference}") for new, row in subjects]
    messages = Message.objects.bulk_create(told, batch_size=CHUNK)
    Delivery.objects.bulk_create(_deliveries(message, messages), batch_size=5000)


def _deliveries(template: Message, messages: Iterable[Message]) -> Iterator[Delivery]:
    rows = list(template.deliveries.all())
    for message in messages:
        for row in rows:
            yield _copy(row, message_id=message.pk)
