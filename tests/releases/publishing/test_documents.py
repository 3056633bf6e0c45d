"""What an uploaded document is, by its content."""

import io
import zipfile

import pytest

from releases.publishing import documents
from releases.publishing.documents import EXCEL, JPEG, ODS, ODT, PDF, PNG, TEXT, WORD, kind_of


def package(*names, mimetype=None) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for name in names:
            archive.writestr(name, "x")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n...", PDF),
        (b"\x89PNG\r\n\x1a\n\0\0", PNG),
        (b"\xff\xd8\xff\xe0", JPEG),
        ("All passed – 214 cases.\r\n".encode(), TEXT),
        (b"\xef\xbb\xbfcase,result\n1,pass\n", TEXT),
        (package("[Content_Types].xml", "word/document.xml"), WORD),
        (package("[Content_Types].xml", "xl/workbook.xml"), EXCEL),
        (package("content.xml", mimetype="application/vnd.oasis.opendocument.text"), ODT),
        (package("content.xml", mimetype="application/vnd.oasis.opendocument.spreadsheet"), ODS),
    ],
)
def test_what_is_allowed_is_known_by_its_content(content, kind):
    stream = io.BytesIO(content)
    assert kind_of(stream) == kind
    assert stream.tell() == 0


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"  \n",
        b"MZ\x90\0",
        b"\x7fELF\0",
        b"<html><script>alert(1)</script>",
        b"\xef\xbb\xbf  <svg onload='x'/>",
        b"%!PS-Adobe-3.0",
        b"text with a \0 in it",
        b"latin one: \xe9",
        b"PK\x03\x04 and no more",
        package("readme.txt"),
        package("[Content_Types].xml", "ppt/presentation.xml"),
        package("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
        package("content.xml", mimetype="application/x-unknown"),
    ],
)
def test_everything_else_is_refused(content):
    assert kind_of(io.BytesIO(content)) is None


def test_a_package_of_very_many_parts_is_refused(monkeypatch):
    monkeypatch.setattr(documents, "MOST_PARTS", 2)
    assert kind_of(io.BytesIO(package("[Content_Types].xml", "word/document.xml", "a", "b"))) is None
