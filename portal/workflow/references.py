"""Numbers for rows that carry a reference made from their own number, like ``H-0007``."""

from django.db import connection, models


def take_number(model: type[models.Model]) -> int:
    """Return the next number of the model's table. Numbers taken by a transaction that rolls back are skipped."""
    meta = model._meta
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, %s))", [meta.db_table, meta.pk.column])
        (number,) = cursor.fetchone()
    return int(number)
