"""Who acts is a value."""

from datetime import UTC, datetime, timedelta

from portal.workflow.actor import ANONYMOUS, Actor, Channel, system

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_system_is_neither_a_person_nor_the_public():
    clock = system("Clock")

    assert (clock.is_system, clock.is_anonymous, clock.name) == (True, False, "Clock")
    assert system("Seed", channel=Channel.COMMAND).is_system


def test_the_public_is_anonymous():
    assert (ANONYMOUS.is_anonymous, ANONYMOUS.is_system) == (True, False)
    assert not ANONYMOUS.has("object")


def test_a_person_has_their_permissions():
    ada = Actor(name="Ada", user_id=1, permissions=frozenset({"object"}))

    assert ada.has("object")
    assert not ada.has("run_ballots")
    assert not ada.is_anonymous


def test_proof_of_identity_grows_old():
    ada = Actor(name="Ada", user_id=1, proved_at=NOW)

    assert ada.proved_within(15, now=NOW + timedelta(minutes=15))
    assert not ada.proved_within(15, now=NOW + timedelta(minutes=16))
    assert not Actor(name="Bob", user_id=2).proved_within(15, now=NOW)
