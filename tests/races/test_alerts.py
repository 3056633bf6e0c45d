"""Reading alerts on and on while batches commit in any order: nothing is missed; with negative controls."""

import threading
import time

import pytest
from django.db import IntegrityError, connection, transaction

from devices.alerts import queries, verbs
from devices.alerts.models import Position
from devices.alerts.reading import Cursor
from devices.rollouts.models import ActivationBlock
from tests.factories.rollouts import Road, make_started
from tests.races.threads import ADVISORY_LOCK, TIMEOUT_SECONDS, together


@pytest.fixture
def activated(transactional_db) -> Road:
    road = make_started(factor=1)
    road.run()
    road.activate()
    road.run()
    assert ActivationBlock.objects.exists()
    return road


class Late:
    """A copy of a block in a transaction that commits when told, its id taken before."""

    def __init__(self, block: ActivationBlock) -> None:
        self.copy = ActivationBlock(
            rollout=block.rollout, batch=block.batch, at=block.at, hubs=block.hubs, activated=block.activated
        )
        self.written, self.told = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        assert self.written.wait(TIMEOUT_SECONDS)

    def _run(self) -> None:
        with transaction.atomic():
            self.copy.save()
            self.written.set()
            self.told.wait(TIMEOUT_SECONDS)
        connection.close()

    def commit(self) -> None:
        self.told.set()
        self.thread.join(TIMEOUT_SECONDS)


def test_a_batch_that_commits_late_is_read_later_and_not_missed(activated):
    """The negative control reads by id, as if ids were the order: it misses the late one."""
    first = ActivationBlock.objects.order_by("pk").first()
    verbs.number()
    actor = activated.manager
    cursor, last_id = queries.page(actor, Cursor(), 100_000).following, ActivationBlock.objects.latest("pk").pk
    late = Late(first)
    early = ActivationBlock.objects.create(
        rollout=first.rollout, batch=first.batch, at=first.at, hubs=first.hubs, activated=first.activated
    )
    assert early.pk > late.copy.pk

    verbs.number()
    page = queries.page(actor, cursor, 100_000)
    by_id = set(ActivationBlock.objects.filter(pk__gt=last_id).values_list("pk", flat=True))
    late.commit()
    verbs.number()
    after = queries.page(actor, page.following, 100_000)
    by_id |= set(ActivationBlock.objects.filter(pk__gt=max(by_id)).values_list("pk", flat=True))

    assert len(page.rows) == len(after.rows) > 0
    assert min(row.place for row in after.rows) >= page.following
    assert early.pk in by_id and late.copy.pk not in by_id


class TestNumbering:
    def race(self, *, without: str = ""):
        """A second begins while the first has given places and not committed."""
        given = threading.Event()

        def first() -> int:
            with transaction.atomic():
                count = verbs.number()
                given.set()
                time.sleep(0.2)
                return count

        def second() -> int:
            assert given.wait(TIMEOUT_SECONDS)
            return verbs.number()

        return together(first, second, without=without)

    def test_two_at_once_give_each_block_one_place(self, activated):
        outcomes = self.race()
        blocks = ActivationBlock.objects.count()
        assert [(outcome.value, outcome.error) for outcome in outcomes] == [(blocks, None), (0, None)]
        assert list(Position.objects.values_list("number", flat=True)) == list(range(1, blocks + 1))

    def test_without_the_lock_both_give_the_same(self, activated):
        """Negative control: only the key keeps the second from giving the first one's places once more."""
        outcomes = self.race(without=ADVISORY_LOCK)
        assert [type(outcome.error) for outcome in outcomes] == [type(None), IntegrityError]
