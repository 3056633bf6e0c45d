import django.contrib.postgres.fields
from django.db import migrations, models

LISTED = [
    "UPDATE issues_issue SET smets = ARRAY[only_smets] WHERE only_smets IS NOT NULL",
    "UPDATE issues_historicalissue SET smets = ARRAY[only_smets] WHERE only_smets IS NOT NULL",
]
ALONE = [
    "UPDATE issues_issue SET only_smets = smets[1] WHERE cardinality(smets) = 1",
    "UPDATE issues_historicalissue SET only_smets = smets[1] WHERE cardinality(smets) = 1",
]


def _field() -> django.contrib.postgres.fields.ArrayField:
    return django.contrib.postgres.fields.ArrayField(
        base_field=models.PositiveSmallIntegerField(), blank=True, default=list, size=None
    )


class Migration(migrations.Migration):
    """SMETS becomes an axis of the cohort: one value of an issue turns into a list of one, none into an empty list."""

    dependencies = [
        ("issues", "0003_search"),
    ]

    operations = [
        *(migrations.RenameField(model, "smets", "only_smets") for model in ("issue", "historicalissue")),
        *(migrations.AddField(model, "smets", _field()) for model in ("issue", "historicalissue")),
        migrations.RunSQL(LISTED, ALONE),
        *(migrations.RemoveField(model, "only_smets") for model in ("issue", "historicalissue")),
    ]
