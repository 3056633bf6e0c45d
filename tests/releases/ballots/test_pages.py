"""The pages as each person sees them, and the road from objection to determination by form alone."""

import pytest
from django.urls import reverse

from portal.delivery.models import Message
from portal.journal.models import Entry
from portal.people import verbs as people
from releases.ballots import verbs
from releases.ballots.models import Ballot, Determination, Objection, Vote
from releases.ballots.verbs.settling import CLERK
from releases.publishing.models import Release
from tests.factories import ballots as make
from tests.factories.world import PASSWORD, SEED

MARKERS = ("zebra crossing at dawn", "a rather longer zebra that crosses at dusk, and then comes back again")


@pytest.fixture
def enter(matter, sign_in):
    """Sign in as somebody who has just given a password."""

    def entered(who):
        client = sign_in(who)
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        return client

    return entered


def url(name, row=None, *more):
    return reverse(f"ballots:{name}", args=[row.reference, *more] if row else [])


def lodge_answers(matter, **changes):
    return {
        "supplier": matter.world.organisations["heron"].pk,
        "issues": [matter.issue.pk],
        "homes": matter.issue.pk,
        "own_homes": "on",
        "is_limited": "no",
        "evidence": "Video of ten displays.",
        "remedy": "hold",
        "seen": matter.release.version,
    } | changes


# --- objections ------------------------------------------------------------------------------------------


def test_a_supplier_objects_from_the_page_of_the_release(matter, enter):
    client = enter("supplier")
    page = client.get(url("lodge", matter.release))
    assert page.status_code == 200 and "Objections are in time until the end of 18 January 2017" in page.text
    posted = client.post(url("lodge", matter.release), lodge_answers(matter))
    objection = Objection.objects.get()
    assert (posted.status_code, posted["Location"]) == (302, url("objection", objection))
    assert objection.suppliers == [matter.world.organisations["heron"].pk]
    page = client.get(url("objection", objection))
    assert "Withdraw the objection" in page.text and "Admit" not in page.text


def test_an_objection_that_dcc_never_answered_says_so(matter, enter):
    objection = make.admit(matter)
    client = enter("secretary")
    assert "DCC did not answer in time" not in client.get(url("objection", objection)).text
    matter.later(days=3)
    verbs.contest_by_silence(objection, by=CLERK, at=matter.at)
    assert "DCC did not answer in time" in client.get(url("objection", objection)).text


def test_answers_are_kept_when_the_grounds_do_not_hold(matter, enter):
    page = enter("supplier").post(url("lodge", matter.release), lodge_answers(matter, remedy="defer", homes="release"))
    assert page.status_code == 400 and not Objection.objects.exists()
    assert "Give the date to defer to" in page.text and "Video of ten displays." in page.text
    assert "<title>Error: " in page.text


def test_who_acts_for_no_supplier_is_refused_the_form(matter, enter):
    page = enter("observer").get(url("lodge", matter.release))
    assert page.status_code == 403 and "Only the supplier itself, or an agent" in page.text


def test_out_of_time_the_page_says_so(matter, enter):
    matter.later(days=10)
    page = enter("supplier").get(url("lodge", matter.release))
    assert page.status_code == 409 and "severity 1 or 2" in page.text
    make.make_issue(matter.world, matter.release, severity=1)
    assert "The objection window is closed." in enter("supplier").get(url("lodge", matter.release)).text


@pytest.mark.parametrize(
    ("who", "name", "answers", "state"),
    [
        ("secretary", "admit", {}, "admitted"),
        ("secretary", "return_with_reasons", {"reasons": "No evidence."}, "returned"),
        ("supplier", "withdraw", {"why": "Our mistake."}, "withdrawn"),
    ],
)
def test_a_lodged_objection_is_moved_by_its_forms(matter, enter, who, name, answers, state):
    objection = make.lodge(matter)
    client = enter(who)
    assert client.get(url(name, objection)).status_code == 200
    posted = client.post(url(name, objection), answers | {"seen": objection.version})
    assert posted.status_code == 302
    assert Objection.objects.get().state == state
    assert client.get(url(name, objection)).status_code == 409


