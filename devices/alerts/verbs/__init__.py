"""Every change of what is told of activations, one function each."""

from devices.alerts.verbs.hooking import remove_webhook, renew_secret, send_webhook, set_webhook
from devices.alerts.verbs.ordering import export_day, number
from devices.alerts.verbs.summing import summarise

__all__ = [
    "export_day",
    "number",
    "remove_webhook",
    "renew_secret",
    "send_webhook",
    "set_webhook",
    "summarise",
]
