"""The daily round of every desk: what came into the inbox is read."""

from devices.demonstration.stage import Stage, Story
from portal.delivery import verbs as delivery
from portal.delivery.queries import unread
from portal.people.demo_accounts import ACCOUNTS

MORNINGS = (-190, -140, -110, -90, -75, -60, -45, -30, -20, -10, -6, -3)  # Working Days from today


def read(stage: Stage) -> Story:
    """Let everybody with an account read what came, on some mornings; what is younger stays unread."""
    for number in MORNINGS:
        yield stage.day(number, 8, 15)
        for account in ACCOUNTS:
            by = stage.actor(account.key)
            for one in unread(by):
                delivery.read(one, by=by, at=stage.at)
