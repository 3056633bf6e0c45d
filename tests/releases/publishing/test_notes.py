import importlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from releases.publishing import difference, notes
from releases.publishing.difference import Kind, Run, compare, paragraphs, text_of
from tests.factories.releases import NOTES

TEXTS = st.text(alphabet=st.sampled_from("ab #`~\n.-*é\u2028\r "), max_size=60)
TITLES = st.sampled_from(["Summary", "Fixes", "Known issues", "Meter swaps"])
LINES = st.sampled_from(
    ["", "## Fixes", "# x", "  ## y", "    # z", "```", "```sh", "````", "~~~~ ", "- a", " w ", "a\r", "``` ` "]
)
WRITTEN = st.dictionaries(TITLES, st.lists(LINES, max_size=7).map("\n".join), max_size=4)
part = importlib.import_module("releases.publishing.migrations.0007_part_old_notes").part


class TestSections:
    def test_complete_notes_lack_nothing_for_any_class(self):
        written = notes.parse(NOTES)
        assert {name: notes.missing(written, notes.template(name)) for name in notes.REQUIRED} == dict.fromkeys(
            notes.REQUIRED, []
        )

    def test_empty_notes_lack_everything_the_class_asks_for(self):
        for name in notes.REQUIRED:
            sections = notes.template(name)
            empty = dict.fromkeys(notes.required(sections), " \n")
            assert notes.missing(empty, sections) == notes.required(sections)

    def test_what_users_asked_for_stands_before_the_contacts(self):
        asked = notes.Section("Meter swaps", "Say so.", True)
        sections = notes.template("urgent", [asked])
        assert [section.title for section in sections[-2:]] == ["Meter swaps", "Contacts"]
        assert "Meter swaps" in notes.missing(notes.parse(NOTES), sections)

    def test_headings_are_found_whatever_their_case_and_closing_marks(self):
        text = "## summary ##\n\nFine.\n### deeper\nstill\n##  Summary\nMore.\n"
        assert notes.parse(text) == {"Summary": "Fine.\n### deeper\nstill\n\nMore."}

    def test_what_stands_before_the_first_heading_opens_the_summary(self):
        assert notes.parse("Just text") == {"Summary": "Just text"}
        assert notes.parse("intro\n## Fixes\nOne.\n## Fixes\nTwo.") == {"Summary": "intro", "Fixes": "One.\n\nTwo."}

    def test_a_heading_in_code_is_code(self):
        text = "## Fixes\n\n```sh\n## not a section\n```\n\n~~~\n```\n## nor this"
        assert notes.parse(text) == {"Fixes": "```sh\n## not a section\n```\n\n~~~\n```\n## nor this\n~~~"}

    def test_headings_inside_a_section_come_below_its_own(self):
        written = {"fixes": "# One\n  ## Two\n### Three\n```\n# code\n```\n#hash", "": "Lost words"}
        assert notes.clean(written) == {
            "Fixes": "### One\n  ### Two\n### Three\n```\n# code\n```\n#hash",
            "Summary": "Lost words",
        }

    def test_sections_stand_in_the_order_of_the_template(self):
        found = notes.arranged({"Odd": "x", "Contacts": "x", "Summary": "x"}, notes.template("urgent"))
        assert list(found) == ["Summary", "Contacts", "Odd"]

    @given(WRITTEN)
    def test_sections_survive_being_put_together_and_parted_again(self, written):
        cleaned = notes.clean(written)
        assert notes.parse(notes.compose(cleaned)) == cleaned
        assert notes.clean(cleaned) == cleaned

    @pytest.mark.parametrize(
        ("text", "more", "found"),
        [
            ("", "- One", "- One"),
            ("None known.\n", "- One", "- One"),
            ("- One", "- Two", "- One\n- Two"),
            ("- One\n  goes on", "- Two", "- One\n  goes on\n- Two"),
            ("Words.", "- One", "Words.\n\n- One"),
            ("- One", "Words.", "- One\n\nWords."),
        ],
    )
    def test_more_is_added_where_it_belongs(self, text, more, found):
        assert notes.added(text, more) == found


