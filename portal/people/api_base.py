"""What every API view is built on."""

from datetime import datetime
from typing import Any

from portal.workflow.actor import Actor


class Acting:
    """Mixin for API views: who acts and when, as on the pages."""

    request: Any  # the view's own; framework stubs and this mixin must not both define it

    @property
    def actor(self) -> Actor:
        """Return the actor of this call: by session or by key."""
        actor: Actor = self.request._request.actor  # put there by the middleware
        return actor

    @property
    def at(self) -> datetime:
        """Return portal time of this call."""
        at: datetime = self.request._request.at  # put there by the middleware
        return at
