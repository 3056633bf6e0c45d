"""What the gates read is watched, and what was watched is forgotten in the end."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from releases.gates import answers, queries, tasks, touched
from releases.gates.release_wide import Facts, conditions
from releases.holds.models import Stage
from releases.publishing.models import UrgencyClass
from tests.factories import ballots
from tests.factories.findings import make_hold

READ = re.compile(r'\b(?:FROM|JOIN)\s+"?([a-z_]+)"?', re.IGNORECASE)
OWN = {"word", "word_of", "gates_touch"}  # parts of a statement, and what the watch itself reads


def tables_read(call: Callable[[], Any]) -> set[str]:
    with CaptureQueriesContext(connection) as captured:
        call()
    known = set(connection.introspection.table_names())
    return {table for query in captured for table in READ.findall(query["sql"]) if table in known} - OWN


def test_every_table_that_a_gate_reads_is_watched(world):
    UrgencyClass.objects.update(least_coverage_percent=50)
    matter = ballots.make_matter(world)
    make_hold(world, matter.release)
    ballots.decided(matter, "reject", "reject", "reject")
    release, at = matter.release, matter.at
    read: set[str] = set()
    for stage in Stage.DEPLOYMENT, Stage.ACTIVATION:
        read |= tables_read(lambda stage=stage: conditions(Facts(release, at), stage))
        read |= tables_read(
            lambda stage=stage: queries.reasons(Facts(release, at), stage, queries.cells_of(release)).closed()
        )
        read |= tables_read(lambda stage=stage: queries.open_cells(release, stage, [1, 2], at))
        read |= tables_read(lambda stage=stage: queries.shut_by_people(release, stage, at))

    assert {"holds_hold", "ballots_determination", "testing_testresult", "products_cell"} <= read
    assert read <= set(touched.TABLES)


def test_every_watched_table_has_its_trigger(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'gates_read_it'")
        assert {name for (name,) in cursor.fetchall()} == set(touched.TABLES)


def test_a_worker_remembers_no_more_than_so_many(db, at):
    looked: list[int] = []
    look_up = partial(looked.append, 1)
    for _ in range(2):
        answers.remembered("open", -100, "deployment", at, look_up)
    assert looked == [1]

    for number in range(answers.KEPT):
        answers.remembered("open", -101 - number, "deployment", at, frozenset)
    answers.remembered("open", -100, "deployment", at, look_up)

    assert looked == [1, 1]


def test_old_writes_are_forgotten(db):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO gates_touch VALUES ('7', now() - interval '25 hours'), ('8', now())")
        tasks.forget_touches()
        cursor.execute("SELECT by::text FROM gates_touch WHERE by IN ('7', '8')")
        assert cursor.fetchall() == [("8",)]
