"""The life of an import: checked in a dry run, then written as it was shown, or discarded."""

from django.db import models

from portal.workflow.state_machine import StateMachine, table


class ImportState(models.TextChoices):
    CHECKED = "checked", "Checked, not written"
    WRITTEN = "written", "Written"
    DISCARDED = "discarded", "Discarded"


IMPORT = StateMachine(
    "import",
    ImportState,
    moves=table(checked="written discarded", written="", discarded=""),
    owners={"checked": "DCC", "written": "nobody", "discarded": "nobody"},
    initial="checked",
)
