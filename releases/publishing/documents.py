"""What an uploaded document is, judged by its content and never by its name. Pure."""

import hashlib
import zipfile
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO, Any

LARGEST = 20 * 1024 * 1024  # bytes
MOST_PARTS = 5_000  # of an office document
_HEAD = 4096  # bytes
_MARKUP = (b"<", b"%!PS")  # what a browser or a printer would run


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document: its name, as shown and stored, and the ending its copy is given."""

    name: str
    ending: str


PDF, PNG, JPEG = Kind("PDF", "pdf"), Kind("PNG image", "png"), Kind("JPEG image", "jpg")
TEXT = Kind("Plain text", "txt")
WORD, EXCEL = Kind("Word document", "docx"), Kind("Excel workbook", "xlsx")
ODT, ODS = Kind("OpenDocument text", "odt"), Kind("OpenDocument sheet", "ods")
KINDS = {kind.name: kind for kind in (PDF, PNG, JPEG, TEXT, WORD, EXCEL, ODT, ODS)}
ALLOWED = "a PDF, a PNG or JPEG image, plain text or CSV, or an Office document without macros"

_MAGIC = {b"%PDF-": PDF, b"\x89PNG\r\n\x1a\n": PNG, b"\xff\xd8\xff": JPEG}
_OPEN_DOCUMENT = {
    b"application/vnd.oasis.opendocument.text": ODT,
    b"application/vnd.oasis.opendocument.spreadsheet": ODS,
}


def digest(file: Any) -> str:
    """Return the SHA-256 of an uploaded file, read in chunks; it is left at its beginning."""
    found = hashlib.sha256()
    for chunk in file.chunks():
        found.update(chunk)
    file.seek(0)
    return found.hexdigest()


_SAME = {"jpeg": "jpg", "csv": "txt", "log": "txt", "md": "txt", "json": "txt", "xml": "txt"}  # endings of one kind


def name_lies(name: str, kind: Kind) -> bool:
    """Return whether a file's name ends as another kind of document does; a name without an ending says nothing."""
    _, dot, ending = name.rpartition(".")
    ending = ending.lower()
    return bool(dot) and _SAME.get(ending, ending) != kind.ending


def shown_name(name: str) -> str:
    """Return the name an uploaded file came with as it may be shown: without folders, its last 120 characters."""
    return PurePath(name.replace("\\", "/")).name[-120:]


def why_refused(file: Any, kind: Kind | None) -> str | None:
    """Return what is wrong with an uploaded file of this kind, None where it may be kept."""
    if file.size > LARGEST:
        return f"The file is larger than {LARGEST // 1024**2} MB: send a shorter or a packed-down one."
    if kind is None:
        return f"By its content this file is none of these: {ALLOWED}."
    name = shown_name(str(file.name))
    if name_lies(name, kind):
        return f"The name {name} does not fit: by its content the file is {kind.name}. Give it its right ending."
    return None


def kind_of(stream: IO[bytes]) -> Kind | None:
    """Return what a document is, None for what is not allowed; the stream is left at its beginning."""
    stream.seek(0)
    head = stream.read(_HEAD)
    for magic, kind in _MAGIC.items():
        if head.startswith(magic):
            found: Kind | None = kind
            break
    else:
        found = _office(stream) if head.startswith(b"PK\x03\x04") else _text(stream)
    stream.seek(0)
    return found


def _office(stream: IO[bytes]) -> Kind | None:
    """Return the kind of an Office document from its table of parts; nothing is unpacked but a short type."""
    try:
        with zipfile.ZipFile(stream) as package:
            parts = set(package.namelist())
            if len(parts) > MOST_PARTS or any(part.lower().endswith("vbaproject.bin") for part in parts):
                return None
            if "[Content_Types].xml" in parts:
                return WORD if "word/document.xml" in parts else EXCEL if "xl/workbook.xml" in parts else None
            with package.open("mimetype") as declared:
                return _OPEN_DOCUMENT.get(declared.read(100))
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, OSError, ValueError):
        return None


def _text(stream: IO[bytes]) -> Kind | None:
    """Return plain text where every byte of it is UTF-8 text without control codes, and it is no markup."""
    stream.seek(0)
    data = stream.read(LARGEST + 1)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if not text.strip() or data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_MARKUP):
        return None
    return TEXT if all(char in "\t\r\n\f" or char >= " " for char in text) else None
