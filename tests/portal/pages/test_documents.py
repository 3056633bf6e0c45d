from datetime import UTC, datetime
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from portal.pages import blocks
from portal.pages.documents import Document, pdf

NOON = datetime(2017, 1, 9, 12, tzinfo=UTC)
HOSTILE = '#eval("1+1") #import "x" $x^2$ *strong* _slanted_ `raw` @label <label> = Heading // \\ ~ #{ } ]'
MARKDOWN = st.text(alphabet=st.sampled_from("ab #*_`[]()<>!|-+>1.\n\t\\&😀é中\u202e\u0301"), max_size=120)


def document(*parts, title="Release notes of CHF-1", classification="White", **more):
    return Document("Release notes", title, "CHF-1", classification, NOON, list(parts), **more)


def read(made):
    return PdfReader(BytesIO(made))


def words(made):
    return " ".join(" ".join(page.extract_text() for page in read(made).pages).split())


def markdown(text):
    return words(pdf(document(*blocks.from_markdown(text))))


def test_a_document_is_tagged_titled_and_in_english():
    made = read(pdf(document(blocks.paragraph("Hello."))))

    assert made.metadata["/Title"] == "Release notes of CHF-1"
    assert made.trailer["/Root"]["/MarkInfo"]["/Marked"].value is True
    assert made.trailer["/Root"]["/Lang"] == "en-GB"
    assert b"pdfuaid" in made.trailer["/Root"]["/Metadata"].get_data()
    assert made.metadata.creation_date == NOON


def test_every_page_says_product_classification_reference_date_and_number():
    made = read(pdf(document(*[blocks.paragraph("Many words. " * 80)] * 12, classification="Amber")))

    assert len(made.pages) > 1
    for number, page in enumerate(made.pages, start=1):
        text = page.extract_text()
        assert "Communications Hub Firmware Portal Amber" in text
        assert f"CHF-1 · 9 January 2017 Page {number} of {len(made.pages)}" in text


def test_facts_stand_beneath_the_title():
    assert "Hub model: 1A2B0001" in words(pdf(document(facts=[("Hub model", "1A2B0001")])))


@pytest.mark.parametrize("place", ["paragraph", "title", "fact", "facts", "heading", "bullets", "table"])
def test_markup_of_the_typesetter_is_only_ever_words(place):
    made = {
        "paragraph": document(blocks.paragraph(HOSTILE)),
        "title": document(title=HOSTILE),
        "fact": document(facts=[("Remark", HOSTILE)]),
        "facts": document(blocks.facts([("Remark", HOSTILE)])),
        "heading": document(blocks.heading(HOSTILE)),
        "bullets": document(blocks.bullets([HOSTILE])),
        "table": document(blocks.table(["Column"], [[HOSTILE]])),
    }[place]

    assert HOSTILE in words(pdf(made))


def test_markdown_becomes_headings_lists_tables_code_and_quotations():
    text = markdown(
        "## What changes\n\nA *slanted* **strong** `code` line\\\nbroken\nsoftly, [linked](https://a.example).\n\n"
        "- one\n  1. first\n\n> quoted\n>\n> ## within\n\n```\nx = 1\n```\n\n    indented\n\n---\n\n"
        "| Model | Homes |\n|---|---|\n| 1A2B | 12 |\n"
    )

    expected = (
        "What changes A slanted strong code line broken softly, linked. • one 1. first quoted within x = 1 indented"
    )
    assert f"{expected} Model Homes 1A2B 12" in text


def test_a_link_leads_to_the_web_or_nowhere():
    made = read(
        pdf(
            document(
                *blocks.from_markdown(
                    "[a](https://a.example) [b](javascript:alert(1)) [c](/local) [](https://b.example)"
                )
            )
        )
    )
    (page,) = made.pages

    assert [note.get_object()["/A"]["/URI"] for note in page["/Annots"]] == ["https://a.example"]


def test_html_and_images_become_words():
    text = markdown('<script>alert(1)</script>\n\n<b onclick="x">bold</b>\n\n![A hub](https://a.example/x.png)')

    assert "<script>alert(1)</script>" in text
    assert '<b onclick="x">bold</b> [Image: A hub]' in text


def test_headings_never_skip_a_level():
    made = blocks.from_markdown("#### deep\n\n# high\n\n##### far\n", level=2)

    assert [block["level"] for block in made] == [2, 2, 3]


@pytest.mark.parametrize(
    ("written", "drawn"),
    [
        ("done 😀", "done [grinning face]"),
        ("中", "[cjk unified ideograph-4e2d]"),
        ("a\u0000b\u202ec\ufe0f", "abc"),
        ("\ue000", "[U+e000]".lower()),
        ("a\tb", "a b"),
        ("Zażółć gęślą, Ελλάδα, Привет – “é” ≥ 3 → €", "Zażółć gęślą, Ελλάδα, Привет – “é” ≥ 3 → €"),
    ],
)
def test_what_no_font_draws_is_named(written, drawn):
    assert words(pdf(document(blocks.paragraph(f"|{written}|")))).count(f"|{drawn}|") == 1


def test_lists_and_quotations_within_each_other_to_any_depth():
    deep = "\n".join(f"{'  ' * level}- level {level}" for level in range(40)) + "\n\n" + ">" * 60 + " quoted"
    text = markdown(deep)

    assert "level 0" in text
    assert "level 8" in text


@pytest.mark.parametrize("line", ["*a " * 3_000 + "a*" * 3_000, "> " * 90 + "*a **b " * 90 + "b** a*" * 90])
def test_a_line_emphasised_again_and_again(line):
    assert " a " in markdown(line)


def test_what_follows_deep_lists_is_not_lost():
    deep = "\n".join(f"{'  ' * level}- level {level}" for level in range(30))

    assert markdown(f"{deep}\n\nAnd then.").count("And then.") == 1


def test_a_huge_table_and_an_endless_word_are_drawn():
    rows = "\n".join(f"| {number} | {'x' * 40} | #{number} |" for number in range(2_000))
    made = pdf(document(*blocks.from_markdown(f"| a | b | c |\n|---|---|---|\n{rows}\n\n{'y' * 20_000}")))

    assert len(read(made).pages) > 30


@pytest.mark.parametrize("empty", ["#", "# **", "## []( )", "# ` `", "Words.\n\n#\n\nMore."])
def test_a_heading_that_says_nothing_is_left_out(empty):
    assert pdf(document(*blocks.from_markdown(empty))).startswith(b"%PDF")


@settings(max_examples=60)
@given(MARKDOWN)
def test_whatever_is_written_becomes_a_document(text):
    assert pdf(document(*blocks.from_markdown(text))).startswith(b"%PDF")


@settings(max_examples=60)
@given(st.text(max_size=40))
def test_whatever_stands_in_a_paragraph_can_be_drawn(text):
    assert pdf(document(blocks.paragraph(text), title=text or "Nothing")).startswith(b"%PDF")
