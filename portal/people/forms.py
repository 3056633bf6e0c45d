"""Forms of the people pages."""

from datetime import datetime
from typing import Any

from django import forms

from portal.pages.forms import DateField, GovForm, VersionedForm
from portal.people.models import Committee, CommitteeKind, Organisation, PartyCategory, Role, Seat, User
from portal.people.permissions import FITTING
from portal.people.queries import appointable, committees_sat_on, sitting
from portal.people.verbs.committees import MOST_PLACES
from portal.workflow.actor import Actor


class InviteForm(GovForm):
    """A person and the role they get; the roles are those that fit the organisation."""

    name = forms.CharField(max_length=120, label="Name", widget=forms.TextInput(attrs={"autocomplete": "off"}))
    email = forms.EmailField(label="E-mail address", help_text="The invitation is sent here.")
    role = forms.ChoiceField(label="Role", widget=forms.RadioSelect)

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fitting = [(role.value, role.label) for role in Role if role in FITTING[organisation.kind]]
        self.fields["role"] = forms.ChoiceField(label="Role", widget=forms.RadioSelect, choices=fitting)


class AppointForm(GovForm):
    """An agent this supplier has not appointed."""

    rsa = forms.ModelChoiceField(
        Organisation.objects.none(), label="Registered Supplier Agent", empty_label="Choose an agent"
    )

    def __init__(self, *args: Any, supplier: Organisation, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rsa"] = forms.ModelChoiceField(
            appointable(at, supplier), label="Registered Supplier Agent", empty_label="Choose an agent"
        )


class CommitteeForm(GovForm):
    name = forms.CharField(max_length=120, label="Name")
    kind = forms.ChoiceField(choices=CommitteeKind.choices, label="Kind", widget=forms.RadioSelect)


class SeatForm(GovForm):
    """A person's seat: capacity, constituency, term."""

    email = forms.EmailField(label="E-mail address of the person", help_text="They need an account.")
    capacity = forms.ChoiceField(choices=Seat.Capacity.choices, label="Capacity", widget=forms.RadioSelect)
    constituency = forms.ChoiceField(
        choices=[("", "None"), *PartyCategory.choices], required=False, label="Constituency"
    )
    organisation = forms.ModelChoiceField(
        Organisation.objects.filter(is_active=True),
        required=False,
        label="Employer",
        help_text="Where it is a party: a conflict of the employer is one of the member.",
        empty_label="None",
    )
    alternate_for = forms.ModelChoiceField(
        Seat.objects.none(), required=False, label="Stands in for", help_text="For an alternate.", empty_label="Nobody"
    )
    ends_on = DateField(required=False, label="Last day of the term", help_text="Leave empty for an open term.")

    def __init__(self, *args: Any, committee: Committee, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["alternate_for"] = forms.ModelChoiceField(
            sitting(committee, at).exclude(capacity=Seat.Capacity.ALTERNATE),
            required=False,
            label="Stands in for",
            help_text="For an alternate.",
            empty_label="Nobody",
        )

    def clean_email(self) -> User:
        """Return the person with this address."""
        user = User.objects.filter(email=self.cleaned_data["email"].lower(), is_active=True).first()
        if user is None:
            raise forms.ValidationError("Nobody with this address has an account: an administrator can invite them.")
        return user


class DayForm(GovForm):
    """A day to look at."""

    on = DateField(required=False, label="Who sits on this day?")


class PlacesForm(VersionedForm):
    """How many members a committee has of each constituency."""

    why = forms.CharField(label="Why", required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, committee: Committee, **kwargs: Any) -> None:
        super().__init__(*args, initial={"seen": committee.version, **committee.places}, **kwargs)
        for name, label in PartyCategory.choices:
            self.fields[name] = forms.IntegerField(
                label=str(label), required=False, min_value=0, max_value=MOST_PLACES, help_text="Empty or 0: none."
            )
        self.order_fields([*PartyCategory.values, "why"])

    def places(self) -> dict[str, int]:
        """Return the answers as the verb takes them."""
        return {name: self.cleaned_data[name] or 0 for name in PartyCategory.values}


class SeatField(forms.ModelChoiceField[Committee]):
    """One of the committees on which a person sits."""

    def label_from_instance(self, obj: Committee) -> str:
        return f"in your seat on the {obj}, for no organisation"


class TokenForm(GovForm):
    """A key to the API; who sits on a committee chooses where it acts."""

    name = forms.CharField(max_length=80, label="What is the key for?")
    days = forms.IntegerField(min_value=1, max_value=366, initial=90, label="Days until it expires")
    may_write = forms.BooleanField(required=False, label="It may change things, not only read")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seats = committees_sat_on(actor)
        if seats:
            self.fields["committee"] = SeatField(
                seats,
                label="The key acts",
                widget=forms.RadioSelect,
                blank=actor.organisation_id is not None,
                required=actor.organisation_id is None,
                initial=seats[0] if len(seats) == 1 and actor.organisation_id is None else None,
                empty_label=f"for {actor.organisation_name}, with all your seats",
                error_messages={"required": "Choose the committee on which the key acts."},
            )
            self.order_fields(["committee"])


class FeedForm(GovForm):
    """A personal calendar feed."""

    name = forms.CharField(max_length=80, label="What is the feed for?", help_text="For example: calendar at work")


class ReasonForm(GovForm):
    """Why, and the version of the page."""

    why = forms.CharField(required=False, max_length=500)
    seen = forms.IntegerField(required=False)
