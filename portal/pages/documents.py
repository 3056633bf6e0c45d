"""PDF documents (notes, notices, certificates): tagged as PDF/UA-1, made by typst without a system library or network.

What people wrote reaches typst as JSON and is placed as text, never as markup.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import typst
from django.conf import settings

from portal.pages.blocks import Block, fact
from portal.pages.context import PRODUCT
from portal.pages.templatetags.words import uk_date

_FOLDER = settings.BASE_DIR / "templates" / "documents"
# The scripts and signs that the fonts in typst's wheel draw. PDF/UA-1 refuses a document with a letter it cannot draw.
_DRAWN = re.compile(
    "[\n\u0020-\u007e\u00a0-\u00ac\u00ae-\u036f\u0370-\u03ff\u0400-\u04ff\u1e00-\u1fff\u2010-\u2027\u2030-\u205e"
    "\u2070-\u209f\u20a0-\u20c0\u2100-\u211e\u2126-\u214f\u2190-\u23ff\u2500-\u2606\u2713\u2714\u2717]"
)
_SIGN = re.compile(r"[^\u0020-\u007e]")


@dataclass(frozen=True)
class Document:
    """What stands in a document: its head, facts beneath the title, and blocks (``portal.pages.blocks``).

    ``more`` is for templates of their own; like the rest it must be what JSON can say.
    """

    kind: str
    title: str
    reference: str
    classification: str
    at: datetime
    blocks: Sequence[Block] = ()
    facts: Sequence[tuple[str, str]] = ()
    more: Mapping[str, Any] = field(default_factory=dict)


def pdf(document: Document, template: str = "document") -> bytes:
    """Return the document as PDF/UA-1, drawn by ``templates/documents/<template>.typ``; dated ``at``."""
    data = {
        "product": PRODUCT,
        "kind": document.kind,
        "title": document.title,
        "reference": document.reference,
        "classification": document.classification,
        "date": uk_date(document.at),
        "facts": [fact(name, value) for name, value in document.facts],
        "blocks": document.blocks,
        **document.more,
    }
    made: bytes = typst.compile(
        _FOLDER / f"{template}.typ",
        root=_FOLDER,
        sys_inputs={"data": json.dumps(_drawable(data), ensure_ascii=False)},
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format="pdf",
        pdf_standards=["ua-1"],
        timestamp=int(document.at.timestamp()),
    )
    return made


@cache
def _fonts() -> typst.Fonts:
    """Return the fonts in the wheel, so that a document looks the same on every machine."""
    return typst.Fonts(include_system_fonts=False)


def _drawable(data: Any) -> Any:
    """Return the data with each sign that no font draws as its name: "[grinning face]"."""
    match data:
        case str():
            return _SIGN.sub(lambda sign: _named(sign[0]), data)
        case Mapping():
            return {key: _drawable(value) for key, value in data.items()}
        case Sequence():
            return [_drawable(value) for value in data]
    return data


@cache
def _named(sign: str) -> str:
    """Return a sign itself where a font draws it, nothing for what only steers, else its name in brackets."""
    category = unicodedata.category(sign)
    if sign == "\t":
        return "    "
    if _DRAWN.match(sign) and category != "Cn":
        return sign
    if category in ("Cc", "Cf") or unicodedata.combining(sign) or 0xFE00 <= ord(sign) <= 0xFE0F:
        return ""
    return f"[{unicodedata.name(sign, f'U+{ord(sign):04X}').lower()}]"
