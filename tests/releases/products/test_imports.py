import io
import tracemalloc
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.journal.models import Entry
from portal.pages.exports import lines as exported
from portal.workflow.actor import Channel, system
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from releases.products import can, exports, queries, tables
from releases.products.columns import VALIDITY, VERSIONS
from releases.products.models import Fate, FirmwareVersion, ImportLine, ListImport, ValidityPeriod
from releases.products.verbs import check_import, keep_entry, write_import
from tests.factories.releases import OLD

pytestmark = pytest.mark.django_db
HEAD = ",".join(VERSIONS.names)
ROW = "10F2,0000,0001,0A010300,1.2,4.0,,current,2017-01-09,"
SAME = f"10F2,0000,0001,{OLD},1.1,3.2,,current,2016-06-01,"
CHANGED = f"10F2,0000,0001,{OLD},1.1,3.2,,removed,2016-06-01,2017-01-02"


def lines(*rows: str, head: str = HEAD) -> bytes:
    return "\r\n".join((head, *rows, "")).encode()


@pytest.fixture
def check(world, catalogue):
    def checked(*rows, data=None, kind="versions", who="manager", head=HEAD):
        stream = io.BytesIO(lines(*rows, head=head) if data is None else data)
        return check_import(stream, kind=kind, name="list.csv", by=world.actor(who), at=world.at)

    return checked


@pytest.fixture
def write(world):
    def written(found, **options):
        return write_import(found, by=world.actor("manager"), at=world.at, **options)

    return written


def export(rows, columns) -> bytes:
    return "".join(exported(rows, columns)).encode()


def fates(found: ListImport) -> list[tuple[int, str, str]]:
    return list(found.lines.values_list("number", "fate", "words"))


class TestTheDryRun:
    def test_it_shows_the_fate_of_every_row_and_changes_nothing(self, check):
        found = check(ROW, CHANGED, SAME.replace(OLD, "0A010200"), "9999,0000,0001,0A010300,1,1,,current,2017-01-09,")
        assert fates(found) == [
            (2, "added", ""),
            (3, "changed", "status: current → removed; removed_on: nothing → 2017-01-02"),
            (4, "unchanged", ""),
            (
                5,
                "refused",
                "No hub model of manufacturer 9999 with model 0000 and hardware version 0001 is known: "
                "add the hub model first.",
            ),
        ]
        assert (found.added, found.changed, found.unchanged, found.refused, found.rows) == (1, 1, 1, 1, 4)
        assert FirmwareVersion.objects.count() == 4
        assert set(FirmwareVersion.objects.values_list("status", flat=True)) == {"current"}

    def test_another_check_takes_the_place_of_ones_own_that_was_not_written(self, check):
        first, others = check(ROW), check(ROW, who="second_manager")
        second = check(SAME)
        first.refresh_from_db(), others.refresh_from_db()
        assert [one.state for one in (first, others, second)] == ["discarded", "checked", "checked"]
        assert not first.lines.exists()

    def test_only_keepers_of_the_lists_check_files(self, check):
        with pytest.raises(NotAllowed, match="Only DCC or an administrator"):
            check(ROW, who="supplier")


