"""What everybody sees of everybody: weeks and totals."""

from datetime import date

from releases.scheduling import load
from releases.scheduling.load import Counted, Stand
from releases.scheduling.wishes import Blackout, Wishes
from tests.releases.scheduling.test_wishes import FRAME, day

PEAK = Blackout(day(11), day(12), reason="Peak")
SOFT = Blackout(day(20), day(30), firm=False)
HERON = Stand(1, "Heron Power", 300, Wishes([PEAK, SOFT], [day(17)], {"south": 5, "north": 50}))
OSPREY = Stand(2, "Osprey Gas", 20, Wishes([PEAK], shares_reasons=True))
SILENT = Stand(3, "Fernlight Energy", 7, None)


def test_the_load_of_each_week():
    first, second = load.weeks(FRAME, [HERON, OSPREY, SILENT])
    assert (first.monday, first.nights, first.capacity) == (date(2017, 4, 10), 3, 450)
    assert first.counts == (Counted(2, 320), Counted(0, 0), Counted(0, 0))
    assert second.counts == (Counted(0, 0), Counted(1, 300), Counted(1, 300))


def test_totals_say_reasons_only_where_they_may_be_known():
    heron, osprey, silent = load.totals(FRAME, [HERON, OSPREY, SILENT], set())
    assert (heron.ruled_out, heron.avoided, heron.preferred) == (2, 2, 1)
    assert heron.limits == (("north", 50), ("south", 5))
    assert (heron.reasons, osprey.reasons) == ((), (PEAK,))
    assert (silent.stated, silent.ruled_out, silent.reasons) == (False, 0, ())
    assert load.totals(FRAME, [HERON], {1})[0].reasons == (PEAK,)
    assert load.totals(FRAME, [HERON])[0].reasons == (PEAK,)
