"""Rows of these tables are never changed."""

from django.db import migrations

from portal.journal.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("testing", "0001_initial"), ("journal", "0001_initial")]
    operations = [
        AppendOnly("testing_testresult"),
    ]
