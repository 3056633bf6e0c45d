"""A decision taken out of the portal is checked without it, and whatever is altered in it is named."""

import base64
import hashlib
import io
import json
import runpy
import subprocess
import sys
import zipfile

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.urls import reverse
from pypdf import PdfReader

from portal.journal.models import Entry
from portal.workflow.errors import NotAllowed
from releases.ballots import verbs
from releases.ballots.models import Ballot, Determination
from releases.issues.models import Comment, Issue
from releases.products.models import Cell
from releases.publishing.models import Release
from tests.architecture.sources import BASE
from tests.factories import ballots as make

SCRIPT = BASE / "docs" / "verify_decision.py"
faults = runpy.run_path(str(SCRIPT))["faults"]


def published(matter, *choices: str) -> Determination:
    ballot = make.decided(matter, *choices)
    if ballot.state == "tied":
        chair = matter.actor("chair")
        verbs.casting_vote(ballot, choice=choices[-1], reasons="So.", by=chair, at=matter.at)
    facts = {"reasons": "Ten displays.", "minority_statement": "Eleven."}
    return verbs.publish(Ballot.objects.get(), **facts, by=matter.actor("secretary"), at=matter.at)


def taken(matter, determination: Determination) -> bytes:
    with verbs.dossier(determination, by=matter.actor("secretary"), at=matter.at) as file:
        return file.read()


