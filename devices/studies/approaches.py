"""The approaches a study compares, as what each does before, during and after a rollout (Approaches)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Approach:
    """A way of bringing a release to homes.

    `tests`: suppliers test and may object before activation. `keeps_apart`: an objection or a halt holds the
    combinations concerned and not the release. `schedules`: dates avoid the weeks that suppliers ask to be spared.
    `is_patient`: the waves wait for the longer hypercare.
    """

    name: str
    words: str
    summary: str
    tests: bool = False
    keeps_apart: bool = False
    schedules: bool = False
    is_patient: bool = False


APPROACHES: tuple[Approach, ...] = (
    Approach("notice", "Notice only", "Notice, then waves; what goes wrong stops the whole release."),
    Approach(
        "consultation",
        "Consultation",
        "Suppliers test and object; a committee lets the whole release proceed or sends it back.",
        tests=True,
    ),
    Approach(
        "scheduling",
        "Scheduling",
        "Dates agreed in an exercise, then firm: no objection stage; what goes wrong stops the whole release.",
        schedules=True,
    ),
    Approach(
        "holds",
        "Consultation with cohort holds",
        "Suppliers test and object; the homes concerned are held while the rest proceeds, and so does a halt.",
        tests=True,
        keeps_apart=True,
    ),
    Approach(
        "hypercare",
        "Cohort holds and longer hypercare",
        "As before, with more days between the waves in which reports can come.",
        tests=True,
        keeps_apart=True,
        is_patient=True,
    ),
)
APPROACH = {one.name: one for one in APPROACHES}
