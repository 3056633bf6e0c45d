"""Every change of a release, one function each, by noun."""

from releases.publishing.verbs.amending import amend, return_to_draft
from releases.publishing.verbs.answering import acknowledge, remind, remind_all, remind_by_clock
from releases.publishing.verbs.classes import ClassFacts, add_class, keep_class
from releases.publishing.verbs.classifying import Readership, note_reading, reclassify
from releases.publishing.verbs.drafting import (
    Facts,
    approve_emergency,
    attach_image,
    confirm_schedule,
    draft_release,
    edit_release,
)
from releases.publishing.verbs.evidence import EvidenceFacts, attach_evidence
from releases.publishing.verbs.moves import (
    activate,
    clear,
    close,
    defer,
    dispute,
    enter_hypercare,
    halt,
    reject,
    resume,
    settle,
    shorten_deferral,
    supersede,
    unclear,
    waive_notice,
    withdraw,
)
from releases.publishing.verbs.notes import Addition, add_to_notes, free_notes, lock_notes, publish_notes, save_notes
from releases.publishing.verbs.notes_desk import add_section, discard_draft, end_section, keep_draft
from releases.publishing.verbs.notice import (
    announce,
    record_services,
    serve_by_other_means,
    serve_newcomer,
    serve_newcomers,
)

__all__ = [
    "ClassFacts",
    "Addition",
    "EvidenceFacts",
    "Facts",
    "Readership",
    "acknowledge",
    "activate",
    "add_class",
    "add_section",
    "add_to_notes",
    "amend",
    "announce",
    "approve_emergency",
    "attach_evidence",
    "attach_image",
    "clear",
    "close",
    "confirm_schedule",
    "defer",
    "discard_draft",
    "dispute",
    "draft_release",
    "edit_release",
    "end_section",
    "enter_hypercare",
    "free_notes",
    "halt",
    "keep_class",
    "keep_draft",
    "lock_notes",
    "note_reading",
    "publish_notes",
    "reclassify",
    "record_services",
    "reject",
    "remind",
    "remind_all",
    "remind_by_clock",
    "resume",
    "return_to_draft",
    "save_notes",
    "serve_by_other_means",
    "serve_newcomer",
    "serve_newcomers",
    "settle",
    "shorten_deferral",
    "supersede",
    "unclear",
    "waive_notice",
    "withdraw",
]
