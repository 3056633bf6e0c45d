"""Rows of these tables are never changed."""

from django.db import migrations

from portal.journal.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("ballots", "0001_initial"), ("journal", "0001_initial")]
    operations = [
        AppendOnly("ballots_entitlement"),
        AppendOnly("ballots_vote"),
        AppendOnly("ballots_tally"),
        AppendOnly("ballots_castingvote"),
        AppendOnly("ballots_declaration"),
        AppendOnly("ballots_ruling"),
        AppendOnly("ballots_statement"),
    ]
