"""Checks of a rendered page's markup, for any test that renders one."""

from collections import Counter
from xml.etree.ElementTree import Element

import html5lib

FORBIDDEN_ATTRIBUTES = ("style",)  # the content policy refuses them; so are on… handlers


def mistakes(page: str, *, fragment: bool = False) -> list[str]:
    """Return every fault of the markup: parse errors, repeated ids, labels for nothing, inline style or script."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    root = parser.parseFragment(page) if fragment else parser.parse(page)
    found = [f"{code} at {place}: {data}" for place, code, data in parser.errors]
    elements = [element for element in root.iter() if isinstance(element.tag, str)]
    ids = Counter(element.attrib["id"] for element in elements if "id" in element.attrib)
    found += [f"id {name!r} occurs {count} times" for name, count in ids.items() if count > 1]
    for element in elements:
        found += _of(element, set(ids))
    return found


def _of(element: Element, ids: set[str]) -> list[str]:
    found = [
        f"<{element.tag}> has {name}="
        for name in element.attrib
        if name in FORBIDDEN_ATTRIBUTES or name.lower().startswith("on")
    ]
    if element.tag == "script" and "src" not in element.attrib:
        found.append("inline script")
    for name in ("for", "aria-labelledby", "aria-describedby", "aria-controls"):
        found += [f"{name} names {target!r}, which is not there" for target in _targets(element, name) - ids]
    return found


def _targets(element: Element, name: str) -> set[str]:
    return set(element.attrib.get(name, "").split())
