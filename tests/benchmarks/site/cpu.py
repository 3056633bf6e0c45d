"""Seconds of processor that trees of processes have used, their ended children included. Linux only."""

import os
from collections.abc import Iterable
from pathlib import Path

PROC = Path("/proc")


def seconds(roots: Iterable[int]) -> float | None:
    """Return the seconds used so far by these processes and all below them; None where there is no /proc."""
    if not (PROC / "self/stat").exists():
        return None
    wanted, used = set(roots), 0.0
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for folder in PROC.glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # ended meanwhile
        parents[int(folder.name)] = int(fields[1])
        ticks[int(folder.name)] = sum(int(field) for field in fields[11:15])
    for process, spent in ticks.items():
        if _below(process, wanted, parents):
            used += spent / os.sysconf("SC_CLK_TCK")
    return used


def parent(process: int) -> int:
    """Return the process that started another."""
    return int((PROC / str(process) / "stat").read_text().rpartition(")")[2].split()[1])


def _below(process: int, roots: set[int], parents: dict[int, int]) -> bool:
    while process in parents:
        if process in roots:
            return True
        process = parents[process]
    return False
