"""The content policy allows nothing inline, so no template may hold any."""

import re

from tests.architecture.sources import BASE, templates

INLINE = {
    "script without src": re.compile(r"<script(?![^>]*\bsrc=)", re.I),
    "style element": re.compile(r"<style\b", re.I),
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.I),
    "handler attribute": re.compile(r"<[^>]*\s(?:on[a-z]+|hx-on[\w:-]*)\s*=", re.I),
    "script address": re.compile(r"javascript:", re.I),
}
ADDRESS = re.compile(r"""(?:src|href|action|srcset)\s*=\s*["'](?:https?:)?//""", re.I)
COMMENT = re.compile(r"{#.*?#}|{%\s*comment.*?endcomment\s*%}", re.S)


def test_nothing_is_inline():
    found = [
        f"{file.relative_to(BASE)}: {what}"
        for file in templates()
        for what, pattern in INLINE.items()
        if pattern.search(COMMENT.sub("", file.read_text()))
    ]

    assert found == []


def test_nothing_is_loaded_from_another_host():
    found = [
        f"{file.relative_to(BASE)}: {match.group()}"
        for file in templates()
        for match in ADDRESS.finditer(file.read_text())
    ]

    assert found == []
