import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from portal.workflow.errors import Invalid, NotAllowed
from releases.publishing import documents
from releases.testing import queries, verbs
from releases.testing.findings import Found, says_the_same
from releases.testing.models import ResultEvidence, TestCase, TestResult, TestWindow
from releases.testing.period import results_until
from releases.testing.sheet_lines import read_sheet, template
from releases.testing.standing import standing
from tests.factories.findings import DAY, make_window
from tests.factories.queries import same_queries

pytestmark = pytest.mark.django_db
API = "/api/v1/test-windows/"
HEAD = "combination,devices,case,outcome,version_read,note"
PNG = b"\x89PNG\r\n\x1a\n" + b"picture"
VERSION = "0A010200"


@pytest.fixture
def window(world, announced, catalogue) -> TestWindow:
    """A window on the two combinations with "alder"."""
    return make_window(
        world, announced, combinations=[catalogue.combinations["dual"], catalogue.combinations["single"]]
    )


@pytest.fixture
def supplier(sign_in_then, set_clock, window):
    client = sign_in_then("supplier")
    set_clock(window.starts_at + timedelta(hours=1))
    return client


@pytest.fixture
def dual(catalogue) -> int:
    return catalogue.combinations["dual"].pk


def found(catalogue, outcome="pass", code="JOIN", on="dual", version=VERSION, remark="", **more) -> Found:
    said = remark or ("Dark." if outcome == "fail" else "")
    return Found(catalogue.combinations[on], TestCase.objects.get(code=code), outcome, version, said, **more)


def report(world, window, rows, file=None, who="supplier"):
    at = window.starts_at + timedelta(hours=1)
    return verbs.report_results(window, rows, by=world.actor(who), at=at, file=file)


def address(window, name) -> str:
    return reverse(f"testing:{name}", args=[window.reference])


def text(answer) -> str:
    return answer.content.decode()


def said() -> list[tuple[str, str, str]]:
    rows = TestResult.objects.order_by("pk").select_related("case")
    return [(row.case.code, row.outcome, row.remark) for row in rows]


# Evidence


def test_a_file_is_kept_with_every_result_that_names_none(world, window, catalogue):
    kept = verbs.attach_result_evidence(
        window, ContentFile(b"A log.", "log.txt"), by=world.actor("supplier"), at=window.starts_at
    )
    rows = [found(catalogue, evidence=kept.pk), found(catalogue, code="READ")]
    one, other = report(world, window, rows, file=ContentFile(PNG, "film.png"))
    assert (one.evidence, kept.file_kind, kept.file_size) == (kept, "Plain text", 6)
    assert (other.evidence.file_kind, other.evidence.window) == ("PNG image", window)
    assert kept.file.name.endswith(f"{kept.sha256}.bin")
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        ResultEvidence.objects.update(file_kind="PDF")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"MZ\x90\x00", "By its content this file is none of these"),
        (b"<script>", "none of these"),
        (b"", "none of these"),
    ],
)
def test_a_file_of_a_refused_kind_is_refused_with_all_results(world, window, catalogue, content, sentence):
    with pytest.raises(Invalid, match=sentence):
        report(world, window, [found(catalogue)], file=ContentFile(content, "report.pdf"))
    assert not TestResult.objects.exists()
    assert not ResultEvidence.objects.exists()


def test_a_file_that_is_too_large_is_refused(world, window, catalogue):
    large = ContentFile(b"x", "log.txt")
    large.size = documents.LARGEST + 1
    with pytest.raises(Invalid, match="larger than 20 MB"):
        report(world, window, [found(catalogue)], file=large)


def test_evidence_of_another_window_is_none(world, window, announced, catalogue):
    other = make_window(world, announced, who="small_supplier", of="fernlight")
    kept = verbs.attach_result_evidence(
        other, ContentFile(PNG, "film.png"), by=world.actor("small_supplier"), at=other.starts_at
    )
    with pytest.raises(Invalid, match=f"File {kept.pk} is not of this window"):
        report(world, window, [found(catalogue, evidence=kept.pk)])
    with pytest.raises(NotAllowed):
        verbs.attach_result_evidence(other, ContentFile(PNG), by=world.actor("supplier"), at=other.starts_at)


