"""A decision taken out of the portal, to be checked without it."""

from datetime import datetime
from typing import IO

from django.db import transaction

from portal.journal.sealing import seal
from portal.workflow.actor import Actor
from portal.workflow.transitions import note
from releases.ballots import may
from releases.ballots.dossier import pack
from releases.ballots.models import Determination


@transaction.atomic
def dossier(determination: Determination, *, by: Actor, at: datetime) -> IO[bytes]:
    """Return everything about one decision as a ZIP file that is checked without the portal; the export is journalled.

    What the journal says of it is sealed first, so that the file is whole.
    """
    may.dossier(determination, by=by)
    while seal() is not None:
        pass
    packed = pack(determination.ballot, by, at)
    note(determination, by=by, at=at, verb="dossier")
    return packed
