"""The files of evidence that the objector and those who joined put forward."""

import hashlib

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from portal.delivery.models import Message
from portal.journal.models import Entry
from portal.people import verbs as people
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from releases.ballots import verbs
from releases.ballots.models import Ballot, Exhibit, Objection
from tests.factories import ballots as make
from tests.factories.queries import same_queries
from tests.releases.ballots.test_dossier import check, contents, taken

DARK = b"Dark since the restart."
DIGEST = hashlib.sha256(DARK).hexdigest()


def log(name: str = "displays.txt", content: bytes = DARK) -> ContentFile:
    return ContentFile(content, name)


def add(matter, objection: Objection, *files: ContentFile, who: str = "supplier", supplier: str = "heron"):
    party = matter.world.organisations[supplier]
    return verbs.add_evidence(objection, supplier=party, exhibits=files, by=matter.actor(who), at=matter.at)


def join(matter, objection: Objection, *files: ContentFile):
    osprey = matter.world.organisations["osprey"]
    by = matter.actor("other_supplier")
    verbs.join(objection, supplier=osprey, statement="Ours too.", exhibits=files, by=by, at=matter.at)


def address(exhibit: Exhibit) -> str:
    return reverse("ballots:exhibit", args=[exhibit.objection.reference, exhibit.pk])


def test_each_party_puts_files_forward_and_the_journal_keeps_their_hashes(matter):
    osprey = matter.world.organisations["osprey"]
    objection = verbs.lodge(
        matter.release,
        supplier=matter.world.organisations["heron"],
        grounds=make.grounds(matter),
        exhibits=[log()],
        by=matter.actor("supplier"),
        at=matter.at,
    )
    join(matter, objection, log("ours.txt", b"Ours."))
    add(matter, objection, log("one.txt", b"1"), log("two.txt", b"2"))
    kept = list(objection.exhibits.all())
    assert [one.file_name for one in kept] == ["displays.txt", "ours.txt", "one.txt", "two.txt"]
    assert (kept[0].sha256, kept[0].file_kind, kept[0].file_size) == (DIGEST, "Plain text", len(DARK))
    assert kept[0].file.name.startswith(f"exhibits/{DIGEST}")
    assert (kept[1].organisation, kept[1].by_name) == (osprey, "Other Supplier")
    said = Entry.objects.filter(subject_id=objection.pk, verb__in=("lodge", "join", "add_evidence")).order_by("pk")
    assert [len(entry.data["files"]) for entry in said] == [1, 1, 2] and said[0].data["files"] == [DIGEST]
    assert Message.objects.filter(subject__contains="a party added evidence").count() == 1


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ([], "Choose a file."),
        ([log("displays.pdf")], "does not fit"),
        ([log(), log("page.txt", b"<html>")], "none of these"),
    ],
)
def test_a_file_is_judged_by_its_content_and_all_are_kept_or_none(matter, files, sentence):
    objection = make.lodge(matter)
    with pytest.raises(Invalid, match=sentence) as refusal:
        add(matter, objection, *files)
    assert list(refusal.value.fields) == ["exhibits"] and not Exhibit.objects.exists()


@pytest.mark.parametrize(("who", "supplier"), [("other_supplier", "osprey"), ("manager", "heron")])
def test_only_a_party_puts_evidence_forward(matter, who, supplier):
    with pytest.raises(NotAllowed):
        add(matter, make.lodge(matter), log(), who=who, supplier=supplier)


def test_evidence_is_complete_when_voting_begins_and_is_never_changed(matter):
    objection = make.contest(matter)
    (kept,) = add(matter, objection, log())
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        Exhibit.objects.update(sha256="0" * 64)
    verbs.void(make.draft(matter, objection), why="Wrong date.", by=matter.actor("secretary"), at=matter.at)
    add(matter, objection, log("more.txt"))
    make.open_ballot(matter, objection)
    with pytest.raises(NotNow, match="Voting on this objection has begun"):
        add(matter, objection, log())
    ended = make.lodge(matter)
    verbs.withdraw(ended, why="Ours.", by=matter.actor("supplier"), at=matter.at)
    with pytest.raises(NotNow, match="is withdrawn"):
        add(matter, ended, log())


def test_who_may_see_the_objection_reads_its_files_and_nobody_else(matter, sign_in):
    (kept,) = add(matter, make.lodge(matter), log())
    answer = sign_in("observer").get(address(kept))
    assert b"".join(answer.streaming_content) == DARK
    assert f'filename="{kept.objection.reference}-{kept.pk}.txt"' in answer["Content-Disposition"]
    assert answer["Content-Type"] == "application/octet-stream"
    other = make.lodge(matter)
    assert sign_in("observer").get(reverse("ballots:exhibit", args=[other.reference, kept.pk])).status_code == 404
    kept.objection.issues.update(category="security")
    for who, status in (("observer", 404), ("other_supplier", 404), ("supplier", 200), ("manager", 200)):
        assert sign_in(who).get(address(kept)).status_code == status, who
    api = f"/api/v1/objections/{kept.objection.reference}/evidence/"
    assert sign_in("observer").get(api).status_code == 404
    type(matter.release).objects.update(classification="amber")
    assert sign_in("other_supplier").get(address(kept)).status_code == 404


