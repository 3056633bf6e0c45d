"""What everybody sees of everybody: weeks and totals."""

from dataclasses import replace
from datetime import date

from releases.scheduling import load
from releases.scheduling.load import Counted, Stand
from releases.scheduling.wishes import Blackout, Wishes
from tests.releases.scheduling.test_wishes import FRAME, day

PEAK = Blackout(day(11), day(12), reason="Peak")
SOFT = Blackout(day(20), day(30), firm=False)
HERON = Stand(1, "Heron Power", {"north": 280, "south": 20}, Wishes([PEAK, SOFT], [day(17)], {"south": 5, "north": 50}))
OSPREY = Stand(2, "Osprey Gas", {"south": 20}, Wishes([PEAK], shares_reasons=True))
SILENT = Stand(3, "Fernlight Energy", {"north": 7}, None)


def test_the_load_of_each_week():
    first, second = load.weeks(FRAME, [HERON, OSPREY, SILENT])
    assert (first.monday, first.nights, first.capacity) == (date(2017, 4, 10), 3, 450)
    assert first.counts == (Counted(2, 320), Counted(0, 0), Counted(0, 0))
    assert second.counts == (Counted(0, 0), Counted(1, 300), Counted(1, 300))


def test_a_blackout_in_one_region_counts_its_homes_alone():
    north = Stand(4, "Finch Energy", {"north": 30, "south": 4}, Wishes([replace(PEAK, regions=("north",))]))
    there = Stand(5, "Wren Gas", {"south": 4}, Wishes([replace(PEAK, regions=("north",))]))
    first, _ = load.weeks(FRAME, [north, there])
    assert first.ruled_out == Counted(1, 30)
    assert [one.ruled_out for one in load.totals(FRAME, [north, there])] == [2, 2]


def test_totals_say_reasons_only_where_they_may_be_known():
    heron, osprey, silent = load.totals(FRAME, [HERON, OSPREY, SILENT], set())
    assert (heron.ruled_out, heron.avoided, heron.preferred) == (2, 2, 1)
    assert heron.limits == (("north", 50), ("south", 5))
    assert (heron.reasons, osprey.reasons) == ((), (PEAK,))
    assert (silent.stated, silent.ruled_out, silent.reasons) == (False, 0, ())
    assert load.totals(FRAME, [HERON], {1})[0].reasons == (PEAK,)
    assert load.totals(FRAME, [HERON])[0].reasons == (PEAK,)