def contents(packed: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def check(files: dict[str, bytes], *, sums: bool = True) -> list[str]:
    """Pack these files, with fresh sums as a forger would, and return what the script finds."""
    if sums:
        kept = {name: data for name, data in files.items() if name != "SHA256SUMS"}
        lines = [f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in kept.items()]
        files = kept | {"SHA256SUMS": "".join(lines).encode()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    with zipfile.ZipFile(buffer) as archive:
        return list(faults(archive))


def test_a_decision_is_whole_and_checked_by_a_script_of_its_own(matter, tmp_path):
    determination = published(matter, "proceed", "proceed_with_exclusions", "reject", "abstain")
    path = tmp_path / "decision.zip"
    path.write_bytes(taken(matter, determination))
    run = subprocess.run([sys.executable, "-I", str(SCRIPT), path.name], cwd=tmp_path, capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.endswith("decision.zip: everything agrees\n") and "block 1: " in run.stdout
    files = contents(path.read_bytes())
    assert set(files) == {"decision.json", "journal.json", f"{determination.reference}.pdf", "SHA256SUMS"}
    found = json.loads(files["decision.json"])
    assert [vote["name"] for vote in found["tally"]["votes"]] == ["Deputy", "Member", "Second Member", "Third Member"]
    assert found["objections"][0]["organisation"] == "Heron Power"
    assert Entry.objects.filter(verb="dossier", actor_name="Secretary").count() == 1


def test_the_reasons_of_a_casting_vote_are_those_given(matter):
    files = contents(taken(matter, published(matter, "proceed", "proceed", "reject", "reject")))
    found = json.loads(files["decision.json"])
    found["casting_vote"]["reasons"] = "Otherwise."
    wrong = check(files | {"decision.json": json.dumps(found).encode()})
    assert wrong == [
        "The casting vote is not what was given.",
        "What was declared, ruled, said or voted is not what the decision was made on.",
    ]


@pytest.mark.parametrize("choices", [("proceed", "proceed", "reject", "reject"), ("defer",) * 3, ("retest",) * 3])
def test_every_way_to_a_decision_agrees(matter, choices):
    assert check(contents(taken(matter, published(matter, *choices)))) == []


def test_a_decision_without_quorum_agrees_and_its_votes_stay_sealed(matter):
    ballot = make.open_ballot(matter)
    make.cast(matter, ballot, "member", "reject", reason="Nobody reads this.")
    ballot = verbs.extend(make.close(matter, ballot), by=matter.actor("secretary"), at=matter.at)
    determination = verbs.determine(make.close(matter, ballot), by=matter.actor("secretary"), at=matter.at)
    packed = contents(taken(matter, determination))
    assert check(packed) == []
    found = json.loads(packed["decision.json"])
    assert found["tally"] is None and len(found["votes"]) == 1
    assert b"Nobody reads this." not in packed["decision.json"]


def test_the_evidence_goes_with_it(matter):
    comment = Comment(
        issue=matter.issue,
        organisation=matter.issue.organisation,
        author_name="Supplier",
        audience="all",
        text="Ten displays.",
        at=matter.at,
        file_name="displays.pdf",
        file_kind="PDF",
        file_size=5,
        sha256=hashlib.sha256(b"%PDF-").hexdigest(),
    )
    comment.file.save("displays", ContentFile(b"%PDF-"))
    twice = [
        make.contest(matter),
        make.contest(matter, who="other_supplier", supplier="osprey", issues=[matter.issue]),
    ]
    ballot = make.open_ballot(matter, *twice)
    make.vote(matter, ballot, "proceed", "proceed", "proceed")
    packed = taken(matter, make.close(matter, ballot).determination)
    assert len(zipfile.ZipFile(io.BytesIO(packed)).namelist()) == len(files := contents(packed))
    name = f"evidence/{matter.issue.reference}-{comment.pk}.pdf"
    assert files[name] == b"%PDF-"
    assert check(files) == []
    assert check(files | {name: b"%PDF-2"}) == [f"{name} did not lie before the voters."]


def altered_vote(found, journal):
    sealed = bytearray(base64.b64decode(found["votes"][0]["sealed"]))
    sealed[100] ^= 1
    found["votes"][0]["sealed"] = base64.b64encode(sealed).decode()


def dropped_vote(found, journal):
    del found["votes"][0]


def altered_roll(found, journal):
    found["roll"][0]["name"] = "Somebody Else"


def altered_choice(found, journal):
    found["tally"]["votes"][0]["choice"] = "reject"
    found["tally"]["votes"][1]["choice"] = "reject"


def altered_safeguard(found, journal):
    found["tally"]["result"]["safeguarded"] = True


def altered_outcome(found, journal):
    found["determination"]["outcome"] = "reject"


def altered_reasons(found, journal):
    found["determination"]["reasons"] = "None."


def swapped_votes(found, journal):
    first, second = found["tally"]["votes"][0], found["tally"]["votes"][2]
    for key in ("choice", "reason"):
        first[key], second[key] = second[key], first[key]


def altered_answer(found, journal):
    found["objections"][0]["answer"] = "DCC agrees."


def dropped_declarations(found, journal):
    found["roll"][0]["declarations"] = [{"has_interest": True, "text": "Shares.", "at": "2017-01-09T12:00:00+00:00"}]


def dropped_decision(found, journal):
    kept = [entry for entry in journal["entries"] if "heard" not in entry["content"]["data"]]
    journal["entries"] = kept


def dropped_publication(found, journal):
    journal["entries"] = [entry for entry in journal["entries"] if entry["content"]["verb"] != "publish"]


def altered_entry(found, journal):
    journal["entries"][0]["content"]["why"] = "Another reason."


def altered_block(found, journal):
    journal["blocks"][0]["members"][0] = "0" * 64


def unsealed_entry(found, journal):
    journal["entries"][0]["block"] = None


def altered_homes(found, journal):
    found["laid"]["objections"][0]["homes"] += 1


def altered_reach(found, journal):
    found["laid"]["objections"][0]["is_limited"] = not found["laid"]["objections"][0]["is_limited"]


def altered_exclusion(found, journal):
    found["ballot"]["exclusion"] = [{"regions": ["south"]}]


def altered_title(found, journal):
    found["release"]["title"] = "Another"


def altered_severity(found, journal):
    next(iter(found["issues"].values()))["facts"]["severity"] = 1


def altered_effects(found, journal):
    found["effects"] = ["Nothing."]


def lacking_votes(found, journal):
    del found["votes"]


def another_format(found, journal):
    found["format"] = 9


@pytest.fixture
def files(matter) -> dict[str, bytes]:
    return contents(taken(matter, published(matter, "proceed", "proceed", "proceed_with_exclusions", "abstain")))


def test_whatever_is_altered_is_named(files):
    """One dossier for all: each alteration on a copy of it, with the sums made anew."""
    expected = {
        altered_vote: "is not what was cast.",
        dropped_vote: "is in the journal and not in the ballot.",
        altered_roll: "The roll is not what was frozen",
        altered_choice: "The middle of the votes is not the outcome stored.",
        altered_safeguard: "The minority safeguard was not applied",
        altered_outcome: "The determination is not what the ballot decided.",
        altered_reasons: "The determination does not say what was published.",
        swapped_votes: "is not what the decision was made on.",
        altered_answer: "is not what the decision was made on.",
        dropped_declarations: "is not what the decision was made on.",
        dropped_decision: "is not what the decision was made on.",
        dropped_publication: "The determination does not say what was published.",
        altered_entry: "is not what was sealed in block",
        altered_block: "does not fit its members.",
        unsealed_entry: "is not in a sealed block yet",
        altered_homes: "What lay before the voters is not what did",
        altered_reach: "What lay before the voters is not what did",
        altered_exclusion: "The ballot's exclusion is not what it was",
        altered_title: "The release's title is not what it was",
        altered_severity: "is not what was cited.",
        altered_effects: "What is said to have taken effect is not what did.",
        lacking_votes: "decision.json lacks votes.",
        another_format: "This script reads formats 1, 2, 3, not 9.",
    }
    assert check(files) == []
    for alter, sentence in expected.items():
        found, journal = json.loads(files["decision.json"]), json.loads(files["journal.json"])
        alter(found, journal)
        changed = {"decision.json": json.dumps(found).encode(), "journal.json": json.dumps(journal).encode()}
        assert any(sentence in fault for fault in check(files | changed)), alter.__name__


def test_a_file_altered_added_or_left_out_is_named(files):
    (name,) = (name for name in files if name.endswith(".pdf"))
    assert check(files | {name: b"%PDF"}, sums=False) == [f"{name} is not the file that was exported."]
    assert check(files | {"more.txt": b"x"}, sums=False) == ["more.txt is not the file that was exported."]
    assert check({one: data for one, data in files.items() if one != name}, sums=False) == [f"{name} is missing."]


def test_what_is_no_exported_decision_is_said_in_a_sentence(files):
    said = "decision.json or journal.json is missing or cannot be read: this is no exported decision."
    assert check({name: data for name, data in files.items() if name != "journal.json"}) == [said]
    assert check(files | {"decision.json": b"not JSON"}) == [said]
    assert check(files | {"decision.json": b"[]"}) == [said]
    assert check(files | {"more.txt": b"x"}) == ["more.txt did not lie before the voters."]


def test_a_closed_ballot_shows_and_exports_what_lay_before_the_voters(matter, sign_in):
    """Later the objection is heard anew for its homes only, and its issue is judged otherwise."""
    determination = published(matter, "proceed", "proceed", "reject", "reject")
    ballot = Ballot.objects.get()
    address = reverse("ballots:ballot", args=[ballot.reference])
    before = sign_in("secretary").get(address).text
    assert "Activation of the whole release" in before and "shown as they were when voting opened" in before
    kept = json.loads(contents(taken(matter, determination))["decision.json"])
    ballot.objections.update(is_limited=True)
    Issue.objects.update(severity=5, title="Nothing at all")
    Cell.objects.update(homes=1)
    page = sign_in("secretary").get(address).text
    assert "Activation of the whole release" in page and "Nothing at all" not in page
    files = contents(taken(matter, determination))
    found = json.loads(files["decision.json"])
    assert check(files) == []
    for part in ("laid", "issues", "ballot", "release"):
        assert found[part] == kept[part], part


def test_a_ballot_older_than_that_record_is_exported_as_before(matter):
    determination = published(matter, "proceed", "proceed", "proceed")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE ballots_laid DISABLE TRIGGER USER; DELETE FROM ballots_laid")
        cursor.execute("ALTER TABLE ballots_laid ENABLE TRIGGER USER")
    files = contents(taken(matter, Determination.objects.get(pk=determination.pk)))
    found = json.loads(files["decision.json"])
    assert found["format"] == 2 and "laid" not in found
    assert found["objections"][0]["cohort"] and found["objections"][0]["issues"]
    assert check(files) == []


# --- who takes it, and the notice as PDF -------------------------------------------------------------------


def test_only_secas_takes_a_decision_out(matter, sign_in):
    determination = published(matter, "proceed", "proceed", "proceed")
    for who in ("manager", "supplier", "member", "administrator"):
        with pytest.raises(NotAllowed):
            verbs.dossier(determination, by=matter.actor(who), at=matter.at)
    address = reverse("ballots:dossier", args=[determination.reference])
    assert address not in sign_in("member").get(reverse("ballots:determination", args=[determination.reference])).text
    client = sign_in("secretary")
    assert address in client.get(reverse("ballots:determination", args=[determination.reference])).text
    answer = client.post(address)
    assert answer["Content-Type"] == "application/zip"
    assert check(contents(b"".join(answer.streaming_content))) == []
    for _ in range(2):  # a file is not kept for a repeat: it is made anew
        answer = client.post(
            f"/api/v1/determinations/{determination.reference}/dossier/", headers={"Idempotency-Key": "1"}
        )
        assert check(contents(b"".join(answer.streaming_content))) == []


def text_of(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def test_the_notice_is_a_pdf_that_says_what_the_page_says(matter, sign_in):
    determination = published(matter, "proceed", "proceed", "reject", "reject")
    facts = {"appellant": "Heron Power", "why": "The evidence was not read."}
    verbs.record_appeal(Ballot.objects.get(), **facts, by=matter.actor("secretary"), at=matter.at)
    client = sign_in("supplier")
    said = text_of(client.get(reverse("ballots:determination_pdf", args=[determination.reference])).content)
    for words in ("Large Supplier", "Ten displays.", "Eleven.", "Casting vote: reject.", "30 January 2017"):
        assert words in said, words
    assert "Heron Power" in said and "awaits the Authority’s outcome" in said
    assert "Second Member" not in said
    ended = {"result": "dismissed", "outcome": "Nothing new."}
    verbs.record_appeal_outcome(Ballot.objects.get(), **ended, by=matter.actor("secretary"), at=matter.at)
    answer = client.get(f"/api/v1/determinations/{determination.reference}/pdf/")
    assert "Dismissed: the determination stands" in text_of(answer.content)


def test_a_notice_not_published_or_void_says_so(matter, sign_in):
    ballot = make.decided(matter, "defer", "defer", "defer")
    address = reverse("ballots:determination_pdf", args=[ballot.determination.reference])
    assert sign_in("supplier").get(address).status_code == 404
    client = sign_in("secretary")
    assert "Published not yet" in text_of(client.get(address).content).replace(":", "")
    verbs.void(ballot, why="Wrong roll.", by=matter.actor("secretary"), at=matter.at)
    assert "no longer in force: Wrong roll." in text_of(client.get(address).content)


@pytest.mark.parametrize(
    ("classification", "readers"),
    [
        ("white", {"", "supplier", "other_supplier", "manager", "secretary", "observer"}),
        ("green", {"supplier", "other_supplier", "manager", "secretary", "observer"}),
        ("amber", {"supplier", "manager", "secretary"}),
    ],
)
def test_the_notice_is_read_as_its_release_is_classified(matter, sign_in, client, classification, readers):
    determination = published(matter, "proceed", "proceed", "proceed")
    Release.objects.update(classification=classification)
    matter.release.readers.set([matter.world.organisations["heron"]])
    page, document = (
        reverse(f"ballots:{name}", args=[determination.reference]) for name in ("determination", "determination_pdf")
    )
    found = set()
    for who in ("", "supplier", "other_supplier", "manager", "secretary", "observer"):
        reader = sign_in(who) if who else client
        answers = {reader.get(address).status_code for address in (page, document)}
        assert len(answers) == 1 and answers <= {200, 404}
        found |= {who} if answers == {200} else set()
    assert found == readers


def test_the_notice_on_a_security_issue_says_that_it_is_restricted(matter, sign_in):
    determination = published(matter, "proceed", "proceed", "proceed")
    determination.ballot.objections.get().issues.update(category="security")
    client = sign_in("secretary")
    for name in ("determination", "determination_pdf"):
        answer = client.get(reverse(f"ballots:{name}", args=[determination.reference]))
        shown = text_of(answer.content) if name.endswith("pdf") else answer.content.decode()
        assert "Restricted: the parties, DCC, SECAS and the Security Sub-Committee" in " ".join(shown.split())
        assert "White" not in shown
    assert sign_in("observer").get(reverse("ballots:determination", args=[determination.reference])).status_code == 404


def test_who_opens_the_notice_of_a_red_release_is_written_down(matter, sign_in):
    determination = published(matter, "proceed", "proceed", "proceed")
    Release.objects.update(classification="red")
    matter.release.named_people.set([matter.world.users["supplier"]])
    address = reverse("ballots:determination_pdf", args=[determination.reference])
    assert sign_in("other_supplier").get(address).status_code == 404
    client = sign_in("supplier")
    assert client.get(address).status_code == 200
    assert client.get(f"/api/v1/determinations/{determination.reference}/").status_code == 200
    read = Entry.objects.filter(verb="read_red", actor_name="Supplier").values_list("data__what", flat=True)
    assert list(read) == [address, f"/api/v1/determinations/{determination.reference}/"]
