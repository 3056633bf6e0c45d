from pathlib import Path

import pytest
from django.conf import settings
from django.core.paginator import Paginator
from django.template import Context, Template, engines
from django.template.context import make_context
from django.template.loader import get_template
from django.test import Client, RequestFactory
from django_cotton.compiler_regex import CottonCompiler

from tests.html import mistakes

TEMPLATES = Path(settings.BASE_DIR) / "templates"
COMPONENTS = sorted(path.stem for path in (TEMPLATES / "components").glob("*.html"))


def made(source: str) -> Template:
    """Compile a piece of template as the loader compiles a file."""
    return engines["django"].from_string(CottonCompiler().process(source)).template  # type: ignore[attr-defined]


def show(source: str, query: str = "", **context: object) -> str:
    """Render a piece of template as a page would, and refuse bad markup."""
    request = RequestFactory().get(f"/gallery/{query}")
    page = made(source).render(make_context(context, request))
    assert mistakes(page, fragment=True) == []
    return page


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_every_template_compiles(path: Path) -> None:
    get_template(str(path.relative_to(TEMPLATES)))


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_template_needs_an_exception_from_the_content_policy(path: Path) -> None:
    source = path.read_text()
    assert " style=" not in source
    assert "<style" not in source
    assert "javascript:" not in source
    assert "|safe" not in source or path.name == "hint.html"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/gallery/", "/gallery/?errors", "/gallery/?sort=-hubs&page=7"])
def test_the_gallery_is_valid(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 200
    assert mistakes(response.content.decode()) == []


@pytest.mark.django_db
@pytest.mark.parametrize("component", COMPONENTS)
def test_the_gallery_names_every_component(client: Client, component: str) -> None:
    inner = {"condition_mark"}  # part of c-conditions
    name = f"c-{component.replace('_', '-')}"
    assert component in inner or f"<code>{name}</code>" in client.get("/gallery/").content.decode()


class TestVerbForm:
    def test_it_posts_the_version_seen_and_asks_why(self) -> None:
        page = show('<c-verb-form action="/x/" label="Place a hold" :seen="7" reason="required" />')
        assert '<form class="app-act" method="post" action="/x/"' in page
        assert '<input type="hidden" name="seen" value="7">' in page
        assert 'name="why"' in page
        assert "csrfmiddlewaretoken" in page
        assert 'data-prevent-double-click="true"' in page

    def test_a_refused_act_shows_its_reason_and_no_button(self) -> None:
        page = show('<c-verb-form action="/x/" label="Announce" :refused="why" />', why="The notes are not complete.")
        assert "The notes are not complete." in page
        assert "<button" not in page
        assert "<form" not in page

    def test_a_rule_that_allows_shows_the_button(self) -> None:
        assert "<button" in show('<c-verb-form action="/x/" label="Announce" :refused="why" />', why=None)


class TestTable:
    def test_a_second_sort_turns_the_order_round_and_keeps_the_filter(self) -> None:
        source = '<c-table caption="C"><c-slot name="head"><c-th sort="hubs">Hubs</c-th></c-slot></c-table>'
        page = show(source, "?region=north&sort=hubs&page=3")
        assert 'aria-sort="ascending"' in page
        assert 'href="?region=north&amp;sort=-hubs"' in page

    def test_it_scrolls_by_itself_and_can_be_reached_by_keyboard(self) -> None:
        assert 'role="region" aria-label="Hubs" tabindex="0"' in show('<c-table caption="Hubs"></c-table>')


class TestPagination:
    def test_one_page_needs_none(self) -> None:
        assert "<nav" not in show('<c-pagination :page="page" />', page=Paginator(range(5), 10).page(1))

    def test_links_keep_the_filter(self) -> None:
        page = show('<c-pagination :page="page" />', "?region=north&page=2", page=Paginator(range(50), 10).page(2))
        assert 'href="?region=north&amp;page=3"' in page
        assert 'aria-current="page"' in page


class TestWordsInComponents:
    @pytest.mark.parametrize(
        "source",
        [
            '<c-tag :state="text" />',
            '<c-summary-row :key="text" :value="text" />',
            '<c-identifier :value="text" />',
            '<c-stat :label="text" :value="text" />',
            '<c-page-head :title="text" :sub="text" />',
            '<c-verb-form action="/" label="A" :refused="text" />',
            '<c-summary-row key="A" value="{{ text }}" />',
        ],
    )
    def test_hostile_words_are_escaped(self, source: str) -> None:
        page = made(source).render(Context({"text": '"><script>alert(1)</script>'}))
        assert "<script>" not in page

    def test_words_are_escaped_once(self) -> None:
        page = made('<c-summary-row key="A" value="{{ text }}" />').render(Context({"text": "a & b"}))
        assert "a &amp; b" in page

    def test_an_empty_value_falls_to_the_slot(self) -> None:
        assert ">inside<" in show('<c-summary-list><c-summary-row key="A">inside</c-summary-row></c-summary-list>')


def test_the_tracker_says_every_state_in_words() -> None:
    stages = [{"name": name, "state": name} for name in ("done", "current", "blocked", "skipped", "waiting")]
    page = show('<c-tracker :stages="stages" holder="SECAS" />', stages=stages)
    for words in ("Done", "Now", "Blocked", "Not needed", "To come", "SECAS"):
        assert f">{words}<" in page
    assert page.count('aria-current="step"') == 1


def test_a_component_does_not_borrow_from_the_page_around_it() -> None:
    template = made('<c-stat label="Hubs" value="1" />')
    assert "leaked" not in template.render(Context({"hint": "leaked", "unit": "leaked", "href": "leaked"}))
