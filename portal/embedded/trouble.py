"""The one error of this package: a sentence for the person who typed the command."""

import errno
from pathlib import Path


class Trouble(Exception):
    """Starting is impossible; the text is one plain sentence and the exit status is 2."""

    status = 2


def full_disk(folder: Path) -> Trouble:
    return Trouble(f"The disk that holds {folder} is full: free some space, then start again.")


def explain(error: OSError, folder: Path) -> Trouble:
    """Turn an operating system error met while starting into its sentence."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return full_disk(folder)
    return Trouble(f"{error.filename or folder}: {error.strerror or error}.")


def tail(log: Path, lines: int = 8) -> str:
    """The last lines of a log file, indented, for the person who must read why something failed."""
    text = log.read_text(errors="replace").splitlines()[-lines:] if log.exists() else []
    return "".join(f"\n    {line}" for line in text)


def failed(what: str, log: Path) -> Trouble:
    """The sentence for a child that did not do its work, with the end of its log."""
    if "No space left on device" in tail(log, 40):
        return full_disk(log.parent)
    return Trouble(f"{what} failed; the end of {log} says:{tail(log)}")