class TestMeeting:
    def test_what_only_they_changed_is_taken_and_mine_stays_mine(self):
        base = {"Summary": "a", "Fixes": "b", "Contacts": "c", "What changes": "d"}
        mine = base | {"Summary": "mine", "Fixes": "mine", "What changes": "same"}
        theirs = base | {"Fixes": "theirs", "Contacts": "theirs", "What changes": "same", "Odd": "new"}
        found = notes.meet(base, mine, theirs)
        assert found.written == {
            "Summary": "mine",
            "Fixes": "mine",
            "Contacts": "theirs",
            "What changes": "same",
            "Odd": "new",
        }
        assert found.disputed == ("Fixes",)

    @given(WRITTEN, WRITTEN)
    def test_nothing_of_mine_is_ever_lost(self, base, mine):
        found = notes.meet(base, mine, base)
        assert {title: text for title, text in found.written.items() if text} == {
            title: text for title, text in mine.items() if text
        }
        assert found.disputed == ()


class TestDifference:
    def test_words_within_a_changed_paragraph(self):
        (line,) = paragraphs("The hub restarts once a day.", "The hub restarts twice a day.")
        assert line == (
            Run(Kind.SAME, "The hub restarts "),
            Run(Kind.REMOVED, "once"),
            Run(Kind.ADDED, "twice"),
            Run(Kind.SAME, " a day."),
        )

    def test_paragraphs_with_little_in_common_are_replaced_whole(self):
        assert list(paragraphs("One is known.", "Nothing to say at all today")) == [
            (Run(Kind.REMOVED, "One is known."), Run(Kind.ADDED, "Nothing to say at all today"))
        ]

    def test_lines_come_and_go(self):
        assert list(paragraphs("a\nb\nc", "a\nc\nd")) == [
            (Run(Kind.SAME, "a"),),
            (Run(Kind.REMOVED, "b"),),
            (Run(Kind.SAME, "c"),),
            (Run(Kind.ADDED, "d"),),
        ]

    def test_a_line_that_goes_on_does_not_hide_what_stayed(self):
        assert list(paragraphs("One line.", "One line.\n\nAnother.")) == [
            (Run(Kind.SAME, "One line."),),
            (Run(Kind.ADDED, ""),),
            (Run(Kind.ADDED, "Another."),),
        ]

    def test_sections_of_either_are_compared(self):
        changes = compare({"Fixes": "One.", "Gone": "x"}, {"Summary": "New.", "Fixes": "One."})
        assert [(change.title, change.is_changed) for change in changes] == [
            ("Summary", True),
            ("Fixes", False),
            ("Gone", True),
        ]

    @given(TEXTS, TEXTS)
    def test_applying_a_difference_gives_the_new_text_and_undoing_it_the_old(self, old, new):
        runs = list(paragraphs(old, new))
        assert text_of(runs, Kind.ADDED) == new
        assert text_of(runs, Kind.REMOVED) == old

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("\n" * 60_000, "x\n" * 60_000),
            ("a b " * 25_000, "b a " * 25_000),
            ("\n".join(f"line {n} is new" for n in range(8_000)), "\n".join(f"line {n} is old" for n in range(8_000))),
        ],
    )
    def test_long_texts_are_compared(self, old, new):
        """Comparing word by word throughout would never end here."""
        runs = list(paragraphs(old, new))
        assert text_of(runs, Kind.ADDED) == new

    def test_one_endless_paragraph_is_shown_as_replaced(self):
        old, new = "a b " * 2_000, "b c " * 2_000
        assert len(difference.words(old, new)) == 2


@pytest.mark.parametrize(
    ("markdown", "found"),
    [
        ("", []),
        ("Words only", [("Summary", "Words only")]),
        (
            "intro\n\n## Summary\n\nText\n## Fixes ##\n- One\n## Odd",
            [("Summary", "intro\n\nText"), ("Fixes", "- One"), ("Odd", "")],
        ),
    ],
)
def test_old_notes_are_parted_and_nothing_is_lost(markdown, found):
    assert [(section["title"], section["text"]) for section in part(markdown)] == found
