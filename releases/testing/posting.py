"""What the form pages of user testing share: nothing typed is lost, whatever the verb says."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError

from portal.pages.forms import GovForm
from portal.pages.forms import status_of as status_of_answers
from portal.workflow.errors import Invalid, NotNow

NOT_NOW = "not_now"


def done(form: GovForm, act: Callable[[], Any]) -> bool:
    """Act when the form is valid; what the verb refuses is shown in the form. Returns whether it was done."""
    if not (form.is_bound and form.is_valid()):
        return False
    try:
        act()
    except Invalid as refusal:
        form.add_refusal(refusal)
    except NotNow as refusal:
        form.add_error(None, ValidationError(refusal.reason, code=NOT_NOW))
    return not form.errors


def is_not_now(form: GovForm) -> bool:
    """Whether the answers are right, and there is no room for them now."""
    return form.has_error("__all__", NOT_NOW)


def status_of(form: GovForm) -> int:
    """Return the status of a page with this form: 409 where there is no room now, 400 where answers are wrong."""
    return 409 if is_not_now(form) else status_of_answers(form)