class TestWriting:
    def test_it_writes_exactly_what_was_shown(self, check, write, world):
        found = write(check(ROW, CHANGED, SAME.replace(OLD, "0A010200")))
        added = FirmwareVersion.objects.get(version="0A010300")
        assert (added.chts, added.gbcs, added.listed_on) == ("1.2", "4.0", date(2017, 1, 9))
        changed = FirmwareVersion.objects.get(version=OLD, hub_model__name="Alder 1")
        assert (changed.status, changed.removed_on) == ("removed", date(2017, 1, 2))
        assert (found.state, found.written_by_name, found.written_at) == ("written", "Manager", world.at)
        past = changed.history.latest("history_id")
        assert past.history_change_reason == f"CSV import {found.pk}"
        assert (past.history_date, past.history_user) == (world.at, world.users["manager"])
        assert Entry.objects.latest("id").data == {"refused": 0, "added": 1, "changed": 1, "unchanged": 1}

    def test_a_file_with_a_refused_row_is_not_written_at_all(self, check, write):
        found = check(ROW, "nonsense")
        assert "1 row is refused" in can.write_import.why_not(found)
        with pytest.raises(NotNow, match="whole or not at all"):
            write(found)
        assert "2 rows are" in can.write_import.why_not(check(ROW, "nonsense", "x"))
        assert not FirmwareVersion.objects.filter(version="0A010300").exists()

    def test_a_list_that_changed_since_the_dry_run_is_left_alone(self, check, write, catalogue, world):
        found = check(ROW, CHANGED)
        entry = catalogue.versions[f"alder {OLD}"]
        entry.status = "removed"
        keep_entry(entry, by=world.actor("second_manager"), at=world.at)
        with pytest.raises(NotNow, match=r"row 3 \(10F2 0000 0001 0A010100\) would now be changed"):
            write(found)
        found.refresh_from_db()
        assert found.state == "checked"
        assert not FirmwareVersion.objects.filter(version="0A010300").exists()

    def test_a_row_that_stood_unchanged_and_does_no_more_is_noticed(self, check, write, catalogue, world):
        found = check(ROW, SAME)
        entry = catalogue.versions[f"alder {OLD}"]
        entry.gbcs = "9.9"
        keep_entry(entry, by=world.actor("manager"), at=world.at)
        with pytest.raises(NotNow, match="would now be changed"):
            write(found)

    def test_it_is_written_once_and_not_from_an_old_page(self, check, write):
        found = check(ROW)
        with pytest.raises(NotNow, match="Somebody else changed this"):
            write(found, seen=found.version + 1)
        write(found, seen=found.version)
        with pytest.raises(NotNow, match="This import is written already"):
            write(found)

    def test_the_portal_itself_may_import_and_no_person_is_named_in_the_history(self, catalogue, world):
        by = system("Seed", channel=Channel.COMMAND)
        found = check_import(io.BytesIO(lines(CHANGED)), kind="versions", name="x.csv", by=by, at=world.at)
        write_import(found, by=by, at=world.at)
        past = FirmwareVersion.objects.get(status="removed").history.latest("history_id")
        assert (found.checked_by, past.history_user) == (None, None)

    def test_nothing_to_write_is_said(self, check, write):
        with pytest.raises(NotNow, match="there is nothing to write"):
            write(check(SAME))

    def test_what_is_exported_is_imported_unchanged(self, check, catalogue):
        FirmwareVersion.objects.filter(version=OLD).update(
            image_hash="ab" * 32, status="removed", removed_on=date(2017, 1, 1)
        )
        found = check(data=export(queries.listed({}), exports.VERSION_COLUMNS))
        assert (found.unchanged, found.rows) == (4, 4)

    def test_validity_rows_are_imported_too(self, check, write, world):
        head = ",".join(VALIDITY.names)
        ValidityPeriod.objects.create(specification="CHTS", version="1.1", installation_from=date(2016, 1, 1))
        rows = ("GBCS,3.2,2016-01-01,,2030-01-01,2031-01-01", "chts,1.1,2016-01-01,,2028-01-01,")
        found = write(check(*rows, kind="validity", head=head))
        assert (found.added, found.changed) == (1, 1)
        assert ValidityPeriod.objects.get(specification="CHTS").maintenance_to == date(2028, 1, 1)
        data = export(queries.validity(), exports.VALIDITY_COLUMNS)
        assert check(data=data, kind="validity").unchanged == 2


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("10F2,0000,0001,0A0103", "It has 4 columns, the header 10."),
        (ROW.replace("0A010300", "1020300"), "“1020300” is not 8 hexadecimal digits, such as 0A010200. A spreadsheet"),
        (ROW.replace("0A010300", "1.02E+07"), "A spreadsheet may have taken it for a number."),
        (ROW.replace("0A010300", "0G010300"), "firmware_version: “0G010300” is not 8 hexadecimal digits"),
        (ROW.replace("0A010300", "=1+1"), "“=1+1” is a formula. Give the value itself."),
        (ROW.replace("1.2", "@SUM(1)"), "chts: “@SUM(1)” is a formula"),
        (ROW.replace("current", "gone"), "status: “gone” is not current or removed."),
        (ROW.replace("2017-01-09", "09/01/2017"), "“09/01/2017” is not a date like 2017-01-19."),
        (ROW.replace("2017-01-09", "2017-02-30"), "“2017-02-30” is not a date"),
        (ROW.replace("1.2", "1" * 60), "longer than 12 characters"),
        (ROW.replace("1.2", ""), "chts: This is empty."),
        (ROW + "2017-02-01", "removed_on: A current entry has no date of removal."),
        (ROW.replace("4.0,,", "4.0,abc,"), "image_hash: “abc” is not 64 hexadecimal digits"),
    ],
)
def test_each_bad_row_has_its_sentence(check, row, sentence):
    found = check(ROW.replace("0300", "0400"), row)
    assert found.refused == 1
    assert sentence in found.lines.get(number=3).words


