"""What the API shows of people."""

from rest_framework import serializers

from portal.pages.contributions import collect
from portal.people.models import (
    Appointment,
    CalendarFeed,
    Committee,
    Organisation,
    OrganisationKind,
    SavedFilter,
    Seat,
)


class OrganisationSerializer(serializers.ModelSerializer[Organisation]):
    class Meta:
        model = Organisation
        fields = ("id", "name", "slug", "kind", "party_category", "user_roles", "regions")


class AppointmentSerializer(serializers.ModelSerializer[Appointment]):
    supplier = serializers.SlugRelatedField[Organisation](slug_field="slug", read_only=True)
    rsa = serializers.SlugRelatedField[Organisation](slug_field="slug", read_only=True)

    class Meta:
        model = Appointment
        fields = ("id", "supplier", "rsa", "starts_at", "ends_at", "version")


class AppointSerializer(serializers.Serializer[Appointment]):
    """The agent to appoint for the supplier acted for."""

    rsa = serializers.SlugRelatedField[Organisation](
        slug_field="slug", queryset=Organisation.objects.filter(kind=OrganisationKind.RSA)
    )


class EndSerializer(serializers.Serializer[Appointment]):
    """Why, and the version seen."""

    why = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)
    version = serializers.IntegerField(required=False, allow_null=True, default=None)


class SeatSerializer(serializers.ModelSerializer[Seat]):
    name = serializers.CharField(source="user.name", read_only=True)

    class Meta:
        model = Seat
        fields = ("id", "name", "capacity", "constituency", "starts_at", "ends_at")


class CommitteeSerializer(serializers.ModelSerializer[Committee]):
    """A committee, who sits today, and how many members it has by constituency."""

    seats = SeatSerializer(many=True, read_only=True, source="sitting")
    places = serializers.DictField(child=serializers.IntegerField(), read_only=True)

    class Meta:
        model = Committee
        fields = ("name", "slug", "kind", "places", "version", "seats")


class PlacesSerializer(serializers.Serializer[object]):
    """How many members a committee has of each constituency; one left out has none of its own."""

    places = serializers.DictField(child=serializers.IntegerField())
    why = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)
    version = serializers.IntegerField(required=False, allow_null=True, default=None)


class CalendarFeedSerializer(serializers.ModelSerializer[CalendarFeed]):
    """A personal calendar feed without its address, which is shown once on the page where it is made."""

    organisation = serializers.SlugRelatedField[Organisation](slug_field="slug", read_only=True)

    class Meta:
        model = CalendarFeed
        fields = ("id", "name", "organisation", "prefix", "created_at", "used_at", "revoked_at")


class MeSerializer(serializers.Serializer[object]):
    """Who the caller is today."""

    name = serializers.CharField(read_only=True)
    organisation = serializers.CharField(source="organisation_name", read_only=True)
    kind = serializers.CharField(read_only=True)
    roles = serializers.ListField(child=serializers.CharField(), read_only=True)
    permissions = serializers.ListField(child=serializers.CharField(), read_only=True)
    suppliers = serializers.ListField(child=serializers.IntegerField(), read_only=True)


class SavedFilterSerializer(serializers.ModelSerializer[SavedFilter]):
    class Meta:
        model = SavedFilter
        fields = ("id", "page", "name", "query", "url", "kept_at")


class KeepFilterSerializer(serializers.Serializer[SavedFilter]):
    """A filter to keep: ``page`` is the name of a list's address, ``query`` what follows the question mark there."""

    page = serializers.CharField(max_length=60)
    name = serializers.CharField(max_length=60)
    query = serializers.CharField(max_length=4000, allow_blank=True, default="")

    def validate_page(self, page: str) -> str:
        """Return the name of a list whose filters can be kept."""
        known = [one.name for one in collect("lists", self.context["actor"])]
        if page not in known:
            raise serializers.ValidationError(f"Choose one of: {', '.join(known)}.")
        return page
