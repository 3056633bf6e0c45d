"""Whether a release fits the product lists: its entry, its specification versions and where it starts from.

A draft is warned by it and a gate asks it, so that both say the same. Rule (Gates): the hub's version is a permitted
from-version; the target's maintenance period and GBCS applicability cover the planned activation; a closed
installation period only warns; the end of the old version's maintenance is a deadline shown, never a block.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from portal.working_days import london_day
from releases.products.models import FirmwareVersion, HubModel, ValidityPeriod
from releases.products.queries import validity_by_version
from releases.products.validity import words
from releases.publishing.models import Release

MET, WARNING, NOT_MET = "met", "warning", "not_met"
Periods = dict[tuple[str, str], ValidityPeriod]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing compared: met, only a warning, or not met, which shuts the gate; and why in a sentence."""

    title: str
    state: str
    reason: str


def findings(release: Release) -> list[Finding]:
    """Return everything that is compared; five queries however many models and versions there are."""
    models = list(release.hub_models.all())
    starts = list(release.from_versions.select_related("hub_model"))
    targets = FirmwareVersion.objects.filter(hub_model__in=models, version=release.firmware_version)
    periods = validity_by_version()
    planned = london_day(release.planned_activation_at) if release.planned_activation_at else None
    return [
        _listing(release, models, {one.hub_model_id: one for one in targets}),
        _starts(release, models, starts),
        *_validity(release, periods, planned),
        *_deadlines(starts or _others(release, models), periods, planned),
    ]


def worth_saying(release: Release) -> list[Finding]:
    """Return what a drafter should hear: everything that is not simply met."""
    return [one for one in findings(release) if one.state != MET]


def _listing(release: Release, models: Sequence[HubModel], entries: dict[int, FirmwareVersion]) -> Finding:
    wrong = [sentence for model in models for sentence in _unlisted(release, model, entries.get(model.pk))]
    if wrong or not models:
        return Finding("Central Products List", NOT_MET, " ".join(wrong) or "No hub model is chosen.")
    reason = "The version is listed as current for every hub model, with no other image's SHA-256."
    return Finding("Central Products List", MET, reason)


def _unlisted(release: Release, model: HubModel, entry: FirmwareVersion | None) -> Iterator[str]:
    if entry is None or entry.status != FirmwareVersion.Status.CURRENT:
        yield f"{release.firmware_version} is not listed as current for {model}."
        return
    digest = release.image.sha256 if release.image else ""
    if digest and entry.image_hash not in ("", digest):
        yield f"The list has another image's SHA-256 for {model}."
    stated = {"CHTS": release.chts, "GBCS": release.gbcs}
    for specification, version in entry.specifications:
        if stated[specification] and stated[specification] != version:
            yield f"The release states {specification} {stated[specification]}; the list has {version} for {model}."


def _starts(release: Release, models: Iterable[HubModel], starts: list[FirmwareVersion]) -> Finding:
    title = "Permitted from-versions"
    if any(one.version == release.firmware_version for one in starts):
        return Finding(title, NOT_MET, f"{release.firmware_version} is what the release leads to; take it out.")
    if not starts:
        return Finding(title, MET, "Hubs on any other version are upgraded.")
    begun = {one.hub_model_id for one in starts}
    odd = [
        f"No version of {model} is permitted: its hubs stay as they are." for model in models if model.pk not in begun
    ]
    newer = [str(one) for one in starts if one.version > release.firmware_version]
    if newer:
        odd.append(f"Newer than what the release leads to: {', '.join(newer)}. That would be a rollback.")
    if odd:
        return Finding(title, WARNING, " ".join(odd))
    return Finding(title, MET, f"Hubs on {', '.join(str(one) for one in starts)} are upgraded.")


def _validity(release: Release, periods: Periods, planned: date | None) -> Iterator[Finding]:
    for specification, version in (("CHTS", release.chts), ("GBCS", release.gbcs)):
        row = periods.get((specification, version))
        if row is None:
            lacking = f"{specification} {version} has no validity row." if version else f"No {specification} is stated."
            yield Finding(f"{specification} validity", NOT_MET, lacking)
            continue
        yield _covers(f"{row} maintenance period", row.maintenance_to, planned)
        if specification == "GBCS":
            yield _covers(f"{row} applicability", row.applicability_to, planned)
        if row.installation_to and planned and row.installation_to < planned:
            reason = f"Closed on {words(row.installation_to)}: new hubs may not be installed with it. This only warns."
            yield Finding(f"{row} installation period", WARNING, reason)


def _covers(title: str, until: date | None, planned: date | None) -> Finding:
    if until is None:
        return Finding(title, MET, "Open: no end date is set.")
    if planned is None:
        return Finding(title, NOT_MET, f"Ends on {words(until)}; no activation is planned yet.")
    if until < planned:
        return Finding(title, NOT_MET, f"Ends on {words(until)}, before the planned activation.")
    return Finding(title, MET, f"Runs to {words(until)}, which covers the planned activation.")


def _others(release: Release, models: Iterable[HubModel]) -> Iterable[FirmwareVersion]:
    listed = FirmwareVersion.objects.filter(hub_model__in=models, status=FirmwareVersion.Status.CURRENT)
    return listed.exclude(version=release.firmware_version).select_related("hub_model")


def _deadlines(starts: Iterable[FirmwareVersion], periods: Periods, planned: date | None) -> Iterator[Finding]:
    """Yield by when homes on the old versions must have left them: shown, never a block."""
    ends: dict[date, list[str]] = {}
    for one in starts:
        rows = [periods.get(pair) for pair in one.specifications]
        dated = [row.maintenance_to for row in rows if row is not None and row.maintenance_to is not None]
        if dated:
            ends.setdefault(min(dated), []).append(str(one))
    for day, versions in sorted(ends.items()):
        late = " That is before the planned activation." if planned is not None and day < planned else ""
        reason = f"Maintenance of {', '.join(versions)} ends on {words(day)}: move these homes by then.{late}"
        yield Finding("Deadline of an old version", WARNING, reason)
