"""Uploads over the limit are counted and thrown away as they come, and arrive as a file that only states its size."""

import io
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler


class TooLarge(UploadedFile):  # type: ignore[type-arg]  # generic in the stubs only
    """A file that came and was not kept: it is empty, and states the size by which forms refuse it."""


def too_large() -> str:
    """Return the sentence for a file over the limit."""
    return f"The file is larger than the limit of {settings.IMAGE_MAX_BYTES // 1024**2} MB."


class LimitedUpload(FileUploadHandler):
    """Hand chunks on to the other handlers until a file passes the limit, then to nobody."""

    received = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin to count one more file of the request."""
        super().new_file(*args, **kwargs)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Return the chunk for the next handler, or None to drop it."""
        self.received += len(raw_data)
        return raw_data if self.received <= settings.IMAGE_MAX_BYTES else None

    def file_complete(self, file_size: int) -> TooLarge | None:
        """Return a file of the size that came where it was too large; else leave it to the others."""
        if self.received <= settings.IMAGE_MAX_BYTES:
            return None
        return TooLarge(io.BytesIO(), self.file_name, self.content_type, self.received, self.charset)
