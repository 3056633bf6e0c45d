"""Notes written as one text get their sections: a heading of the second level begins one."""

import re
from typing import Any

from django.db import migrations

HEADING = re.compile(r"^##[ \t]+(?P<title>.+?)[ \t]*#*[ \t]*$", re.MULTILINE)


def part(markdown: str) -> list[dict[str, str]]:
    """Return the sections of a text; what stands before the first heading opens the summary, nothing is lost."""
    marks = list(HEADING.finditer(markdown))
    starts = [mark.start() for mark in marks] + [len(markdown)]
    pieces = [("Summary", markdown[: starts[0]].strip())] if markdown[: starts[0]].strip() else []
    pieces += [
        (mark["title"].strip(), markdown[mark.end() : end].strip()) for mark, end in zip(marks, starts[1:], strict=True)
    ]
    texts: dict[str, list[str]] = {}
    for title, text in pieces:
        texts.setdefault(title, []).append(text)
    return [{"title": title, "text": "\n\n".join(filter(None, parts))} for title, parts in texts.items()]


def part_all(apps: Any, schema_editor: Any) -> None:
    rows = apps.get_model("publishing", "NotesRevision").objects.filter(sections=[])
    for row in rows.iterator(chunk_size=500):
        row.sections = part(row.markdown)
        row.save(update_fields=["sections"])


class Migration(migrations.Migration):
    dependencies = [("publishing", "0006_notes_in_sections")]
    operations = [migrations.RunPython(part_all, migrations.RunPython.noop)]
