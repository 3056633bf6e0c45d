"""Rows of these tables are never changed."""

from django.db import migrations

from portal.journal.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]
    operations = [
        AppendOnly("journal_entry"),
        AppendOnly("journal_block"),
        AppendOnly("journal_blockmember"),
    ]
