"""Files of evidence: each is kept with a comment."""

from typing import Any

from django.core.files.base import File

from portal.workflow.errors import Invalid
from releases.issues.models import Comment
from releases.publishing import documents


def attach(made: Comment, file: "File[Any]") -> None:
    """Keep a file with a comment, under its digest: the name it came with is shown and never used.

    Raises Invalid for one that is too large, of a kind that is not allowed, or whose name says that it is another.
    """
    kind = documents.kind_of(file)
    wrong = documents.why_refused(file, kind)
    if wrong or kind is None:
        raise Invalid(str(wrong), {"file": [str(wrong)]})
    made.file_name, made.file_kind = documents.shown_name(str(file.name)), kind.name
    made.file_size, made.sha256 = file.size, documents.digest(file)
    made.file.save(f"{made.sha256}.bin", file, save=False)
