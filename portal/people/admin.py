"""The administration of people: looked at with history, changed only through the verbs."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from portal.people import verbs
from portal.people.admin_site import RecordAdmin
from portal.people.models import (
    ApiToken,
    Appointment,
    CalendarFeed,
    Committee,
    Membership,
    Organisation,
    Seat,
    User,
)
from portal.workflow.http import PortalRequest


@admin.register(Organisation)
class OrganisationAdmin(RecordAdmin):
    """Created and changed here; its kind stays, because the roles in it depend on it."""

    adds = changes = True
    list_display = ("name", "kind", "party_category", "user_roles", "is_active")
    list_filter = ("kind", "party_category", "is_active")
    search_fields = ("name",)
    fields = ("name", "kind", "party_category", "user_roles", "regions", "notice_address", "is_active")

    def get_readonly_fields(self, request: HttpRequest, obj: Organisation | None = None) -> tuple[str, ...]:
        return ("kind",) if obj else ("is_active",)

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        if change:
            answers = {name: form.cleaned_data[name] for name in form.changed_data}
            verbs.change_organisation(obj, **answers, by=request.actor, at=request.at)
        else:
            created = verbs.create_organisation(**form.cleaned_data, by=request.actor, at=request.at)
            obj.pk = created.pk


@admin.register(User)
class UserAdmin(RecordAdmin):
    """Renamed, readdressed, closed; a new person is invited through a membership."""

    changes = True
    list_display = ("name", "email", "is_active", "last_login")
    list_filter = ("is_active",)
    search_fields = ("name", "email")
    fields = ("name", "email", "is_active", "joined_at", "last_login")
    readonly_fields = ("joined_at", "last_login")

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        answers = {name: form.cleaned_data[name] for name in ("name", "email", "is_active")}
        verbs.change_user(obj, **answers, by=request.actor, at=request.at)


class InvitationForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A membership for a person who may be new."""

    name = forms.CharField(max_length=120)
    email = forms.EmailField()

    class Meta:
        model = Membership
        fields = ("organisation", "role")


@admin.register(Membership)
class MembershipAdmin(RecordAdmin):
    """Added as an invitation, ended by an action, never edited."""

    adds = True
    form = InvitationForm
    list_display = ("user", "organisation", "role", "starts_at", "ends_at")
    list_filter = ("role", "organisation__kind")
    list_select_related = ("user", "organisation")
    search_fields = ("user__name", "user__email", "organisation__name")
    actions = ("end_membership",)

    def get_fields(self, request: HttpRequest, obj: Membership | None = None) -> tuple[str, ...]:
        if obj is None:
            return ("organisation", "role", "name", "email")
        return ("user", "organisation", "role", "starts_at", "ends_at")

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        made = verbs.invite(**form.cleaned_data, by=request.actor, at=request.at)
        obj.pk, obj.user = made.pk, made.user

    @admin.action(description="End the selected memberships")
    def end_membership(self, request: PortalRequest, queryset: QuerySet[Membership]) -> None:
        for membership in queryset:
            verbs.end_membership(membership, by=request.actor, at=request.at)


@admin.register(Appointment)
class AppointmentAdmin(RecordAdmin):
    """Only looked at: the supplier appoints and ends."""

    list_display = ("supplier", "rsa", "starts_at", "ends_at")
    list_select_related = ("supplier", "rsa")


@admin.register(Committee)
class CommitteeAdmin(RecordAdmin):
    adds = True
    list_display = ("name", "kind")
    fields = ("name", "kind")

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        obj.pk = verbs.create_committee(**form.cleaned_data, by=request.actor, at=request.at).pk


@admin.register(Seat)
class SeatAdmin(RecordAdmin):
    """Given out here, ended by an action."""

    adds = True
    list_display = ("committee", "user", "capacity", "constituency", "starts_at", "ends_at")
    list_filter = ("committee", "capacity")
    list_select_related = ("committee", "user")
    actions = ("end_seat",)

    def get_fields(self, request: HttpRequest, obj: Seat | None = None) -> tuple[str, ...]:
        given = ("committee", "user", "capacity", "constituency", "organisation", "alternate_for", "ends_at")
        return given if obj is None else (*given, "starts_at")

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        obj.pk = verbs.seat_member(**form.cleaned_data, by=request.actor, at=request.at).pk

    @admin.action(description="End the selected seats")
    def end_seat(self, request: PortalRequest, queryset: QuerySet[Seat]) -> None:
        for seat in queryset:
            verbs.end_seat(seat, by=request.actor, at=request.at)


@admin.register(ApiToken)
class ApiTokenAdmin(RecordAdmin):
    """Looked at without its hash, and revoked."""

    list_display = ("name", "prefix", "user", "acts_for", "may_write", "expires_at", "used_at", "revoked_at")
    list_select_related = ("user", "organisation", "committee")
    exclude = ("digest",)
    actions = ("revoke_token",)

    @admin.action(description="Revoke the selected keys")
    def revoke_token(self, request: PortalRequest, queryset: QuerySet[ApiToken]) -> None:
        for token in queryset.filter(revoked_at=None):
            verbs.revoke_token(token, by=request.actor, at=request.at)


@admin.register(CalendarFeed)
class CalendarFeedAdmin(RecordAdmin):
    """Looked at without its hash, and revoked."""

    list_display = ("name", "prefix", "user", "organisation", "created_at", "used_at", "revoked_at")
    list_select_related = ("user", "organisation")
    exclude = ("digest",)
    actions = ("revoke_feed",)

    @admin.action(description="Revoke the selected feeds")
    def revoke_feed(self, request: PortalRequest, queryset: QuerySet[CalendarFeed]) -> None:
        for feed in queryset.filter(revoked_at=None):
            verbs.revoke_feed(feed, by=request.actor, at=request.at)
