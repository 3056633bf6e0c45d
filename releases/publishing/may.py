"""Who may change releases.

For a move caused by an act in another app, that act's own rule judged the person; here only the kind of act counts.
"""

from portal.people.models import Organisation
from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from portal.workflow.rules import who
from releases.publishing.models import Release

_ONLY_DCC = "Only a DCC release manager may do this."


def _manager(by: Actor) -> str | None:
    return None if by.is_system or by.has(Permission.MANAGE_RELEASES) else _ONLY_DCC


def _any(by: Actor, *permissions: Permission, reason: str) -> str | None:
    return None if by.is_system or any(by.has(one) for one in permissions) else reason


@who
def draft_release(*, by: Actor) -> str | None:
    return _manager(by)


@who
def edit_release(release: Release, *, by: Actor) -> str | None:
    return _manager(by)


@who
def attach_image(release: Release, *, by: Actor) -> str | None:
    return _manager(by)


@who
def save_notes(release: Release, *, by: Actor) -> str | None:
    return _manager(by)


@who
def keep_draft(release: Release, *, by: Actor) -> str | None:
    return _manager(by) if by.user_id is not None else _ONLY_DCC


@who
def add_to_notes(release: Release, *, by: Actor) -> str | None:
    """Rule: an accepted issue becomes a known issue in the notes (Issues)."""
    return _any(by, Permission.MANAGE_RELEASES, Permission.ANSWER_ISSUES, reason=_ONLY_DCC)


@who
def add_section(*, by: Actor) -> str | None:
    return _manager(by)


end_section = add_section


@who
def publish_notes(release: Release, *, by: Actor) -> str | None:
    return _manager(by)


@who
def attach_evidence(release: Release, *, by: Actor) -> str | None:
    return _manager(by)


@who
def reclassify(release: Release, *, by: Actor) -> str | None:
    return _manager(by)


@who
def confirm_schedule(release: Release, *, by: Actor) -> str | None:
    return _manager(by)


@who
def approve_emergency(release: Release, *, by: Actor) -> str | None:
    """Rule: a second DCC approver, never the one who proposed it (Urgency classes)."""
    if not by.has(Permission.APPROVE_EMERGENCY) or by.user_id is None:
        return "Only a DCC release manager approves an Emergency."
    if by.user_id == release.drafted_by_id:
        return "You proposed this release: a second release manager must approve it."
    return None


@who
def announce(release: Release, *, by: Actor) -> str | None:
    return _manager(by)


@who
def serve_by_other_means(release: Release, *, by: Actor) -> str | None:
    return _manager(by)


@who
def serve_newcomer(release: Release, *, by: Actor) -> str | None:
    return _manager(by)


@who
def remind(release: Release, *, by: Actor) -> str | None:
    return _manager(by)


@who
def read_service(release: Release, *, by: Actor) -> str | None:
    """Who was served when, and the certificate of it, is DCC's to read; each recipient reads its own notice."""
    return _manager(by)


@who
def acknowledge(release: Release, *, organisation: Organisation, by: Actor) -> str | None:
    """Rule: an RSA acts for the suppliers that appointed it, and for itself (Who)."""
    if not by.has(Permission.ACKNOWLEDGE_NOTICES) or by.user_id is None:
        return "Only a user of a supplier or an agent acknowledges a notice."
    if organisation.pk not in by.suppliers and organisation.pk != by.organisation_id:
        return f"You do not act for {organisation} today."
    return None


@who
def amend(release: Release, *, by: Actor) -> str | None:
    return _manager(by)


@who
def return_to_draft(release: Release, *, by: Actor) -> str | None:
    """Rule: SECAS returns a release by a determination only, which the portal itself carries out."""
    return _manager(by)


@who
def withdraw(release: Release, *, by: Actor) -> str | None:
    return _manager(by)


@who
def supersede(release: Release, *, by: Actor) -> str | None:
    return _manager(by)


@who
def dispute(release: Release, *, by: Actor) -> str | None:
    permissions = (Permission.OBJECT, Permission.ADMIT_OBJECTIONS)
    return _any(by, *permissions, reason="Only somebody who may object puts a release in dispute.")


@who
def settle(release: Release, *, by: Actor) -> str | None:
    permissions = (
        Permission.OBJECT,
        Permission.ADMIT_OBJECTIONS,
        Permission.ANSWER_OBJECTIONS,
        Permission.PUBLISH_DETERMINATIONS,
    )
    return _any(by, *permissions, reason="Only the parties to an objection settle it.")


@who
def clear(release: Release, *, by: Actor) -> str | None:
    return _any(by, Permission.MANAGE_RELEASES, reason="The gates clear a release.")


@who
def unclear(release: Release, *, by: Actor) -> str | None:
    return _any(by, Permission.MANAGE_RELEASES, reason="The gates decide whether a release stays cleared.")


@who
def reject(release: Release, *, by: Actor) -> str | None:
    return _any(by, Permission.PUBLISH_DETERMINATIONS, reason="Only a determination rejects a release.")


@who
def defer(release: Release, *, by: Actor) -> str | None:
    permissions = (Permission.PUBLISH_DETERMINATIONS, Permission.ANSWER_OBJECTIONS)
    return _any(by, *permissions, reason="Only a determination, or DCC accepting an objection, defers a release.")


@who
def shorten_deferral(release: Release, *, by: Actor) -> str | None:
    return _any(by, Permission.RUN_BALLOTS, reason="A deferral is shortened only when its ballot is voided.")


@who
def waive_notice(release: Release, *, by: Actor) -> str | None:
    return _any(by, Permission.PUBLISH_DETERMINATIONS, reason="Only an expedited ballot waives the notice.")


@who
def lock_notes(release: Release, *, by: Actor) -> str | None:
    return _any(by, Permission.RUN_BALLOTS, reason="Only a ballot locks and frees the notes.")


@who
def activate(release: Release, *, by: Actor) -> str | None:
    return _any(by, Permission.MANAGE_ROLLOUTS, reason="Only DCC starts an activation.")


@who
def halt(release: Release, *, by: Actor) -> str | None:
    return _any(by, Permission.HALT_ROLLOUTS, reason="Only DCC or a CSP halts a release.")


@who
def resume(release: Release, *, by: Actor) -> str | None:
    return _any(by, Permission.MANAGE_ROLLOUTS, reason="Only DCC resumes a halted release.")


@who
def enter_hypercare(release: Release, *, by: Actor) -> str | None:
    return _any(by, Permission.MANAGE_ROLLOUTS, reason="Only DCC ends an activation.")


@who
def close(release: Release, *, by: Actor) -> str | None:
    return _manager(by)


@who
def keep_class(*, by: Actor) -> str | None:
    permissions = (Permission.MANAGE_RELEASES, Permission.ADMINISTER_SITE)
    return _any(by, *permissions, reason="Only DCC or an administrator keeps the urgency classes.")
