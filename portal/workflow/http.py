"""The request as views get it: with the actor and portal time put on it at the edge."""

from datetime import datetime

from django.http import HttpRequest

from portal.workflow.actor import Actor


class PortalRequest(HttpRequest):
    """A request after ``portal.people.middleware.ActorMiddleware``; used as a type only."""

    actor: Actor
    at: datetime