def test_evidence_is_downloaded_by_who_sees_the_window(supplier, sign_in_then, world, window, catalogue):
    (row,) = report(world, window, [found(catalogue)], file=ContentFile(PNG, "film.png"))
    url = reverse("testing:result_evidence", args=[window.reference, row.evidence_id])
    assert url in text(supplier.get(address(window, "window")))
    answer = supplier.get(url)
    assert b"".join(answer.streaming_content) == PNG
    assert f"{window.reference}-evidence-{row.evidence_id}.png" in answer["Content-Disposition"]
    assert answer["Content-Type"] == "application/octet-stream"
    assert supplier.get(reverse("testing:result_evidence", args=[window.reference, 0])).status_code == 404
    assert sign_in_then("other_supplier").get(url).status_code == 404


def test_what_was_said_before_is_no_correction(world, window, catalogue):
    (row,) = report(world, window, [found(catalogue, remark="Two\nlines.")])
    assert says_the_same(found(catalogue, version="0a010200", remark="Two\r\nlines. "), row)
    assert not says_the_same(found(catalogue), row)
    assert not says_the_same(found(catalogue, remark="Two lines.", evidence=7), row)
    assert not says_the_same(found(catalogue), None)


# The grid


def cells(dual, **outcomes) -> dict[str, str]:
    return {f"r-{dual}-{TestCase.objects.get(code=code).pk}": outcome for code, outcome in outcomes.items()}


def test_the_grid_takes_many_results_and_shows_them_afterwards(supplier, window, dual):
    here = address(window, "report_grid")
    assert "JOIN on Alder 1 + Orchard ESME + Orchard GSME + Orchard PPMID" in text(supplier.get(here))
    body = {"version_read": VERSION, f"n-{dual}": "Took 4 minutes.", **cells(dual, JOIN="pass", READ="fail", DUAL="")}
    body["file"] = SimpleUploadedFile("film.png", PNG)
    assert "2 results recorded." in text(supplier.post(here, body, follow=True))
    assert sorted(said()) == [("JOIN", "pass", "Took 4 minutes."), ("READ", "fail", "Took 4 minutes.")]
    assert TestResult.objects.exclude(evidence=None).count() == 2
    page = text(supplier.get(here))
    assert '<option value="fail" selected>Fail</option>' in page
    assert f'name="w-{dual}-{TestCase.objects.get(code="READ").pk}" value="fail"' in page


def test_a_correction_by_the_grid_is_one_new_row(supplier, world, window, catalogue, dual):
    report(world, window, [found(catalogue), found(catalogue, "fail", code="READ", remark="Dark.")])
    shown = {name.replace("r-", "w-"): value for name, value in cells(dual, JOIN="pass", READ="fail").items()}
    body = {"version_read": VERSION, **shown, **cells(dual, JOIN="pass", READ="pass")}
    supplier.post(address(window, "report_grid"), body)
    assert said() == [("JOIN", "pass", ""), ("READ", "fail", "Dark."), ("READ", "pass", "")]


def test_what_somebody_else_reported_meanwhile_is_not_taken_back(supplier, world, window, catalogue, dual):
    """The page was made before the fail was reported: its empty cell is no change."""
    report(world, window, [found(catalogue, "fail")])
    supplier.post(address(window, "report_grid"), {**cells(dual, JOIN="", READ="blocked")})
    assert said() == [("JOIN", "fail", "Dark."), ("READ", "blocked", "")]


def test_a_fail_reported_meanwhile_is_seen_before_the_grid_outvotes_it(supplier, world, window, catalogue, dual):
    here = address(window, "report_grid")
    seen = supplier.get(here).context["form"]["seen_until"].value()
    report(world, window, [found(catalogue, "fail", remark="Dark.")], who="rsa")
    body = {"version_read": VERSION, "seen_until": seen, f"n-{dual}": "Fine.", **cells(dual, JOIN="pass", READ="pass")}
    answer = supplier.post(here, body)
    assert answer.status_code == 400
    assert "Meanwhile Rsa reported: Fail. Look at it and choose again. This is about JOIN on Alder 1" in text(answer)
    assert said() == [("JOIN", "fail", "Dark.")]
    form, pair = answer.context["form"], f"{dual}-{TestCase.objects.get(code='JOIN').pk}"
    assert (form["seen_until"].value(), form.data[f"w-{pair}"]) == (str(queries.last_result(window)), "fail")
    assert f'name="w-{pair}" value="fail"' in text(answer)
    assert "Fine." in text(answer)
    again = body | {"seen_until": form["seen_until"].value(), f"w-{pair}": "fail"}
    supplier.post(here, again)
    assert said()[1:] == [("JOIN", "pass", "Fine."), ("READ", "pass", "Fine.")]