def test_an_admitted_objection_is_narrowed_and_agreed_by_forms(matter, enter):
    objection = make.admit(matter)
    client = enter("manager")
    client.post(url("narrow", objection), {"answer": "Only these."})
    assert "Narrowing proposed" in client.get(url("objection", objection)).text
    client = enter("supplier")
    client.post(url("agree", objection), {})
    assert Objection.objects.get().state == "agreed"


def test_another_supplier_joins_by_form(matter, enter):
    objection = make.lodge(matter)
    client = enter("other_supplier")
    assert "Join this objection" in client.get(url("objection", objection)).text
    osprey = matter.world.organisations["osprey"]
    client.post(url("join", objection), {"supplier": osprey.pk, "statement": "Ours too."})
    assert "Ours too." in client.get(url("objection", objection)).text


def test_a_stale_form_is_refused_in_words(matter, enter):
    objection = make.lodge(matter)
    page = enter("secretary").post(url("admit", objection), {"seen": objection.version + 1})
    assert page.status_code == 409 and "Somebody else changed this" in page.text
    assert Objection.objects.get().state == "lodged"


def test_an_empty_answer_is_asked_for_again(matter, enter):
    objection = make.admit(matter)
    page = enter("manager").post(url("contest", objection), {"answer": " "})
    assert page.status_code == 400 and "Error: " in page.text
    assert Objection.objects.get().state == "admitted"


@pytest.mark.parametrize("who", ["supplier", "manager", "chair", "administrator"])
def test_what_is_not_theirs_is_refused_with_its_reason(matter, enter, who):
    objection = make.lodge(matter)
    page = enter(who).get(url("admit", objection))
    assert page.status_code in (403, 404)


def test_the_public_is_asked_to_sign_in_and_reads_determinations_only(matter, client):
    make.lodge(matter)
    assert client.get(url("objections")).status_code == 302
    assert client.get(url("ballots")).status_code == 302
    assert client.get(url("determinations")).status_code == 200
    assert "Worked examples" in client.get(url("rules")).text


def test_a_security_objection_is_not_there_for_others(matter, enter):
    matter.issue = make.make_issue(matter.world, matter.release, category="security", title="Key leak")
    objection = make.contest(matter)
    for who in ("other_supplier", "member", "csp_north"):
        assert enter(who).get(url("objection", objection)).status_code == 404
        assert objection.reference not in enter(who).get(url("objections")).text
    for who in ("supplier", "manager", "security_member"):
        assert "Key leak" in enter(who).get(url("objection", objection)).text
    page = enter("secretary").get(url("objection", objection))
    assert page.status_code == 200 and "Key leak" not in page.text and "1 restricted." in page.text
    ballot = make.draft(matter, objection, committee=matter.world.security)
    verbs.notice(ballot, by=matter.actor("secretary"), at=matter.at)
    assert enter("other_supplier").get(url("ballot", ballot)).status_code == 404
    assert enter("security_member").get(url("ballot", ballot)).status_code == 200


def test_whose_seat_ends_while_a_ballot_is_open_votes_on_it_all_the_same(matter, enter):
    ballot = make.open_ballot(matter)
    people.end_seat(matter.world.seats["second_member"], by=SEED, at=matter.at)
    matter.later(hours=1)
    client = enter("second_member")
    assert client.get(url("ballot", ballot)).status_code == 200
    client.post(url("declare", ballot), {"has_interest": "no"})
    paper = {"choice": "reject", "reason": "The displays.", "seen": 0}
    assert "Check your vote" in client.post(url("vote", ballot), paper).text
    assert client.post(url("cast", ballot), paper).status_code == 302
    assert client.get(url("receipt", ballot)).status_code == 200
    assert client.get(url("objection", ballot.objections.get())).status_code == 200


