import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0005_total_order"),
    ]

    operations = [
        migrations.AddField(
            model_name="apitoken",
            name="committee",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="people.committee",
            ),
        ),
        migrations.AlterField(
            model_name="apitoken",
            name="organisation",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to="people.organisation"
            ),
        ),
        # On the way back keys without an organisation go: what stood before has no place for them.
        migrations.RunSQL(
            sql=migrations.RunSQL.noop,
            reverse_sql="DELETE FROM people_apitoken WHERE organisation_id IS NULL",
        ),
        migrations.AddConstraint(
            model_name="apitoken",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("committee", None), ("organisation__isnull", False)),
                    models.Q(("committee__isnull", False), ("organisation", None)),
                    _connector="OR",
                ),
                name="a_key_acts_for_one",
            ),
        ),
    ]
