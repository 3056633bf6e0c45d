"""One mail a day and supplier about its hubs that activated; never one a hub."""

from datetime import datetime, timedelta

from django.db import transaction

from devices.alerts import messages, queries
from devices.alerts.models import Summary
from portal.delivery.outbox import tell
from portal.working_days import london_day

BACK = timedelta(days=3)  # how far the first summary looks back


@transaction.atomic
def summarise(*, at: datetime) -> int:
    """Sum up every day that is over and not summed up yet, for each supplier with a hub activated; return how many
    summaries were told. A second call finds the day taken."""
    today = london_day(at)
    last = Summary.objects.order_by("-day").values_list("day", flat=True).first()
    told = 0
    for day in queries.days_to_sum(last or today - BACK - timedelta(days=1), today):
        _, is_new = Summary.objects.get_or_create(day=day, defaults={"made_at": at})
        for supplier, rows in queries.by_supplier(day) if is_new else ():
            tell(messages.DaySummed(supplier, day, rows), at=at)
            told += 1
    return told