def test_a_fail_reported_meanwhile_is_seen_before_a_checked_file_outvotes_it(supplier, world, window, catalogue, dual):
    checked = check(supplier, window, sheet(f"{dual},x,JOIN,pass,{VERSION},Fine."))
    body = {"text": hidden_text(checked), "seen_until": checked.context["form"]["seen_until"].value()}
    report(world, window, [found(catalogue, "fail")], who="rsa")
    answer = supplier.post(address(window, "report_sheet"), body)
    assert answer.status_code == 400
    assert "Meanwhile Rsa reported: Fail." in text(answer)
    assert "Fail becomes Pass." in text(answer)
    assert said() == [("JOIN", "fail", "Dark.")]
    supplier.post(address(window, "report_sheet"), body | {"seen_until": answer.context["form"]["seen_until"].value()})
    assert said()[1:] == [("JOIN", "pass", "Fine.")]


def test_a_fail_reported_meanwhile_is_seen_before_one_combination_outvotes_it(supplier, world, window, catalogue, dual):
    here = reverse("testing:report_results", args=[window.reference])
    form = supplier.get(here).context["form"]
    body = {"combination": dual, "version_read": VERSION, "seen_until": form["seen_until"].value()}
    body[f"case_{TestCase.objects.get(code='JOIN').pk}"] = "pass"
    report(world, window, [found(catalogue, "fail")], who="rsa")
    answer = supplier.post(here, body)
    assert "Meanwhile Rsa reported: Fail." in text(answer)
    supplier.post(here, body | {"seen_until": answer.context["form"]["seen_until"].value()})
    assert [outcome for _, outcome, _ in said()] == ["fail", "pass"]


def test_what_was_corrected_stays_on_the_page_of_its_window(supplier, world, window, catalogue):
    report(world, window, [found(catalogue, "fail", remark="Dark."), found(catalogue, code="READ")])
    assert "Earlier results" not in text(supplier.get(reverse("testing:window", args=[window.reference])))
    report(world, window, [found(catalogue)], who="rsa")
    page = text(supplier.get(reverse("testing:window", args=[window.reference])))
    assert "Earlier results, corrected since" in page
    assert "Dark." in page
    assert "2 results reported, 1 fail among them" in page
    assert "1 result reported" in page


@pytest.mark.parametrize(
    ("outcomes", "more", "sentence"),
    [
        ({}, {}, "Give at least one result."),
        (
            {"JOIN": "pass", "READ": "pass"},
            {},
            "A pass counts on version 0A010200 only: give the version read. This is",
        ),
        ({"JOIN": "perhaps"}, {}, "The outcome is pass, fail or blocked. This is about JOIN on Alder 1"),
        ({}, {"note": "Dark."}, "choose the result that the note is about"),
        ({"JOIN": "blocked"}, {"file": b"MZ\x90"}, "By its content this file is none of these"),
        ({"JOIN": "blocked"}, {"version_read": "0A01"}, "eight hexadecimal digits"),
    ],
)
def test_what_is_wrong_in_the_grid_is_said_once_and_nothing_typed_is_lost(
    supplier, window, dual, outcomes, more, sentence
):
    body = {f"n-{dual}": more.get("note", ""), "version_read": more.get("version_read", ""), **cells(dual, **outcomes)}
    if "file" in more:
        body["file"] = SimpleUploadedFile("film.pdf", more["file"])
    answer = supplier.post(address(window, "report_grid"), body)
    page = text(answer)
    assert answer.status_code == 400
    assert sentence in page
    assert page.count(sentence) == 2  # in the summary and in the form
    assert more.get("note", "") in page
    assert not TestResult.objects.exists()
    if outcomes.get("JOIN") == "pass":
        assert '<option value="pass" selected>Pass</option>' in page


