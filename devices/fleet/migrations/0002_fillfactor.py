"""Room on each page for the new copy of a hub row, so that recording a new version stays in place."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("fleet", "0001_initial")]
    operations = [
        migrations.RunSQL(sql="ALTER TABLE fleet_hub SET (fillfactor = 70)", reverse_sql=migrations.RunSQL.noop)
    ]
