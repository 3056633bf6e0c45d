"""Whether anything that the gates read has been written since a snapshot: exact, and one statement to ask.

Every table in `TABLES` has a trigger that leaves the number of the writing transaction. Numbers alone would not do,
because transactions do not commit in their order; so it is asked which of them a snapshot could not see.
"""

from django.db import connection

# Everything the gates read. A test asks real gates and fails when they read a table that is not named here.
TABLES = (
    "ballots_ballot",
    "ballots_ballot_objections",
    "ballots_determination",
    "ballots_objection",
    "holds_hold",
    "people_committee",
    "people_organisation",
    "products_cell",
    "products_devicecombination",
    "products_firmwareversion",
    "products_hubmodel",
    "products_image",
    "products_imagescan",
    "products_validityperiod",
    "publishing_evidence",
    "publishing_notesrevision",
    "publishing_notice",
    "publishing_noticeservice",
    "publishing_release",
    "publishing_release_from_versions",
    "publishing_release_hub_models",
    "publishing_urgencyclass",
    "testing_testcase",
    "testing_testresult",
    "testing_testwindow",
)
CREATE = """
CREATE TABLE gates_touch (by xid8 PRIMARY KEY, noted_at timestamptz NOT NULL DEFAULT now());
CREATE FUNCTION gates_note_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO gates_touch (by) VALUES (pg_current_xact_id()) ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
"""
DROP = "DROP FUNCTION gates_note_touch(); DROP TABLE gates_touch"
_ASK = """
SELECT pg_current_snapshot()::text, %(seen)s::text IS NULL OR EXISTS (
    SELECT 1 FROM gates_touch
     WHERE by >= pg_snapshot_xmin(%(seen)s::pg_snapshot)
       AND NOT pg_visible_in_snapshot(by, %(seen)s::pg_snapshot)),
    EXISTS (SELECT 1 FROM gates_touch WHERE by = pg_current_xact_id_if_assigned())
"""


def watch(table: str) -> str:
    """Return the statement that watches a table."""
    return (
        f"CREATE TRIGGER gates_read_it AFTER INSERT OR UPDATE OR DELETE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION gates_note_touch()"
    )


def unwatch(table: str) -> str:
    """Return the statement that ends it."""
    return f"DROP TRIGGER gates_read_it ON {table}"


def since(seen: str | None) -> tuple[str, bool, bool]:
    """Return the present snapshot, whether something was written that `seen`, an earlier one, could not see, and
    whether the present transaction itself has written.

    A snapshot does not tell of its own transaction: that one sees all it writes, and may yet take it back.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ASK, {"seen": seen})
        snapshot, is_touched, by_itself = cursor.fetchone()
    return snapshot, is_touched, by_itself


def forget() -> None:
    """Drop what is over a day old: no snapshot is kept for longer than a minute."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM gates_touch WHERE noted_at < now() - interval '1 day'")
