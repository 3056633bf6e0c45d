"""What the API reads from the body of a call."""

from collections.abc import Iterator, Mapping
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class TextJSONParser(JSONParser):
    """JSON whose texts the database can keep: a NUL character is refused before any field is looked at."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """Return the parsed body. Raises ParseError for bad JSON and for a NUL character in any text."""
        body = super().parse(stream, media_type, parser_context)
        if any("\0" in text for text in _texts(body)):
            raise ParseError("A text holds the character U+0000, which cannot be kept: send it without.")
        return body


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from (str(key), *_texts(inner))
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