# --- ballots ---------------------------------------------------------------------------------------------


def test_a_ballot_is_drafted_noticed_and_opened_by_forms(matter, enter):
    objection = make.contest(matter)
    client = enter("secretary")
    assert objection.reference in client.get(url("draft", matter.release)).text
    answers = {
        "committee": matter.world.panel.pk,
        "objections": [objection.pk],
        "question": "May it?",
        "defer_to": "2017-03-01T00:00",
    }
    assert "deferral date is past" not in client.post(url("draft", matter.release), answers).text
    ballot = Ballot.objects.get()
    assert enter("member").get(url("ballot", ballot)).status_code == 404  # a draft is SECAS's
    client = enter("secretary")
    client.post(url("notice", ballot), {})
    matter.until(Ballot.objects.get().opens_at)
    client.post(url("open_voting", ballot), {})
    assert Ballot.objects.get().state == "open"
    page = client.get(url("ballot", ballot))
    for words in ("0 of 4 entitled have voted", "Hash of the roll", "proceed with exclusions", "350"):
        assert words.lower() in page.text.lower()


def test_a_draft_without_its_answers_is_asked_again(matter, enter):
    make.contest(matter)
    answers = {"committee": matter.world.panel.pk, "question": "May it?", "defer_to": "2016-01-01T00:00"}
    client = enter("secretary")
    assert "Error: " in client.post(url("draft", matter.release), answers).text
    answers["objections"] = [Objection.objects.get().pk]
    assert "Give a date in the future" in client.post(url("draft", matter.release), answers).text


def test_a_committee_that_does_not_hear_it_is_said_beside_the_choice_and_nothing_typed_is_lost(matter, enter):
    objection = make.contest(matter)
    answers = {
        "committee": matter.world.panel.pk,
        "recommends": "yes",
        "objections": [objection.pk],
        "question": "May it, in these homes?",
        "defer_to": "2017-03-01T00:00",
    }
    page = enter("secretary").post(url("draft", matter.release), answers)
    assert page.status_code == 400 and "Only a Sub-Committee recommends" in page.text
    assert "May it, in these homes?" in page.text and 'href="#id_committee"' in page.text
    assert not Ballot.objects.exists()


def test_declare_vote_check_receipt(matter, enter):
    ballot = make.open_ballot(matter)
    client = enter("member")
    assert "Declare an interest or none" in client.get(url("ballot", ballot)).text
    assert client.get(url("vote", ballot)).status_code == 409
    client.post(url("declare", ballot), {"has_interest": "no"})
    paper = client.get(url("vote", ballot))
    assert paper.status_code == 200 and "checked" not in paper.text
    assert "no-store" in paper["Cache-Control"]
    empty = client.post(url("vote", ballot), {"seen": 0})
    assert "Error: " in empty.text and not Vote.objects.exists()
    answers = {"choice": "reject", "reason": MARKERS[0], "seen": 0}
    check = client.post(url("vote", ballot), answers)
    assert "Check your vote" in check.text and MARKERS[0] in check.text and not Vote.objects.exists()
    assert "you alone vote for it" not in check.text
    again = client.post(url("vote", ballot), answers | {"change": "yes"})
    assert MARKERS[0] in again.text and "Check your vote</h1>" not in again.text
    cast = client.post(url("cast", ballot), answers)
    assert (cast.status_code, cast["Location"]) == (302, url("receipt", ballot))
    for _ in range(2):
        receipt = client.get(url("receipt", ballot))
        assert Vote.objects.get().receipt in receipt.text and MARKERS[0] not in receipt.text
    assert client.post(url("cast", ballot), answers).status_code == 409
    assert Vote.objects.count() == 1
    assert "It replaces the vote" in client.post(url("vote", ballot), answers | {"seen": 1}).text
    own = client.post(url("read_own_vote", ballot))
    assert MARKERS[0] in own.text and "Reject" in own.text and "no-store" in own["Cache-Control"]


