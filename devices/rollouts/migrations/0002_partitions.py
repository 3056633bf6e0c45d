"""Partitions made at run time, tuned batch rows, and tables whose rows are never changed."""

from django.db import migrations

from devices.rollouts.partitions import CREATE_FUNCTION, DROP_FUNCTION, TUNE_BATCHES
from portal.journal.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("rollouts", "0001_initial"), ("journal", "0002_append_only")]
    operations = [
        migrations.RunSQL(sql=TUNE_BATCHES, reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(sql=CREATE_FUNCTION, reverse_sql=DROP_FUNCTION),
        AppendOnly("rollouts_hubupdateevent"),
        AppendOnly("rollouts_exitreport"),
    ]
