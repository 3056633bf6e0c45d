from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """The newest result of a window is found at once; built beside running work, locked against nobody who writes."""

    atomic = False

    dependencies = [
        ("testing", "0008_hub_model_of_a_window"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="testresult",
            index=models.Index(fields=["window", "-id"], name="newest_result_of_a_window"),
        ),
    ]
