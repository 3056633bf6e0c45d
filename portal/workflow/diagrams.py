"""State diagrams in the documents, written from the tables between marks, so that they cannot differ."""

import re
from pathlib import Path

from portal.workflow.state_machine import machines

MARK = re.compile(r"(<!-- machine: (?P<name>[a-z ]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def redrawn(text: str) -> str:
    """Return a document's text with every marked diagram written afresh. Raises ``KeyError`` for an unknown machine."""
    return MARK.sub(lambda found: f"{found[1]}{machines[found['name']].diagram()}\n{found[3]}", text)


def stale(paths: list[Path]) -> list[Path]:
    """Return the documents whose diagrams differ from the tables."""
    return [path for path in paths if redrawn(path.read_text()) != path.read_text()]