def test_many_pairs_with_one_mistake_are_counted(supplier, window, dual):
    codes = ("JOIN", "READ", "TOPUP", "TARIFF", "DUAL")
    page = text(supplier.post(address(window, "report_grid"), cells(dual, **dict.fromkeys(codes, "pass"))))
    assert "and 2 more." in page


def test_a_window_without_named_combinations_has_all_of_the_release(supplier, world, announced, catalogue):
    open_window = make_window(world, announced)
    assert [str(one) for one in queries.combinations_of(open_window)] == [str(catalogue.combinations["dual"])]


def test_many_combinations_come_page_by_page(supplier, window, dual, monkeypatch):
    monkeypatch.setattr("releases.testing.result_views.GRID_ROWS", 1)
    here = address(window, "report_grid")
    assert "Record what you changed here" in text(supplier.get(here))
    assert supplier.post(f"{here}?page=1", cells(dual, JOIN="blocked"))["Location"] == f"{here}?page=1"


@pytest.mark.parametrize("name", ["report_grid", "check_sheet", "report_sheet", "sheet_template"])
def test_reporting_is_refused_to_others_and_out_of_time(supplier, sign_in_then, set_clock, window, name):
    ask = supplier.post if name == "report_sheet" else supplier.get
    set_clock(results_until(window.ends_at))
    late = ask(address(window, name))
    assert late.status_code == 409
    assert "book another window" in text(late)
    other = sign_in_then("other_supplier")
    assert (other.post if name == "report_sheet" else other.get)(address(window, name)).status_code == 404


# The CSV file


def sheet(*rows: str, head: str = HEAD) -> bytes:
    return "\r\n".join([head, *rows]).encode()


def fates(window, *rows: str) -> list[tuple[str, str]]:
    return [(line.fate.value, line.words) for line in read_sheet(window, io.BytesIO(sheet(*rows))).lines]


def check(client, window, data: bytes, **more):
    return client.post(address(window, "check_sheet"), {"file": SimpleUploadedFile("results.csv", data), **more})


def hidden_text(answer) -> str:
    return str(answer.context["form"].initial["text"])


def test_the_template_comes_back_filled_and_is_recorded_as_shown(supplier, window, dual):
    answer = supplier.get(address(window, "sheet_template"))
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert list(rows[0]) == HEAD.split(",")
    assert len(rows) == 2 * 12
    for row in rows:
        if row["combination"] == str(dual):
            row |= {"outcome": "Pass", "version_read": VERSION.lower(), "note": 'Well, "fine".'}
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    checked = check(supplier, window, b"\xef\xbb\xbf" + out.getvalue().encode())
    assert checked.status_code == 200
    assert not TestResult.objects.exists()
    assert checked.context["sheet"].counts == {"refused": 0, "new": 12, "corrects": 0, "same": 0, "empty": 12}
    body = {"text": hidden_text(checked), "file": SimpleUploadedFile("film.png", PNG)}
    done = supplier.post(address(window, "report_sheet"), body, follow=True)
    assert "12 results recorded." in text(done)
    assert set(TestResult.objects.values_list("outcome", "version_read", "remark")) == {
        ("pass", VERSION, 'Well, "fine".')
    }
    again = check(supplier, window, template(window).encode())
    assert again.context["sheet"].counts["same"] == 12
    assert "The file has nothing new" in text(again)