# --- pages and API ---------------------------------------------------------------------------------------


def test_files_come_with_the_forms_and_stand_on_objection_and_ballot(matter, sign_in):
    client = sign_in("supplier")
    answers = {
        "supplier": matter.world.organisations["heron"].pk,
        "issues": [matter.issue.pk],
        "homes": matter.issue.pk,
        "is_limited": "no",
        "evidence": "Video of ten displays.",
        "remedy": "hold",
        "seen": matter.release.version,
    }
    lodging = reverse("ballots:lodge", args=[matter.release.reference])
    page = client.get(lodging)
    assert 'enctype="multipart/form-data"' in page.text and "multiple" in page.text
    refused = client.post(lodging, answers | {"exhibits": [log(), log("film.pdf", b"No film.")]})
    assert refused.status_code == 400 and "The name film.pdf does not fit" in refused.text
    client.post(lodging, answers | {"exhibits": [log(), log("second.txt", b"Second.")]})
    objection = Objection.objects.get()
    page = client.get(reverse("ballots:objection", args=[objection.reference]))
    assert "Add files of evidence" in page.text and "second.txt" in page.text and DIGEST in page.text
    adding = reverse("ballots:add_evidence", args=[objection.reference])
    assert client.post(adding, {"supplier": objection.organisation_id}).status_code == 400
    more = {"supplier": objection.organisation_id, "exhibits": log("third.txt")}
    assert client.post(adding, more).status_code == 302
    verbs.admit(objection, by=matter.actor("secretary"), at=matter.at)
    verbs.contest(objection, answer="No.", by=matter.actor("manager"), at=matter.at)
    ballot = make.open_ballot(matter, objection)
    page = sign_in("member").get(reverse("ballots:ballot", args=[ballot.reference]))
    assert "third.txt" in page.text and address(objection.exhibits.all()[2]) in page.text
    assert sign_in("member").get(address(objection.exhibits.all()[2])).status_code == 200


def test_files_by_api(matter, client):
    objection = make.lodge(matter)
    _, key = people.create_token(name="x", days=9, may_write=True, by=matter.actor("supplier"), at=matter.at)
    path, headers = f"/api/v1/objections/{objection.reference}/evidence/", {"Authorization": f"Token {key}"}
    made = client.post(path, {"supplier": "heron-power", "exhibits": [log(), log("b.txt")]}, headers=headers)
    assert made.status_code == 201, made.json()
    assert [one["sha256"] for one in made.json()] == [DIGEST, DIGEST]
    shown = client.get(path, headers=headers).json()
    assert shown == made.json() and shown[0]["organisation"] == "heron-power"
    one = client.get(f"{path}{shown[0]['id']}/file/", headers=headers)
    assert b"".join(one.streaming_content) == DARK and "attachment" in one["Content-Disposition"]
    assert client.get(f"{path}999999/file/", headers=headers).status_code == 404
    wrong = client.post(path, {"supplier": "heron-power", "exhibits": [log("a.pdf")]}, headers=headers)
    assert (wrong.status_code, list(wrong.json()["fields"])) == (400, ["exhibits"])


def test_an_objection_costs_the_same_however_many_files_there_are(matter, sign_in):
    objection, client = make.lodge(matter), sign_in("secretary")
    with same_queries() as page, same_queries() as listed:
        for files in (1, 2):
            add(matter, objection, *(log(f"{number}.txt") for number in range(files)))
            page.of(lambda: client.get(reverse("ballots:objection", args=[objection.reference])))
            listed.of(lambda: client.get(f"/api/v1/objections/{objection.reference}/evidence/"))


# --- the decision as a file ------------------------------------------------------------------------------


def test_the_dossier_has_the_files_and_names_one_that_was_changed_or_swapped(matter):
    objection = make.contest(matter)
    (kept,) = add(matter, objection, log())
    ballot = make.open_ballot(matter, objection)
    make.vote(matter, ballot, "proceed", "proceed", "proceed")
    determination = make.close(matter, ballot).determination
    files = contents(taken(matter, determination))
    name = f"evidence/{objection.reference}-{kept.pk}.txt"
    assert files[name] == DARK and check(files) == []
    assert check(files | {name: b"Bright."}) == [f"{name} is not the evidence that Heron Power put forward."]
    without = {one: data for one, data in files.items() if one != name}
    assert check(without) == [f"{name} is not the evidence that Heron Power put forward."]
    forged = files["decision.json"].replace(DIGEST.encode(), hashlib.sha256(b"Bright.").hexdigest().encode())
    assert check(files | {name: b"Bright.", "decision.json": forged}) == [
        "What lay before the voters is not what did when voting opened.",
        "What was declared, ruled, said or voted is not what the decision was made on.",
    ]


def test_a_void_decision_keeps_the_files_it_was_made_on(matter):
    objection = make.contest(matter)
    add(matter, objection, log())
    ballot = make.open_ballot(matter, objection)
    make.vote(matter, ballot, "proceed", "proceed", "proceed")
    make.close(matter, ballot)
    ballot = verbs.void(Ballot.objects.get(), why="Wrong roll.", by=matter.actor("secretary"), at=matter.at)
    matter.later(hours=1)
    add(matter, objection, log("later.txt", b"Later."))
    assert check(contents(taken(matter, ballot.determination))) == []
