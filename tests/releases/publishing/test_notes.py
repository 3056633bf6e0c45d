from hypothesis import given
from hypothesis import strategies as st

from releases.publishing import notes
from releases.publishing.notes import Change
from tests.factories.releases import NOTES

TEXTS = st.lists(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=8), max_size=8).map(
    "\n".join
)


def test_complete_notes_lack_nothing_for_any_class():
    assert {name: notes.missing(NOTES, name) for name in notes.REQUIRED} == dict.fromkeys(notes.REQUIRED, [])


def test_a_template_lacks_everything_it_asks_for():
    for name in notes.REQUIRED:
        assert notes.missing(notes.template(name), name) == list(notes.required(name))


def test_headings_are_found_whatever_their_case_and_closing_marks():
    text = "intro\n## summary ##\n\nFine.\n### deeper\nstill\n##  Summary\nMore.\n"
    assert notes.sections(text) == {"summary": "Fine.\n### deeper\nstill", "Summary": "More."}
    assert "Summary" not in notes.missing(text, "urgent")


def test_a_heading_that_comes_twice_has_both_texts():
    assert notes.sections("## Fixes\nOne.\n## Fixes\nTwo.") == {"Fixes": "One.\n\nTwo."}


def test_no_heading_no_section():
    assert notes.sections("Just text") == {}


def test_a_difference_reads_line_by_line():
    assert notes.difference("a\nb\nc", "a\nB\nc\nd") == [
        Change("same", "a"),
        Change("removed", "b"),
        Change("added", "B"),
        Change("same", "c"),
        Change("added", "d"),
    ]


@given(TEXTS, TEXTS)
def test_a_difference_holds_both_texts(old, new):
    changes = notes.difference(old, new)
    assert [one.text for one in changes if one.kind != "added"] == old.splitlines()
    assert [one.text for one in changes if one.kind != "removed"] == new.splitlines()
