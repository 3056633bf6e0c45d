"""Who may make studies and read them."""

from devices.studies.models import Study
from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from portal.workflow.rules import who


@who
def read_studies(*, by: Actor) -> str | None:
    """A study is made to be circulated: whoever reads the portal reads those that are done."""
    return None if by.has(Permission.READ_PORTAL) else "Studies are for those who may read the portal."


@who
def make_study(*, by: Actor) -> str | None:
    """Portal default: DCC's release managers and the SECAS secretary, who serve the working group."""
    if by.has(Permission.MANAGE_ROLLOUTS) or by.has(Permission.RUN_BALLOTS):
        return None
    return "DCC’s release managers and the SECAS secretary make studies."


@who
def cancel(study: Study, *, by: Actor) -> str | None:
    """Whoever makes studies for the organisation that made it."""
    if by.organisation_id != study.organisation_id:
        return f"{study.organisation} made this study and may cancel it."
    return make_study.why_not(by=by)
