"""Asking hubs what they run: at once, or by a file that a worker answers."""

from devices.enquiries.verbs.answering import answer_next, expire_results, give_up, republish
from devices.enquiries.verbs.asking import ask_by_file, enquire, fetch

__all__ = ["answer_next", "ask_by_file", "enquire", "expire_results", "fetch", "give_up", "republish"]
