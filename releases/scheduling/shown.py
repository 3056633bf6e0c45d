"""What the page of an exercise shows to one person."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from portal.people.models import Organisation
from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from releases.products.models import Region
from releases.publishing import queries as publishing
from releases.scheduling import can, load, may, queries
from releases.scheduling.frozen import problem_of
from releases.scheduling.models import Exercise, Party, Statement
from releases.scheduling.outcomes import Outcome, Outcomes


@dataclass(frozen=True, slots=True)
class Own:
    """A party the person states for: what stands and why nothing can be stated now."""

    party: Party
    statement: Statement | None
    no_state: str | None

    @property
    def organisation(self) -> Organisation:
        """The supplier."""
        return self.party.organisation

    @property
    def homes(self) -> list[tuple[str, int]]:
        """Its homes by the name of the region."""
        return [(str(Region(region).label), homes) for region, homes in self.party.homes.items()]


@dataclass(frozen=True)
class Shown:
    """An exercise as one person sees it at one moment."""

    exercise: Exercise
    actor: Actor
    at: datetime

    @cached_property
    def parties(self) -> list[Party]:
        """Who is asked, by name."""
        return list(queries.parties(self.exercise))

    @cached_property
    def statements(self) -> dict[int, Statement]:
        """What is stated, by organisation."""
        return queries.statements(self.exercise)

    @cached_property
    def stands(self) -> list[load.Stand]:
        """Each party with what it states."""
        said = {key: one.wishes for key, one in self.statements.items()}
        return [
            load.Stand(one.organisation_id, one.organisation.name, one.homes, said.get(one.organisation_id))
            for one in self.parties
        ]

    @property
    def dcc(self) -> bool:
        """Whether the person reads everything that is stated."""
        return self.actor.has(Permission.MANAGE_RELEASES)

    @property
    def nights(self) -> int:
        """How many nights the horizon has."""
        return len(self.exercise.frame.nights())

    @property
    def capacity(self) -> list[tuple[str, int]]:
        """Homes a night by the name of the region."""
        return [(str(Region(region).label), homes) for region, homes in self.exercise.capacity.items()]

    def totals(self) -> list[load.Totals]:
        """The totals of each party; reasons for DCC, of one's own, and where they are shared."""
        return load.totals(self.exercise.frame, self.stands, None if self.dcc else set(self.actor.suppliers))

    def weeks(self) -> list[load.Week]:
        """The load, week by week."""
        return load.weeks(self.exercise.frame, self.stands)

    def own(self) -> list[Own]:
        """The parties the person states for."""
        if may.states.why_not(by=self.actor) is not None:
            return []
        return [self._own(one) for one in self.parties if one.organisation_id in self.actor.suppliers]

    def _own(self, party: Party) -> Own:
        no_state = can.state.why_not(self.exercise, party.organisation, at=self.at)
        return Own(party, self.statements.get(party.organisation_id), no_state)

    @property
    def is_firm(self) -> bool:
        """Whether its dates were confirmed, also where a re-run has replaced them since."""
        return self.exercise.confirmed_at is not None

    @cached_property
    def outcomes(self) -> list[Outcome]:
        """What each party asked, got, and why: all for DCC, for others of the parties they act for."""
        found = Outcomes(problem_of(self.exercise), queries.schedule_of(self.exercise)).parties()
        return [one for one in found if self.dcc or one.key in self.actor.suppliers]

    def nights_taken(self) -> list[tuple[date, str, int]]:
        """The firm nights by region: all for DCC, for others those with homes of the parties they act for."""
        found = queries.firm_nights(self.exercise, None if self.dcc else self.actor.suppliers)
        return [(night, str(Region(region).label), homes) for night, region, homes in found]

    def sees_release(self) -> bool:
        """Whether the page of the release is open to the person."""
        return publishing.visible_to(self.actor).filter(pk=self.exercise.release_id).exists()
