"""The fairness table in the documents is the one that the counting code gives."""

from releases.ballots.fairness import HOMES, SHARES, Way, cases, fate, table
from tests.architecture.sources import BASE


def test_the_documents_show_the_computed_table():
    document = (BASE / "docs" / "fairness.md").read_text()
    shown = document.partition("<!-- fairness -->")[2].partition("<!-- end -->")[0].strip()
    assert shown == table()


def test_established_evidence_spares_the_harmed_homes_and_delays_no_others():
    for case in cases():
        found, harmed = fate(case), int(case.share * HOMES)
        if case.way is Way.RULES:
            assert (found.hurt, found.delayed) == (0, harmed)
        elif case.way.keeps_homes_apart:
            assert found.hurt + found.delayed == harmed  # whatever is decided, nobody else feels it
        else:
            assert (found.hurt, found.delayed) in ((harmed, 0), (0, HOMES))  # yes or no: some pay for the others


def test_the_size_of_the_harmed_supplier_does_not_matter_where_its_evidence_is_established():
    assert {fate(case).decision for case in cases() if case.way is Way.RULES} == {"proceeds without the harmed homes"}
    assert {case.share for case in cases()} == set(SHARES)
