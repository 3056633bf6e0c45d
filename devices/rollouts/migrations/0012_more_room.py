from django.db import migrations

from devices.rollouts.partitions import CREATE_FUNCTION, WITH_MORE_ROOM


class Migration(migrations.Migration):
    """Tables of rollouts to come have more room for rows that are rewritten; those there are stay as they are."""

    dependencies = [("rollouts", "0011_firm_nights")]

    operations = [migrations.RunSQL(sql=WITH_MORE_ROOM, reverse_sql=CREATE_FUNCTION)]
