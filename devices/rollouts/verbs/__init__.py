"""Every change of a rollout, one function each."""

from devices.rollouts.plans import Plan
from devices.rollouts.verbs.advancing import advance, start_due
from devices.rollouts.verbs.catching_up import catch_up
from devices.rollouts.verbs.ending import end_set_aside
from devices.rollouts.verbs.hints import publish_due, republish
from devices.rollouts.verbs.holding import hold_part
from devices.rollouts.verbs.living import pass_day
from devices.rollouts.verbs.pacing import state_capacity
from devices.rollouts.verbs.planning import approve, cancel, plan, prepare
from devices.rollouts.verbs.reporting import export_report, report
from devices.rollouts.verbs.running import end_activation, halt, pause, resume, start, start_activation, stop
from devices.rollouts.verbs.stepping import step, walk

__all__ = [
    "Plan",
    "advance",
    "approve",
    "cancel",
    "catch_up",
    "end_activation",
    "end_set_aside",
    "export_report",
    "halt",
    "hold_part",
    "pass_day",
    "pause",
    "plan",
    "prepare",
    "publish_due",
    "report",
    "republish",
    "resume",
    "start",
    "start_activation",
    "start_due",
    "state_capacity",
    "step",
    "stop",
    "walk",
]
