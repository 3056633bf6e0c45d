import base64
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from releases.ballots import sealing
from releases.ballots.sealing import Answers, MasterKey, SealError

MASTER = MasterKey(bytes(range(32)))
PAIR = sealing.new_pair(MASTER, ballot="ballot 7")
PLACE = "ballot 7, seat 3, cast 1"
VOTE = Answers("proceed", None, False, "The evidence does not convince me.")


def opened(sealed, *, place=PLACE, pair=PAIR):
    return sealing.unseal(sealed, sealing.unwrap(pair, MASTER, ballot="ballot 7"), place=place)


def flipped(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@given(
    st.sampled_from(["proceed", "proceed_with_exclusions", "abstain"]),
    st.sampled_from([None, True, False]),
    st.sampled_from([None, True, False]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=sealing.REASON_CHARACTERS),
)
def test_every_vote_has_one_size_and_comes_back_unchanged(choice, evidence, override, reason):
    vote = Answers(choice, evidence, override, reason)
    sealed = sealing.seal(vote, PAIR.public, place=PLACE)
    assert len(sealed) == sealing.SEALED_BYTES
    assert opened(sealed) == vote


def test_the_longest_reason_in_the_widest_characters_fits():
    vote = replace(VOTE, choice="proceed_with_exclusions", reason="\N{CLINKING GLASSES}" * sealing.REASON_CHARACTERS)
    assert opened(sealing.seal(vote, PAIR.public, place=PLACE)) == vote


def test_a_longer_reason_is_refused():
    with pytest.raises(ValueError, match="at most"):
        sealing.seal(replace(VOTE, reason="x" * (sealing.REASON_CHARACTERS + 1)), PAIR.public, place=PLACE)


def test_two_seals_of_the_same_vote_have_nothing_in_common():
    first, second = (sealing.seal(VOTE, PAIR.public, place=PLACE) for _ in range(2))
    assert first[:44] != second[:44] and first[44:] != second[44:]
    assert b"proceed" not in first and b"convince" not in first


@pytest.mark.parametrize("at", [0, 40, 44, sealing.SEALED_BYTES - 1])
def test_an_altered_vote_is_refused(at):
    with pytest.raises(SealError, match="altered"):
        opened(flipped(sealing.seal(VOTE, PAIR.public, place=PLACE), at))


def test_a_vote_moved_to_another_seat_is_refused():
    with pytest.raises(SealError, match="does not belong there"):
        opened(sealing.seal(VOTE, PAIR.public, place=PLACE), place="ballot 7, seat 4, cast 1")


def test_the_private_key_is_not_in_what_is_stored_and_needs_the_same_master_key():
    private = sealing.unwrap(PAIR, MASTER, ballot="ballot 7").private_bytes_raw()
    assert private not in PAIR.wrapped
    with pytest.raises(SealError, match="must be voided"):
        sealing.unwrap(PAIR, MasterKey(bytes(32)), ballot="ballot 7")


@pytest.mark.parametrize("at", [0, 20])
def test_an_altered_or_moved_key_is_refused(at):
    with pytest.raises(SealError, match="altered"):
        sealing.unwrap(replace(PAIR, wrapped=flipped(PAIR.wrapped, at)), MASTER, ballot="ballot 7")
    with pytest.raises(SealError, match="altered"):
        sealing.unwrap(PAIR, MASTER, ballot="ballot 8")


def test_secrets_do_not_show_when_printed():
    assert "secret" not in repr(MASTER) and "wrapped" not in repr(PAIR)


def test_a_receipt_depends_on_the_vote_its_place_and_the_receipt_before():
    seen = {
        sealing.receipt(sealed, place=place, previous=previous)
        for sealed in (b"a", b"b")
        for place in ("1", "2")
        for previous in ("", "x")
    }
    assert len(seen) == 8 and all(len(receipt) == 64 for receipt in seen)


def test_the_master_key_from_the_environment_wins(tmp_path):
    text = base64.b64encode(bytes(range(32))).decode()
    assert sealing.master_key(text=text, path=tmp_path / "ballots.key") == MASTER
    assert not (tmp_path / "ballots.key").exists()


def test_the_master_key_file_is_made_once_for_its_owner_alone(tmp_path):
    path = tmp_path / "keys" / "ballots.key"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: sealing.master_key(text="", path=path), range(16)))
    assert len(keys) == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert os.listdir(path.parent) == ["ballots.key"]


def test_a_master_key_file_that_others_can_read_is_refused(tmp_path):
    path = tmp_path / "ballots.key"
    sealing.master_key(text="", path=path)
    path.chmod(0o640)
    with pytest.raises(SealError, match="0600"):
        sealing.master_key(text="", path=path)


@pytest.mark.parametrize("text", ["not base64!", base64.b64encode(b"short").decode()])
def test_a_master_key_that_is_no_key_is_refused(text, tmp_path):
    with pytest.raises(SealError):
        sealing.master_key(text=text, path=tmp_path / "ballots.key")
