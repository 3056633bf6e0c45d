"""Upgrade paths of a hub model: from which versions each release leads to which."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.workflow.actor import Actor
from releases.products.models import HubModel
from releases.publishing.models import Release
from releases.publishing.queries import visible_to
from releases.publishing.states import ReleaseState

MOST_LANES = 6
_NO_PATH = (ReleaseState.REJECTED, ReleaseState.WITHDRAWN, ReleaseState.SUPERSEDED)


@dataclass(frozen=True, slots=True)
class Path:
    """A release and the versions it starts from; `open_start` where it takes hubs on any other version."""

    release: Release
    starts: tuple[str, ...]
    open_start: bool

    @property
    def target(self) -> str:
        """The version it leads to."""
        return self.release.firmware_version


def upgrade_paths(model: HubModel, actor: Actor) -> list[Path]:
    """Return the paths of the releases the actor may see, the newest first; three queries however many."""
    releases = visible_to(actor).filter(hub_models=model).exclude(state__in=_NO_PATH)
    listed = list(model.versions.values_list("version", flat=True))
    return [_path(release, model, listed) for release in releases.prefetch_related("from_versions")]


def _path(release: Release, model: HubModel, listed: Sequence[str]) -> Path:
    chosen = release.from_versions.all()
    starts = [one.version for one in chosen if one.hub_model_id == model.pk]
    if not chosen:
        starts = [version for version in listed if version != release.firmware_version]
    return Path(release, tuple(sorted(starts)), not chosen)


def versions_of(paths: Sequence[Path]) -> list[str]:
    """Return every version on the drawn paths, the newest first."""
    drawn = paths[:MOST_LANES]
    return sorted({path.target for path in drawn} | {start for path in drawn for start in path.starts}, reverse=True)


def lanes(paths: Sequence[Path]) -> list[tuple[str, tuple[str, ...], str]]:
    """Return the drawn paths, the oldest on the left, as (release, starts, target)."""
    return [(path.release.reference, path.starts, path.target) for path in reversed(paths[:MOST_LANES])]
