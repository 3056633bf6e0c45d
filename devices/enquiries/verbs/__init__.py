"""Asking hubs what they run: at once, or by a file that a worker answers."""

from devices.enquiries.verbs.answering import answer_next, expire_results, give_up, republish
from devices.enquiries.verbs.asking import ask_by_file, enquire, fetch
from devices.enquiries.verbs.listing import AT_ONCE, export_hubs, list_hubs

__all__ = [
    "AT_ONCE",
    "answer_next",
    "ask_by_file",
    "enquire",
    "expire_results",
    "export_hubs",
    "fetch",
    "give_up",
    "list_hubs",
    "republish",
]
