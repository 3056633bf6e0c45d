"""The environments and test cases every portal starts with."""

from releases.testing.catalogue import CASES
from releases.testing.models import Environment, TestCase

OFFICE_HOURS = {str(day): ["08:00", "18:00"] for day in range(1, 6)}
ENVIRONMENTS: tuple[tuple[str, str, int, bool, dict[str, list[str]]], ...] = (
    ("UIT-A", "uit-a", 4, True, {}),
    ("UIT-B", "uit-b", 4, True, {}),
    ("DCC test lab", "dcc-lab", 2, True, OFFICE_HOURS),
    ("Own lab", "own-lab", 1, False, {}),
)


def ensure_defaults() -> None:
    """Add the default environments and test cases that are missing; what exists is left as people made it."""
    for name, slug, places, shared, hours in ENVIRONMENTS:
        facts = {"name": name, "places": places, "is_shared": shared, "hours": hours}
        Environment.objects.get_or_create(slug=slug, defaults=facts)
    for case in CASES:
        if not TestCase.objects.filter(code=case.code).exists():
            TestCase.objects.create(code=case.code, title=case.title, purpose=case.purpose, steps="\n".join(case.steps))