def test_a_paper_that_became_wrong_is_shown_again(matter, enter):
    ballot = make.open_ballot(matter)
    make.declare(matter, ballot, "member")
    page = enter("member").post(url("cast", ballot), {"choice": "reject", "reason": " ", "seen": 0})
    assert page.status_code == 400 and "Error: " in page.text and not Vote.objects.exists()


def test_the_safeguard_s_questions_are_on_the_paper_where_it_asks(matter, enter):
    matter.issue = make.make_issue(matter.world, matter.release, severity=1)
    ballot = make.open_ballot(matter)
    make.declare(matter, ballot, "member")
    client = enter("member")
    assert "Override the minority safeguard" in client.get(url("vote", ballot)).text
    answers = {"choice": "reject", "reason": "x", "seen": 0, "evidence": "yes", "override": "abstain"}
    assert "Abstain on this question" in client.post(url("vote", ballot), answers).text
    client.post(url("cast", ballot), answers)
    assert Vote.objects.count() == 1


def test_an_old_password_is_asked_for_again_before_the_paper(matter, sign_in):
    ballot = make.open_ballot(matter)
    make.declare(matter, ballot, "member")
    for name in ("vote", "casting_vote", "give_casting_vote"):
        page = sign_in("member").get(url(name, ballot))
        assert page.status_code == 302 and page["Location"].startswith(reverse("account_reauthenticate"))


def test_who_has_cast_nothing_has_no_receipt(matter, enter):
    ballot = make.open_ballot(matter)
    assert enter("member").get(url("receipt", ballot)).status_code == 302
    assert enter("member").get(url("read_own_vote", ballot))["Location"] == url("receipt", ballot)
    assert enter("member").get(url("cast", ballot))["Location"] == url("vote", ballot)
    assert enter("supplier").get(url("receipt", ballot)).status_code == 403
    assert enter("member").post(url("read_own_vote", ballot)).status_code == 403


def test_interests_are_ruled_on_from_the_roll(matter, enter):
    ballot = make.open_ballot(matter)
    client = enter("member")
    assert "Error: " in client.post(url("declare", ballot), {"has_interest": "yes", "text": ""}).text
    client.post(url("declare", ballot), {"has_interest": "yes", "text": "We make the displays."})
    member = ballot.roll.get(name="Member")
    assert "recused until the chair rules" in client.get(url("ballot", ballot)).text.lower()
    client = enter("chair")
    page = client.get(url("rule_on_interest", ballot, member.pk))
    assert "We make the displays." in page.text
    assert "Error: " in client.post(url("rule_on_interest", ballot, member.pk), {"recused": "yes"}).text
    assert "Error: " in client.post(url("rule_on_interest", ballot, member.pk), {"recused": "no", "reasons": " "}).text
    matter.later(minutes=1)
    client.post(url("rule_on_interest", ballot, member.pk), {"recused": "no", "reasons": "Remote."})
    assert "Remote. Declared: We make the displays." in client.get(url("turnout", ballot)).text
    assert enter("deputy").get(url("rule_on_interest", ballot, member.pk)).status_code == 403


def test_parties_add_statements_by_form(matter, enter):
    ballot = make.open_ballot(matter)
    client = enter("rsa")
    heron = matter.world.organisations["heron"]
    client.post(url("add_statement", ballot), {"organisation_id": heron.pk, "text": "Ten homes without display."})
    assert "Ten homes without display." in client.get(url("ballot", ballot)).text
    assert enter("small_supplier").get(url("add_statement", ballot)).status_code == 403


