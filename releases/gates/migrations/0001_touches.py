"""Note every write to what the gates read. Triggers lock each table for a moment only; nothing is rewritten."""

from django.db import migrations

from releases.gates import touched


class Migration(migrations.Migration):
    dependencies = [
        ("ballots", "0015_laid"),
        ("holds", "0005_total_order"),
        ("people", "0006_keys_in_a_seat"),
        ("products", "0006_total_order"),
        ("publishing", "0009_total_order"),
        ("testing", "0010_total_order"),
    ]
    operations = [
        migrations.RunSQL(touched.CREATE, touched.DROP),
        *[migrations.RunSQL(touched.watch(table), touched.unwatch(table)) for table in touched.TABLES],
    ]
