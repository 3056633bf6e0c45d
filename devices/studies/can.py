"""When a study can be made and cancelled."""

from devices.studies.models import Study
from devices.studies.states import UNDER_WAY, StudyState
from portal.workflow.actor import Actor
from portal.workflow.rules import when

AT_ONCE = 3


@when
def make_study(*, by: Actor) -> str | None:
    """Portal default: an organisation has three under way at most, so that the workers serve rollouts too."""
    under_way = Study.objects.filter(organisation=by.organisation_id, state__in=UNDER_WAY).count()
    if under_way < AT_ONCE:
        return None
    return f"{under_way} studies of your organisation are under way: wait for one to end, or cancel one."


@when
def cancel(study: Study) -> str | None:
    if study.machine.allows(study.state, StudyState.CANCELLED):
        return None
    return f"The study is {study.state}."
