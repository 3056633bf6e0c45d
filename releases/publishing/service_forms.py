"""Filters of the service table; their state is in the address."""

from django import forms

from portal.pages.forms import GovForm
from releases.publishing.models import NoticeService
from releases.publishing.service import STATES


class ServiceFilterForm(GovForm):
    search = forms.CharField(required=False, label="Name", max_length=80)
    state = forms.MultipleChoiceField(
        choices=list(STATES.items()), required=False, label="State", widget=forms.CheckboxSelectMultiple
    )
    means = forms.MultipleChoiceField(
        choices=NoticeService.Means.choices, required=False, label="Served by", widget=forms.CheckboxSelectMultiple
    )
    affected = forms.BooleanField(required=False, label="Only those with homes in it")
