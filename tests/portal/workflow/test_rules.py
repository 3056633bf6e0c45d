"""A rule raises and answers from one body."""

import pytest

from portal.workflow.errors import Invalid, NotAllowed, NotNow
from portal.workflow.rules import when, who


@who
def enter(name: str) -> str | None:
    """Only Ada."""
    return None if name == "Ada" else f"{name} is not Ada."


@when
def leave(hour: int) -> str | None:
    return "It is too early." if hour < 17 else None


def test_who_raises_not_allowed_with_the_reason():
    with pytest.raises(NotAllowed) as refused:
        enter("Bob")

    assert refused.value.reason == enter.why_not("Bob") == "Bob is not Ada."
    assert refused.value.status == 403


def test_when_raises_not_now_with_the_reason():
    with pytest.raises(NotNow, match="too early") as refused:
        leave(9)

    assert refused.value.status == 409


def test_a_rule_that_holds_says_nothing():
    assert enter("Ada") is None
    assert enter.why_not("Ada") is None
    assert leave.why_not(18) is None


def test_a_rule_keeps_its_name_and_words():
    assert (enter.__name__, enter.__doc__) == ("enter", "Only Ada.")


def test_invalid_names_fields():
    refusal = Invalid("Two things are wrong.", {"title": ["Give a title."]})

    assert (refusal.status, refusal.fields) == (400, {"title": ["Give a title."]})
    assert Invalid("Wrong.").fields == {}
