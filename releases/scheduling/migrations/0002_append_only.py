"""Rows of these tables are never changed."""

from django.db import migrations

from portal.journal.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0001_initial"), ("journal", "0001_initial")]
    operations = [
        AppendOnly("scheduling_firmnight"),
    ]
