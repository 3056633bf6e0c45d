"""The administration: open to administrators by role, entered through the portal's own sign-in."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from simple_history.admin import SimpleHistoryAdmin

from portal.people.permissions import Permission
from portal.workflow.actor import ANONYMOUS, Actor


def actor_in(request: HttpRequest) -> Actor:
    """Return the actor the middleware put on the request."""
    actor: Actor = getattr(request, "actor", ANONYMOUS)
    return actor


class RecordAdmin(SimpleHistoryAdmin):  # type: ignore[misc]  # simple-history has no types
    """Base of every admin class: administrators look at rows and their history, and change nothing.

    A class whose ``save_model`` calls a verb may set ``adds`` or ``changes``. Nothing is ever deleted here.
    """

    adds = False
    changes = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return actor_in(request).has(Permission.ADMINISTER_SITE)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return actor_in(request).has(Permission.ADMINISTER_SITE)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.adds and actor_in(request).has(Permission.ADMINISTER_SITE)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self.changes and actor_in(request).has(Permission.ADMINISTER_SITE)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def history_form_view(self, request: HttpRequest, object_id: str, version_id: str, **context: Any) -> HttpResponse:
        """Show a past state; refuse to go back to it, because that would bypass the acts in between."""
        self._reachable(request, object_id)
        if not self._keeps_history:
            raise Http404
        if request.method != "GET":
            raise PermissionDenied("A past state is looked at, never restored.")
        answer: HttpResponse = super().history_form_view(request, object_id, version_id, **context)
        return answer

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the history of rows in ``get_queryset`` only: simple-history itself asks for any row.

        A kind that keeps no past states (append-only ones need none) says that there is nothing to show.
        """
        self._reachable(request, object_id)
        if not self._keeps_history:
            return admin.ModelAdmin.history_view(self, request, object_id, extra_context)
        answer: HttpResponse = super().history_view(request, object_id, extra_context)
        return answer

    @property
    def _keeps_history(self) -> bool:
        return hasattr(self.model._meta, "simple_history_manager_attribute")

    def _reachable(self, request: HttpRequest, object_id: str) -> None:
        if self.get_object(request, unquote(object_id)) is None:
            raise Http404

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        """Refuse: a class that adds or changes must call its verb."""
        raise PermissionDenied("This is changed by its own acts in the portal, not here.")


class PortalAdminSite(admin.AdminSite):
    """Asks the role, not a flag on the account; has no sign-in and no password form of its own."""

    site_header = "Firmware Portal administration"
    site_title = "Firmware Portal"
    index_title = "Administration"

    def register(
        self,
        model_or_iterable: type[models.Model] | Iterable[type[models.Model]],
        admin_class: type[admin.ModelAdmin[Any]] | None = None,
        **options: Any,
    ) -> None:
        """Take classes built on ``RecordAdmin`` only: what libraries register would be edited past the verbs."""
        if admin_class is not None and issubclass(admin_class, RecordAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the person is an administrator today."""
        return actor_in(request).has(Permission.ADMINISTER_SITE)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send the anonymous to the portal's sign-in and refuse everybody else who is no administrator."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied("Only administrators enter the administration.")
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def password_change(  # type: ignore[override]  # the stubs allow a template only
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Send to the portal's page, so that there is one way to change a password."""
        return redirect("account_change_password")
