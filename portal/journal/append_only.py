"""Tables whose rows are never changed: triggers refuse update and delete, grants refuse truncate.

An app adds ``AppendOnly("its_table")`` to a migration; grants for the runtime role are renewed after each migrate.
"""

from typing import Any

from django.conf import settings
from django.db import connections, migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""
TRIGGER = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


class AppendOnly(migrations.RunSQL):
    """A migration operation that makes a table append-only; reversible."""

    def __init__(self, table: str) -> None:
        super().__init__(
            sql=FUNCTION + TRIGGER.format(table=table),
            reverse_sql=f"DROP TRIGGER IF EXISTS append_only ON {table}",
        )
        self.table = table

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (self.__class__.__qualname__, [self.table], {})


def protected_tables(using: str = "default") -> list[str]:
    """Return the tables that carry the trigger, by name; partitions of a protected table are included."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE t.tgname = 'append_only' AND n.nspname = 'public' ORDER BY 1"
        )
        return [name for (name,) in cursor.fetchall()]


def grant_runtime_role(using: str = "default", **_: Any) -> None:
    """Give the runtime role every row right but those that would change append-only tables.

    Does nothing where the role does not exist (a database of the user's own with one role) or is the
    migrating role itself.
    """
    role = settings.RUNTIME_DATABASE_ROLE
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s AND rolname <> current_user", [role])
        if cursor.fetchone() is None:
            return
        quoted = connections[using].ops.quote_name(role)
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {quoted}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quoted}")
        cursor.execute(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {quoted}")
        for table in protected_tables(using):
            quoted_table = connections[using].ops.quote_name(table)
            cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {quoted_table} FROM {quoted}")