def test_each_row_has_its_fate(world, window, catalogue, dual):
    report(world, window, [found(catalogue), found(catalogue, "blocked", code="READ", version="", remark="-5 dB")])
    birch = catalogue.combinations["birch"].pk
    assert fates(
        window,
        f"{dual},,JOIN,fail,,Dark.",
        f"{dual},,READ,blocked,,'-5 dB",
        f"0{dual},,dual,Blocked,,",
        f"{dual},,TOPUP,,,",
        f"{dual},,TARIFF,pass,0A010100,",
        f"{birch},,JOIN,pass,{VERSION},",
        f"{dual},,NOTHING,pass,{VERSION},",
        "99999,,NOTHING,pass,,",
        f"{dual},,METERX,,,Dark.",
        f"{dual},,JOIN,pass,{VERSION},",
        f"{dual},,MIRROR,maybe,,",
        f"{dual},,METERFW,pass,1040000,",
        f"{dual},,HUBX,pass,nothing,",
        f"{dual},,LEAVE,=1+1,,",
        f"{dual},,POWER-,blocked,,=HYPERLINK(1)",
        "one,,POWER+,blocked,,",
        f"{dual},,POWER+,blocked,,{'x' * 5001}",
        f"{dual},,POWER+",
    ) == [
        ("corrects", "Pass becomes Fail."),
        ("same", "Blocked, as reported before."),
        ("new", "Blocked"),
        ("empty", "Nothing to report."),
        ("refused", "A pass counts on version 0A010200 only: give the version read."),
        ("refused", f"Combination {birch} is not in this window."),
        ("refused", "There is no case NOTHING in force: take the code from the template."),
        (
            "refused",
            "Combination 99999 is not in this window. "
            "There is no case NOTHING in force: take the code from the template.",
        ),
        ("refused", "outcome: Say pass, fail or blocked, or leave out the note."),
        ("refused", "Row 2 is about the same: keep one of them."),
        ("refused", "outcome: “maybe” is not pass, fail or blocked."),
        (
            "refused",
            "version_read: “1040000” is not 8 hexadecimal digits, such as 0A010200. "
            "A spreadsheet may have taken it for a number.",
        ),
        ("refused", "version_read: “nothing” is not 8 hexadecimal digits, such as 0A010200."),
        ("refused", "outcome: “=1+1” is a formula. Give the value itself."),
        ("new", "Blocked"),
        ("refused", "combination: “one” is not the number of a combination: take it from the template."),
        ("refused", "note: It is longer than 5,000 characters."),
        ("refused", "It has 3 columns, the header 6."),
    ]


def test_one_refused_row_refuses_all(supplier, window, dual):
    rows = sheet(f"{dual},,JOIN,blocked,,", f"{dual},,NONE,pass,{VERSION},")
    checked = check(supplier, window, rows)
    assert checked.status_code == 400
    page = text(checked)
    assert "Nothing was recorded." in page
    assert "Record these results" not in page
    forced = supplier.post(address(window, "report_sheet"), {"text": rows.decode()})
    assert forced.status_code == 400
    assert not TestResult.objects.exists()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (sheet(), "has no rows"),
        (sheet("1,2", head="combination,case"), "Lacking columns: devices, outcome, version_read, note."),
        (sheet("1", head=f"{HEAD},extra"), "Unknown columns: extra."),
        (sheet(head=HEAD.replace(",", ";")), "separated by semicolons"),
        (b"PK\x03\x04rest", "an Excel workbook"),
        (sheet("1,") + b"\xe9,JOIN,pass,,", "not UTF-8"),
        (b"x" * (2 * 1024 * 1024 + 1), "larger than 2 MB"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused_in_a_sentence(supplier, window, data, sentence):
    answer = check(supplier, window, data)
    assert answer.status_code == 400
    assert sentence in text(answer)


def test_a_wrong_evidence_file_keeps_the_checked_rows(supplier, window, dual):
    rows = sheet(f"{dual},,JOIN,blocked,,").decode()
    body = {"text": rows, "file": SimpleUploadedFile("film.png", b"MZ\x90")}
    answer = supplier.post(address(window, "report_sheet"), body)
    assert answer.status_code == 400
    assert "By its content this file is none of these" in text(answer)
    assert "combination,devices" in text(answer)
    assert supplier.post(address(window, "report_sheet"), {}).status_code == 400
    assert not TestResult.objects.exists()


# API


def post(client, url, **body):
    return client.post(url, body, content_type="application/json")


def test_the_api_attaches_a_file_and_results_name_it(supplier, window, dual):
    here = f"{API}{window.reference}/"
    kept = supplier.post(here + "evidence/", {"file": SimpleUploadedFile("film.png", PNG)})
    assert (kept.status_code, kept.json()["file_kind"]) == (201, "PNG image")
    row = {"combination": dual, "case": TestCase.objects.get(code="JOIN").pk, "outcome": "blocked"}
    made = post(supplier, here + "results/", results=[row | {"evidence": kept.json()["id"]}])
    assert (made.status_code, made.json()[0]["evidence"], made.json()[0]["edition"]) == (201, kept.json()["id"], 1)
    stale = post(supplier, here + "results/", results=[row], seen_until=0)
    assert "Meanwhile Supplier reported" in stale.json()["fields"]["results.1"][0]
    wrong = post(supplier, here + "results/", results=[row | {"evidence": 0}])
    assert (wrong.status_code, list(wrong.json()["fields"])) == (400, ["results.1"])
    lying = supplier.post(here + "evidence/", {"file": SimpleUploadedFile("film.pdf", PNG)})
    assert "The name film.pdf does not fit" in lying.content.decode()
    refused = supplier.post(here + "evidence/", {"file": SimpleUploadedFile("film.png", b"MZ\x90")})
    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["file"])
    assert [one["id"] for one in supplier.get(here + "evidence/").json()] == [kept.json()["id"]]
    assert "Evidence attached" in text(supplier.get(address(window, "window")))


