"""How people use the portal: a digest, a feed on the wall of the release desk, a file of hubs asked about."""

from devices.demonstration.stage import Stage, Story
from devices.enquiries import verbs as enquiries
from devices.enquiries.queries import examples
from devices.enquiries.tasks import PORTAL
from portal.delivery import verbs as delivery
from portal.people import verbs as people

IN_DIGEST = ("testing.booked", "issues.commented", "publishing.notes_published", "holds.lifted")


def habits(stage: Stage) -> Story:
    """Let a supplier choose the daily digest for what can wait, and DCC subscribe to the calendar."""
    yield stage.day(-8, 9, 0)
    for kind in IN_DIGEST:
        delivery.prefer(kind=kind, how="digest", by=stage.actor("large_supplier"), at=stage.at)
    people.create_feed(name="Screen in the release office", by=stage.actor("release_manager"), at=stage.at)


def enquiry(stage: Stage) -> Story:
    """Let a supplier ask about hubs by file, with a row too many and one that is no number; the worker answers."""
    yield stage.day(-2, 10, 20)
    by = stage.actor("large_supplier")
    known = examples(by, most=40)
    rows = "\r\n".join(["CHF", *known, known[0], "meter room"])
    row = enquiries.ask_by_file(rows.encode(), name="field-visits.csv", by=by, at=stage.at)
    while enquiries.answer_next(row.pk, by=PORTAL, at=stage.at):
        pass
