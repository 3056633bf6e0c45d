"""What every API view is built on."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.http import HttpResponseBase
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from portal.workflow import once
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid


class Acting:
    """Mixin for API views: who acts and when, as on the pages."""

    post: Callable[..., HttpResponseBase]
    request: Any  # the view's own; framework stubs and this mixin must not both define it

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """After the caller is known: have a POST with an ``Idempotency-Key`` done once."""
        super().initial(request, *args, **kwargs)  # type: ignore[misc]  # the view this is mixed into has it
        key = request.headers.get("Idempotency-Key", "")
        if request.method == "POST" and key:
            self.post = partial(self._once, key, self.post)

    def _once(
        self, key: str, act: Callable[..., HttpResponseBase], request: Request, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """Answer a repeat as the first call was answered; a call that was refused leaves its key unused.

        So does one answered with a file, which is not kept: it is made anew.
        """
        if len(key) > once.LONGEST_KEY or not key.isascii() or not key.isprintable():
            raise Invalid(f"An Idempotency-Key has at most {once.LONGEST_KEY} printable characters.")
        owner, content = self.actor.user_id or 0, once.digest([request.path], [request.data])
        with transaction.atomic():
            row, is_first = once.claim(owner, key, content, at=timezone.now())
            if not is_first:
                return Response(row.body, status=row.status, headers={"Idempotency-Replayed": "true"})
            if once.is_used_otherwise(owner, key, content):
                raise Invalid("This Idempotency-Key was sent with another call: give each call a key of its own.")
            response = act(request, *args, **kwargs)
            if isinstance(response, Response):
                row.status, row.body = response.status_code, response.data
                row.save(update_fields=["status", "body"])
            else:
                row.delete()
        return response

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
