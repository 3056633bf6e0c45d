"""Rows every installation has: the urgency classes as portal defaults."""

from datetime import date

from releases.publishing.models import UrgencyClass
from releases.publishing.terms import DEFAULT_CLASSES, LEAST_CLEAR_DAYS, ClassTerms, Unit

FIRST_DAY = date(2016, 1, 1)  # before any release the portal can hold
_MEANT_FOR = {
    "emergency": "Security, safety or loss of supply",
    "urgent": "A service-affecting defect",
    "routine": "Fixes, uplift of a maintenance validity period",
    "major": "A new CHTS or GBCS version, or a new feature",
}


def ensure_defaults() -> None:
    """Add each urgency class that has no row yet; rows that exist are left as they are."""
    there = set(UrgencyClass.objects.values_list("name", flat=True))
    for terms in DEFAULT_CLASSES:
        if terms.code not in there:
            _row(terms).save()


def _row(terms: ClassTerms) -> UrgencyClass:
    notice = terms.activation_notice
    in_working_days = notice.unit == Unit.WORKING_DAYS
    return UrgencyClass(
        name=terms.code,
        effective_from=FIRST_DAY,
        meant_for=_MEANT_FOR[terms.code],
        deployment_notice_working_days=terms.deployment_notice.count,
        activation_notice_days=LEAST_CLEAR_DAYS if in_working_days else notice.count,
        activation_notice_working_days=notice.count if in_working_days else 0,
        test_working_days=terms.user_test_days,
        objection_working_days_after_test=terms.objections_after_test,
        objection_working_days_before_activation=terms.objections_before_activation,
        review_ballot_working_days=terms.review_ballot_days,
        hypercare_months=terms.hypercare_months,
        needs_second_approver=terms.needs_second_approver,
    )
