"""Images, and what was found of them, are never changed."""

from django.db import migrations

from portal.journal.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("products", "0004_keys_signatures_scans"), ("journal", "0001_initial")]
    operations = [
        AppendOnly("products_image"),
        AppendOnly("products_imagesignature"),
        AppendOnly("products_imagescan"),
    ]