def test_tie_casting_vote_publication_and_appeal_by_forms(matter, enter):
    ballot = make.decided(matter, "proceed", "proceed", "reject", "reject")
    client = enter("chair")
    assert "Give the casting vote" in client.get(url("ballot", ballot)).text
    page = client.get(url("casting_vote", ballot))
    assert "Proceed" in page.text and "Reject" in page.text and "Defer to a date" not in page.text
    version = Ballot.objects.get().version
    assert "Error: " in client.post(url("casting_vote", ballot), {"choice": "defer", "reasons": "x"}).text
    assert "Error: " in client.post(url("casting_vote", ballot), {"choice": "proceed", "reasons": " "}).text
    paper = {"choice": "proceed", "reasons": "Rare.", "seen": version}
    checked = client.post(url("casting_vote", ballot), paper).text
    assert "Check your casting vote" in checked and "The release proceeds." in checked and "ends" not in checked
    assert "Rare." in client.post(url("casting_vote", ballot), paper | {"change": "yes"}).text
    assert client.get(url("give_casting_vote", ballot))["Location"] == url("casting_vote", ballot)
    assert client.get(url("casting_receipt", ballot))["Location"] == url("ballot", ballot)
    assert "Error: " in client.post(url("give_casting_vote", ballot), paper | {"reasons": ""}).text
    assert "Error: " in client.post(url("give_casting_vote", ballot), paper | {"reasons": " \n"}).text
    assert not Determination.objects.exists()
    given = client.post(url("give_casting_vote", ballot), paper)
    assert given["Location"] == url("casting_receipt", ballot)
    decision = Ballot.objects.get().determination
    assert "The casting vote was for: proceed." in client.get(url("ballot", ballot)).text
    receipt = Entry.objects.get(verb="give_casting_vote").data["receipt"]
    page = client.get(given["Location"]).text
    assert receipt in page and decision.reference in page
    assert receipt in Message.objects.get(subject__endswith="your casting vote was received").body
    assert client.post(url("give_casting_vote", ballot), paper).status_code == 409
    assert enter("deputy").get(given["Location"]).status_code == 403
    assert enter("supplier").get(url("determination", decision)).status_code == 404  # not yet published
    client = enter("secretary")
    assert "not yet published" in client.get(url("determination", decision)).text
    client.post(url("publish", ballot), {"reasons": "Ten displays.", "minority_statement": "Eleven."})
    page = enter("supplier").get(url("determination", decision))
    for words in (
        "Ten displays.",
        "Eleven.",
        "My reason for reject.",
        "Casting vote: proceed. Rare.",
        "the end of 30 January 2017",
    ):
        assert words in page.text
    assert "Second Member" not in page.text
    client = enter("secretary")
    client.post(url("record_appeal", ballot), {"appellant": "Heron Power", "why": "By letter."})
    assert "Appealed" in client.get(url("ballots")).text
    client.post(url("record_appeal_outcome", ballot), {"result": "held", "outcome": "So ordered."})
    for page in (url("ballots"), url("ballot", ballot), url("objection", Objection.objects.get())):
        assert "appeal upheld" in client.get(page).text.lower()
    page = client.get(url("determination", decision)).text
    assert "by Heron Power" in page and "By letter." in page and "So ordered." in page
    assert decision.reference in client.get(url("determinations")).text


def test_whose_vote_can_be_told_by_its_category_is_told_so_before_casting(matter, enter):
    matter.world.panel.seats.filter(user=matter.world.users["member"]).update(constituency="other")
    ballot = make.open_ballot(matter)
    make.declare(matter, ballot, "member")
    answers = {"choice": "reject", "reason": MARKERS[0], "seen": 0}
    assert "you alone vote for it" in enter("member").post(url("vote", ballot), answers).text


def test_a_ballot_voided_before_it_opened_has_no_time_of_closing(matter, enter):
    ballot = make.open_ballot(matter)
    client = enter("secretary")
    assert "Voting closes" in client.get(url("ballot", ballot)).text
    client.post(url("void", ballot), {"why": "The question was wrong."})
    assert "Voting closes" not in client.get(url("ballot", ballot)).text


