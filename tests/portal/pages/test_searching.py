"""The search itself: how its quotations become safe HTML. What it finds is asked in tests/releases/test_search.py."""

from portal.pages.searching import marked


def test_only_our_own_mark_is_markup():
    assert marked("a \ue000hub\ue001 <b>x</b> & y") == "a <mark>hub</mark> &lt;b&gt;x&lt;/b&gt; &amp; y"


def test_stray_and_nested_marks_leave_no_markup():
    assert marked("\ue001a \ue000b \ue000c\ue001") == "a b <mark>c</mark>"
    assert marked("\ue000<script>\ue001") == "<mark>&lt;script&gt;</mark>"


def test_the_signs_of_markdown_are_left_out():
    assert marked("## Summary\n\n- **Bold** `code` | cell |") == "Summary - Bold code cell"
