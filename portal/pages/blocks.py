"""What a document is made of: headings, paragraphs, lists, tables and code as plain data, and Markdown turned into it.

A block and a part of a line are mappings with a ``kind``; ``templates/documents/layout.typ`` draws each. Pure.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

Block = dict[str, Any]
Part = dict[str, Any]

DEEPEST = 6  # lists and quotations inside each other; what lies deeper is shown at this depth
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "maxNesting": 100}).enable("table")
_SAFE = ("http://", "https://", "mailto:")


def text(words: str) -> Part:
    """Return words as part of a line."""
    return {"kind": "text", "text": words}


def heading(words: str, level: int = 1) -> Block:
    """Return a heading of a level from 1, below the document's title."""
    return {"kind": "heading", "level": level, "parts": [text(words)]}


def paragraph(words: str) -> Block:
    """Return a paragraph of plain words."""
    return {"kind": "paragraph", "parts": [text(words)]}


def bullets(items: Iterable[str]) -> Block:
    """Return a list of plain words."""
    return {"kind": "bullets", "items": [[paragraph(item)] for item in items]}


def facts(pairs: Iterable[tuple[str, str]]) -> Block:
    """Return names with their values, one a line."""
    return {"kind": "facts", "facts": [fact(name, value) for name, value in pairs]}


def fact(name: str, value: str) -> dict[str, list[Part]]:
    """Return one name with its value."""
    return {"name": [text(name)], "value": [text(value)]}


def table(head: Sequence[str], rows: Iterable[Sequence[object]], *, numeric: Iterable[int] = ()) -> Block:
    """Return a table of plain words; the columns in ``numeric`` (from 0) are aligned to the right."""
    cells = [[_cell([text(str(value))]) for value in row] for row in rows]
    return {"kind": "table", "head": [[text(name)] for name in head], "rows": cells, "numeric": list(numeric)}


def _cell(parts: list[Part]) -> dict[str, list[Part]]:
    return {"parts": parts}


def from_markdown(markdown: str, *, level: int = 1) -> list[Block]:
    """Return CommonMark with tables as blocks, its highest headings at ``level`` and none skipped below.

    As on a page: HTML stays words, images become their description, links other than to the web or mail their text.
    """
    tokens = _MARKDOWN.parse(markdown)
    for token in tokens:  # the tree is built by recursion, and a line may be wrapped thousands of times
        if token.type == "inline":
            token.meta["line"], token.children = token.children or [], []
    blocks = list(_blocks(SyntaxTreeNode(tokens), 0))
    _even_headings([block for block in blocks if block["kind"] == "heading"], level)
    return blocks


def _even_headings(headings: Sequence[Block], level: int) -> None:
    """Bring the highest heading to ``level`` and let none lie more than one below the one before it (PDF/UA-1)."""
    highest = min((block["level"] for block in headings), default=1)
    before = level - 1
    for block in headings:
        before = block["level"] = min(block["level"] - highest + level, before + 1)


def _blocks(node: SyntaxTreeNode, depth: int) -> Iterator[Block]:
    for child in node.children:
        yield from _MAKERS[child.type](child, depth)


def _heading(node: SyntaxTreeNode, depth: int) -> Iterator[Block]:
    parts = _line(node)
    if depth:
        yield {"kind": "paragraph", "parts": [{"kind": "strong", "parts": parts}]}
    elif _says(parts):  # PDF/UA-1 has no empty headings
        yield {"kind": "heading", "level": int(node.tag[1]), "parts": parts}


def _says(parts: Iterable[Part]) -> bool:
    return any(str(part.get("text", "")).strip() or _says(part.get("parts", ())) for part in parts)


def _paragraph(node: SyntaxTreeNode, depth: int) -> Iterator[Block]:
    yield {"kind": "paragraph", "parts": _line(node)}


def _list(node: SyntaxTreeNode, depth: int) -> Iterator[Block]:
    items = [list(_blocks(item, depth + 1)) for item in node.children]
    if depth >= DEEPEST:
        yield from (block for item in items for block in item)
    elif node.type == "bullet_list":
        yield {"kind": "bullets", "items": items}
    else:
        yield {"kind": "numbers", "items": items, "start": int(node.attrs.get("start", 1))}


def _quote(node: SyntaxTreeNode, depth: int) -> Iterator[Block]:
    inner = list(_blocks(node, depth + 1))
    yield from inner if depth >= DEEPEST else [{"kind": "quote", "blocks": inner}]


def _code(node: SyntaxTreeNode, depth: int) -> Iterator[Block]:
    yield {"kind": "code", "text": node.content.rstrip("\n")}


def _rule(node: SyntaxTreeNode, depth: int) -> Iterator[Block]:
    yield {"kind": "rule"}


def _table(node: SyntaxTreeNode, depth: int) -> Iterator[Block]:
    rows = [[_line(cell) for cell in row.children] for part in node.children for row in part.children]
    yield {"kind": "table", "head": rows[0], "rows": [[_cell(cell) for cell in row] for row in rows[1:]], "numeric": []}


_MAKERS = {
    "heading": _heading,
    "paragraph": _paragraph,
    "bullet_list": _list,
    "ordered_list": _list,
    "blockquote": _quote,
    "fence": _code,
    "code_block": _code,
    "hr": _rule,
    "table": _table,
}


def _line(node: SyntaxTreeNode) -> list[Part]:
    return [part for inline in node.children for part in _parts(inline.meta["line"])]


def _parts(tokens: Iterable[Token]) -> list[Part]:
    """Return the parts of a line; what is wrapped more often than ``DEEPEST`` times loses the inner wrappings."""
    opened: list[tuple[Token | None, list[Part]]] = [(None, [])]
    for token in tokens:
        if token.nesting == 1:
            deep = len(opened) > DEEPEST
            opened.append((None, opened[-1][1]) if deep else (token, []))
        elif token.nesting == -1:
            wrapper, inner = opened.pop()
            if wrapper is not None:
                opened[-1][1].extend(_wrapped(wrapper, inner))
        else:
            opened[-1][1].append(_leaf(token))
    return opened[0][1]


def _wrapped(wrapper: Token, inner: list[Part]) -> list[Part]:
    match wrapper.type:
        case "strong_open" | "em_open":
            return [{"kind": "strong" if wrapper.type == "strong_open" else "emphasis", "parts": inner}]
        case "link_open" if str(wrapper.attrs["href"]).startswith(_SAFE) and inner:
            return [{"kind": "link", "url": str(wrapper.attrs["href"]), "parts": inner}]
    return inner


def _leaf(token: Token) -> Part:
    match token.type:
        case "code_inline":
            return {"kind": "code", "text": token.content}
        case "image":
            return text(f"[Image: {token.content}]")
        case "softbreak":
            return text(" ")
        case "hardbreak":
            return {"kind": "break"}
    return text(token.content)
