"""Every error in the one shape, also those the framework nests."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions

from portal.people.api_errors import handle


def answer(error: Exception) -> tuple[int, dict]:
    response = handle(error, {})
    return response.status_code, response.data


@pytest.mark.parametrize(
    ("detail", "fields"),
    [
        ("Wrong.", {"": ["Wrong."]}),
        ({"name": ["Empty."]}, {"name": ["Empty."]}),
        ({"cohort": {"regions": ["Unknown."]}}, {"cohort.regions": ["Unknown."]}),
        ({"waves": [{}, {"share": ["Too much."]}]}, {"waves.1.share": ["Too much."]}),
    ],
)
def test_sentences_are_found_by_the_name_of_their_field(detail, fields):
    assert answer(exceptions.ValidationError(detail)) == (
        400,
        {
            "error": "Something needs to be put right",
            "reason": "Some of what was sent cannot be used: see fields.",
            "fields": fields,
        },
    )


@pytest.mark.parametrize(
    ("error", "status", "title"),
    [
        (Http404(), 404, "Not found"),
        (PermissionDenied(), 403, "You may not do this"),
        (exceptions.UnsupportedMediaType("text/x"), 415, "That cannot be done"),
        (RecursionError(), 400, "That cannot be done"),
    ],
)
def test_djangos_own_errors_are_told_apart(error, status, title):
    code, body = answer(error)
    assert (code, body["error"]) == (status, title)


def test_our_own_faults_are_left_to_the_page_for_them():
    assert handle(RuntimeError("detail"), {}) is None