def test_the_pages_cost_the_same_for_one_and_three_results(supplier, world, window, catalogue):
    for name in ("report_grid", "window", "sheet_template"):
        with same_queries() as cost:
            report(world, window, [found(catalogue, "blocked")], file=ContentFile(PNG))
            cost.of(lambda name=name: supplier.get(address(window, name)))
            more = [found(catalogue, "blocked", code="READ"), found(catalogue, "blocked", on="single")]
            report(world, window, more, file=ContentFile(PNG))
            cost.of(lambda name=name: supplier.get(address(window, name)))


def test_the_api_takes_a_case_by_its_code_as_it_answers_it(supplier, set_clock, window, dual):
    set_clock(window.starts_at + timedelta(hours=1))
    here, one = f"{API}{window.reference}/results/", {"combination": dual, "outcome": "fail", "case": "join"}
    wrong = supplier.post(here, {"results": [one]}, content_type="application/json")
    assert "A fail needs a note: say what happens" in text(wrong)
    told = supplier.post(here, {"results": [one | {"remark": "-85 dBm"}]}, content_type="application/json")
    assert [(row["case"], row["remark"]) for row in told.json()] == [("JOIN", "-85 dBm")]
    unknown = supplier.post(here, {"results": [one | {"case": "NONE"}]}, content_type="application/json")
    assert "There is no case NONE in force." in text(unknown)


def test_a_note_may_begin_as_a_list_does_in_every_way_in(window, catalogue, dual):
    rows = f"{dual},,JOIN,fail,,- dark", f"{dual},,READ,fail,,", f"{dual},,TOPUP,blocked,,=1+1"
    assert fates(window, *rows) == [
        ("new", "Fail"),
        ("refused", "A fail needs a note: say what happens and how to see it."),
        ("new", "Blocked"),
    ]


def test_a_fail_without_a_note_from_before_may_be_sent_back(window, catalogue, world, dual):
    report(world, window, [found(catalogue, "fail")])
    TestResult.objects.create(
        window=window,
        combination=catalogue.combinations["dual"],
        case=TestCase.objects.get(code="READ"),
        outcome="fail",
        reported_by_name="Supplier",
        reported_at=window.starts_at,
    )
    assert fates(window, f"{dual},,READ,fail,,") == [("same", "Fail, as reported before.")]


@pytest.mark.parametrize(
    ("days", "state", "said"),
    [
        (-1, "booked", ("Booked", "")),
        (0, "booked", ("Booked", "results due until the end of 17 January 2017")),
        (8, "booked", ("No results", "")),
        (8, "reported", ("Results reported", "")),
    ],
)
def test_a_window_that_is_over_says_until_when_its_results_are_due(days, state, said):
    end = datetime(2017, 1, 10, 16, tzinfo=UTC)
    assert standing(state, end, end + days * DAY) == said


def test_the_list_says_that_no_results_came(supplier, set_clock, window):
    set_clock(window.ends_at)
    assert "results due until the end of" in text(supplier.get(reverse("testing:windows")))
    set_clock(window.ends_at + 10 * DAY)
    assert "No results" in text(supplier.get(reverse("testing:windows")))
    assert ",No results," in b"".join(supplier.get(reverse("testing:windows_csv")).streaming_content).decode()
