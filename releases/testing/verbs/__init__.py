"""Every change of user testing, one function each, by noun."""

from releases.testing.findings import Found
from releases.testing.verbs.booking import ONE_BOOKING, ONE_RIG, book, cancel, cancel_set_aside
from releases.testing.verbs.cases import add_case, retire_case, revise_case
from releases.testing.verbs.changing import (
    ask_extension,
    grant_extension,
    record_no_show,
    refuse_extension,
    reschedule,
)
from releases.testing.verbs.facilities import (
    EnvironmentFacts,
    RigFacts,
    add_environment,
    add_rig,
    close_environment,
    edit_environment,
    edit_rig,
    lift_closure,
)
from releases.testing.verbs.offering import offer_places
from releases.testing.verbs.results import attach_result_evidence, report_results
from releases.testing.verbs.waiting import accept_offer, join_waiting_list, leave_waiting_list

__all__ = [
    "ONE_BOOKING",
    "ONE_RIG",
    "EnvironmentFacts",
    "Found",
    "RigFacts",
    "accept_offer",
    "add_case",
    "add_environment",
    "add_rig",
    "ask_extension",
    "attach_result_evidence",
    "book",
    "cancel",
    "cancel_set_aside",
    "close_environment",
    "edit_environment",
    "edit_rig",
    "grant_extension",
    "join_waiting_list",
    "leave_waiting_list",
    "lift_closure",
    "offer_places",
    "record_no_show",
    "refuse_extension",
    "report_results",
    "reschedule",
    "retire_case",
    "revise_case",
]