def test_two_rows_about_the_same_product_are_refused(check):
    assert fates(check(ROW, SAME, ROW.lower()))[2] == (4, "refused", "Row 2 is about the same: keep one of them.")


def test_a_row_refused_has_no_hidden_effect_on_the_ones_after_it(check):
    assert [fate for _, fate, _ in fates(check(ROW.replace("4.0", "=x"), ROW))] == ["refused", "added"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\r\n\r\n", "The file is empty."),
        (lines(), "The file has no rows."),
        (b"PK\x03\x04" + b"x" * 99, "This is an Excel workbook or another ZIP archive, not CSV."),
        (lines(ROW).decode().encode("utf-16"), "This is text in UTF-16, not CSV."),
        (b"\x00\x01binary", "This is not a text file."),
        (
            lines(ROW.replace("1.2", "\u00e9")).decode().encode("latin-1"),
            "The file is not UTF-8 (it has the byte E9). In a spreadsheet save it as",
        ),
        (lines(ROW).replace(b",", b";"), "The columns are separated by semicolons. Separate them by commas."),
        (lines(ROW, head=HEAD.replace("chts,", "")), "Lacking columns: chts."),
        (lines(ROW, head=HEAD + ",price,"), "Unknown columns: price, (no name)."),
        (lines(ROW, head=HEAD + ",chts"), "Columns that come twice: chts."),
        (lines('"10F2"x,1'), "Row 2 cannot be read as CSV"),
    ],
)
def test_a_file_that_is_no_such_list_is_refused_and_nothing_is_kept(check, data, sentence):
    with pytest.raises(Invalid) as caught:
        check(data=data)
    assert sentence in caught.value.fields["file"][0]
    assert not ListImport.objects.exists()
    assert not ImportLine.objects.exists()


def test_a_byte_order_mark_other_line_ends_and_another_order_of_columns_do_not_matter(check):
    names = list(reversed(VERSIONS.names))
    row = list(reversed(ROW.split(",")))
    data = "\ufeff" + " ,".join(names).upper().replace("_", " ") + "\n\n" + ",".join(row) + "\n"
    assert fates(check(data=data.encode())) == [(3, "added", "")]


def many(count: int) -> bytes:
    rows = (f"10F2,0000,0001,{number:08X},1.1,3.2,,current,2017-01-09," for number in range(count))
    return lines(*rows)


def test_more_rows_than_are_taken_is_said(check, monkeypatch):
    monkeypatch.setattr(tables, "MOST_ROWS", 20)
    assert check(data=many(20)).rows == 20
    with pytest.raises(Invalid, match="more than 20 rows"):
        check(data=many(21))


def test_no_query_is_asked_row_by_row(check, write):
    counts = []
    for data in (many(1), many(800)):
        with CaptureQueriesContext(connection) as captured:
            write(check(data=data))
        counts.append(len(captured))
        FirmwareVersion.objects.filter(listed_on=date(2017, 1, 9)).delete()
        ListImport.objects.all().delete()
    assert counts[0] == counts[1]


def test_a_hundred_thousand_rows_are_taken(check):
    found = check(data=many(100_000))
    assert (found.added, found.lines.filter(fate=Fate.ADDED).count()) == (100_000, 100_000)


def test_memory_holds_a_chunk_of_rows_and_not_the_file(check):
    data = many(6_000)
    tracemalloc.start()
    try:
        check(data=data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 12 * 1024 * 1024