def test_a_text_too_long_to_be_read_in_a_vote_is_refused_and_kept(matter, enter):
    answers = lodge_answers(matter, evidence="x" * 8001)
    refused = enter("supplier").post(url("lodge", matter.release), answers)
    assert refused.status_code == 400 and "x" * 8001 in refused.text
    assert "This has 8,001 characters and at most 8,000 fit: shorten it, or add a file." in refused.text
    assert not Objection.objects.exists()


def test_voided_closed_and_uncounted_ballots_say_so(matter, enter, settings, tmp_path):
    ballot = make.open_ballot(matter)
    make.vote(matter, ballot, "proceed", "proceed", "proceed")
    settings.KEYS_DIR = tmp_path
    matter.until(ballot.closes_at)
    client = enter("secretary")
    client.post(url("close", ballot), {})
    assert "could not be opened" in client.get(url("ballot", ballot)).text
    client.post(url("void", ballot), {"why": "The key is lost."})
    assert "This ballot is void: The key is lost." in client.get(url("ballot", ballot)).text
    again = make.draft(matter, Objection.objects.get())
    Ballot.objects.filter(pk=again.pk).update(replaces=ballot)
    assert "replaces the voided ballot" in client.get(url("ballot", again)).text
    assert Release.objects.get().state == "disputed"


# --- sealing ---------------------------------------------------------------------------------------------


def test_no_page_of_anybody_differs_by_what_was_voted(matter, enter):
    """Two voters cast different answers of different length; what each of the others sees is the same text."""
    ballot = make.open_ballot(matter)
    for who, choice, marker in zip(("member", "second_member"), ("proceed", "reject"), MARKERS, strict=True):
        make.cast(matter, ballot, who, choice, reason=marker)
    pages = [url("ballots"), url("ballot", ballot), url("turnout", ballot), url("objections")]
    pages += [reverse("pages:home"), reverse("publishing:release", args=[matter.release.reference])]
    for who in (*matter.world.users,):
        client = enter(who)
        for page in pages:
            text = client.get(page).text
            assert not any(marker in text for marker in MARKERS), (who, page)


def test_voiding_a_decision_says_what_it_takes_back_and_leaves_it_readable(matter, enter):
    ballot = make.decided(matter, *["proceed_with_exclusions"] * 3)
    client, reference = enter("secretary"), ballot.determination.reference
    page = client.get(url("void", ballot)).text
    assert "ends: 100 homes are no longer held by it." in page
    assert "ends without a decision" not in page
    assert "void the ballot" not in client.get(url("ballot", ballot)).text
    client.post(url("void", ballot), {"why": "A voter was not entitled."})
    page = client.get(url("ballot", ballot)).text
    assert f"Determination {reference}</a>, no longer in force" in page
    assert "Result of the void ballot: it decides nothing" in page
    page = client.get(url("determination", ballot.determination)).text
    assert "This determination is no longer in force." in page
    assert "not yet published" not in page
    assert "Void" in client.get(url("determinations")).text


def test_who_is_recused_is_told_so_and_why_before_anything_is_asked(matter, enter):
    ballot = make.open_ballot(matter)
    row = ballot.roll.get(user=matter.world.users["member"])
    verbs.rule_on_interest(row, recused=True, reasons="Works for the objector.", by=matter.actor("chair"), at=matter.at)
    page = enter("member").get(url("ballot", ballot)).text
    assert "<strong>You are recused</strong> and take no part in this vote: Works for the objector." in page
    assert "before you vote" not in page
    page = enter("second_member").get(url("ballot", ballot)).text
    assert page.count("Declare an interest or none") == 1


def test_every_missing_answer_of_an_objection_is_named(matter, enter):
    response = enter("supplier").post(url("lodge", matter.release), {})
    assert response.status_code == 400
    for sentence in ("Choose supplier that objects.", "Choose issues cited.", "Choose homes concerned."):
        assert sentence in response.text
    assert "This field is required" not in response.text
