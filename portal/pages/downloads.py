"""Files that came from somebody, handed out to be saved and never shown: a browser must not guess what they are."""

from typing import IO, Any

from django.http import FileResponse


def attached(content: IO[Any], name: str) -> FileResponse:
    """Answer with a file to be saved under this name."""
    return FileResponse(content, as_attachment=True, filename=name, content_type="application/octet-stream")
