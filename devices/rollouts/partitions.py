"""Tables partitioned by rollout: their parents in SQL, and a function that makes a rollout's own partitions.

``CREATE TABLE … PARTITION OF`` would wait behind running batches; so a table is made, then attached. The
function belongs to the migrating role and runs with its rights (SECURITY DEFINER), because the runtime role may
not create tables; it takes nothing but the number of a rollout that exists.
"""

from django.db import connection

HUBS, EVENTS = "rollouts_hubupdate", "rollouts_hubupdateevent"

CREATE_HUBS = """
CREATE TABLE rollouts_hubupdate (
    rollout_id bigint NOT NULL,
    hub_id bigint NOT NULL,
    changed_at timestamptz NULL,
    slot integer NOT NULL,
    cell integer NOT NULL,
    wave smallint NOT NULL,
    state smallint NOT NULL,
    attempt smallint NOT NULL,
    PRIMARY KEY (rollout_id, slot)
) PARTITION BY LIST (rollout_id);
CREATE INDEX rollouts_hubupdate_hub ON rollouts_hubupdate (hub_id, rollout_id);
"""

CREATE_EVENTS = """
CREATE TABLE rollouts_hubupdateevent (
    rollout_id bigint NOT NULL,
    at timestamptz NOT NULL,
    slot integer NOT NULL,
    state smallint NOT NULL,
    code smallint NULL,
    attempt smallint NOT NULL
) PARTITION BY LIST (rollout_id);
CREATE INDEX rollouts_hubupdateevent_slot ON rollouts_hubupdateevent
    USING brin (slot) WITH (pages_per_range = 16, autosummarize = on);
"""

_MAKE = """
CREATE OR REPLACE FUNCTION rollouts_make_partitions(rollout bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    hubs text := 'rollouts_hubupdate_' || rollout;
    events text := 'rollouts_hubupdateevent_' || rollout;
BEGIN
    PERFORM 1 FROM rollouts_rollout WHERE id = rollout;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no rollout %', rollout USING ERRCODE = 'foreign_key_violation';
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE rollouts_hubupdate) WITH (fillfactor = {fillfactor})', hubs);
    EXECUTE format('CREATE TABLE %I (LIKE rollouts_hubupdateevent)', events);
    EXECUTE format('ALTER TABLE rollouts_hubupdate ATTACH PARTITION %I FOR VALUES IN (%s)', hubs, rollout);
    EXECUTE format('ALTER TABLE rollouts_hubupdateevent ATTACH PARTITION %I FOR VALUES IN (%s)', events, rollout);
    IF session_user <> current_user THEN
        EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO %I', hubs, session_user);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO %I', events, session_user);
    END IF;
END $$;
REVOKE EXECUTE ON FUNCTION rollouts_make_partitions(bigint) FROM PUBLIC;
"""
CREATE_FUNCTION = _MAKE.replace("{fillfactor}", "50")
# Two thirds of each page stay free: a worker asks every hub of a page and takes the answers at once after it, before
# what the asking left behind can be cleared away. Rows that find no room move, and each of their index entries is
# written anew: that took half as much processor time again, and a quarter more space in the end.
WITH_MORE_ROOM = _MAKE.replace("{fillfactor}", "33")
DROP_FUNCTION = "DROP FUNCTION rollouts_make_partitions(bigint)"

# A batch row is rewritten at every step; its fixed vectors stay where they are and are never compressed.
TUNE_BATCHES = """
ALTER TABLE rollouts_batch SET (fillfactor = 30);
ALTER TABLE rollouts_batch ALTER COLUMN hubs SET STORAGE EXTERNAL;
ALTER TABLE rollouts_batch ALTER COLUMN cells SET STORAGE EXTERNAL;
"""


def hubs_of(rollout: int) -> str:
    """Return the name of the table with this rollout's hub rows."""
    return f"{HUBS}_{int(rollout)}"


def events_of(rollout: int) -> str:
    """Return the name of the table with this rollout's events."""
    return f"{EVENTS}_{int(rollout)}"


def make(rollout: int) -> None:
    """Create and attach the partitions of one rollout, in the present transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rollouts_make_partitions(%s)", [rollout])
