"""Asking the operator's malware scanner about one file. The setting MALWARE_SCANNER is its command."""

import logging
import shlex
import shutil
import subprocess
import tempfile

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db.models.fields.files import FieldFile

from releases.products.models import ImageScan

log = logging.getLogger(__name__)
SECONDS = 90  # less than a task may take
Outcome = ImageScan.Outcome


def scan(file: FieldFile) -> tuple[Outcome, str]:
    """Return what the scanner says of a stored file, and a word on it: exit 0 is clean, 1 infected, else it failed."""
    if isinstance(file.storage, FileSystemStorage):
        return _ask(file.path)
    with tempfile.NamedTemporaryFile() as copy, file.open("rb") as stored:
        shutil.copyfileobj(stored, copy)
        copy.flush()
        return _ask(copy.name)


def _ask(path: str) -> tuple[Outcome, str]:
    command = [*shlex.split(settings.MALWARE_SCANNER), path]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603 - the operator's
    except subprocess.TimeoutExpired:
        return Outcome.FAILED, f"The scanner did not answer in {SECONDS} seconds."
    except OSError as error:
        log.warning("the malware scanner cannot be started: %s", error)
        return Outcome.FAILED, "The scanner could not be started."
    if done.returncode not in (0, 1):
        log.warning("the malware scanner answered %s: %s", done.returncode, done.stderr[-500:])
        return Outcome.FAILED, f"The scanner answered {done.returncode}."
    return (Outcome.INFECTED, "") if done.returncode else (Outcome.CLEAN, "")
