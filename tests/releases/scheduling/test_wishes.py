"""The frame of an exercise and what a party states in it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from releases.scheduling import frames, wishes
from releases.scheduling.frames import Frame
from releases.scheduling.wishes import Blackout, Wishes

FRAME = Frame(
    first=date(2017, 4, 10),  # a Monday; Good Friday is the 14th, Easter Monday the 17th
    last=date(2017, 4, 23),
    capacity={"north": 100, "south": 50},
    weekends=False,
    bank_holidays=False,
    notice_over=date(2017, 4, 11),
)
HOMES = {"north": 300, "south": 20}


def day(number: int) -> date:
    return date(2017, 4, number)


def in_region(region: str, first: int, last: int, *, firm: bool = True) -> Blackout:
    return Blackout(day(first), day(last), firm=firm, reason="Peak", regions=(region,))


def frame(**changes) -> Frame:
    return replace(FRAME, **changes)


class TestFrame:
    def test_nights_are_those_after_notice_on_allowed_days(self):
        assert [night.day for night in FRAME.nights()] == [11, 12, 13, 18, 19, 20, 21]
        assert len(frame(bank_holidays=True).nights()) == 9
        assert len(frame(weekends=True).nights()) == 11
        assert [night.day for night in frame(valid_to=day(12)).nights()] == [11, 12]

    def test_weeks_are_named_by_their_mondays(self):
        assert FRAME.weeks() == [day(10), day(17)]

    def test_a_frame_that_fits_has_nothing_wrong(self):
        assert frames.wrong_with(FRAME, HOMES) == {}
        assert frames.wrong_with(FRAME, {}) == {}

    @pytest.mark.parametrize(
        ("changes", "field", "sentence"),
        [
            ({"last": day(9)}, "last", "9 April 2017 is before the first day, 10 April 2017"),
            ({"last": day(10) + timedelta(days=366)}, "last", "longer than 366 days"),
            ({"last": day(10)}, "last", "too short: notice served when statements close is over on 11 April 2017"),
            ({"valid_to": day(3)}, "last", "may be activated until 3 April 2017 only"),
            ({"first": day(15), "last": day(17)}, "last", "No day of the horizon is allowed"),
            ({"capacity": {"north": 0}}, "capacity_north", "at least 1 home a night"),
            (
                {"capacity": {"north": 10}},
                "capacity_north",
                "300 homes at 10 a night take 30 nights",
            ),
        ],
    )
    def test_what_cannot_be_is_said_by_field(self, changes, field, sentence):
        wrong = frames.wrong_with(frame(**changes), HOMES)
        assert list(wrong) == [field]
        assert sentence in wrong[field][0]


class TestWishes:
    def test_days_of_each_kind(self):
        firm, soft = Blackout(day(11), day(12), reason="Peak"), Blackout(day(12), day(13), firm=False)
        said = Wishes([firm, soft], preferred=[day(17)])
        assert said.firm_days("north") == {day(11), day(12)}
        assert said.soft_days("south") == {day(12), day(13)}
        assert said.preferred_days() == {day(number) for number in range(17, 24)}

    def test_days_in_one_region(self):
        said = Wishes([in_region("north", 11, 12), in_region("south", 12, 13, firm=False)])
        assert [said.firm_days(region) for region in ("north", "south")] == [{day(11), day(12)}, set()]
        assert [said.soft_days(region) for region in ("north", "south")] == [set(), {day(12), day(13)}]

    def test_a_blackout_is_kept_and_read_back(self):
        one = Blackout(day(11), day(12), firm=False, reason="System change")
        assert wishes.read(one.as_stored()) == one
        assert str(one) == "11 April 2017 to 12 April 2017"
        assert str(Blackout(day(11), day(11))) == "11 April 2017"

    def test_a_blackout_of_some_regions_names_them_and_one_kept_before_there_were_any_holds_in_all(self):
        one = Blackout(day(11), day(11), regions=("north", "central", "south"))
        assert wishes.read(one.as_stored()) == one
        assert str(one) == "11 April 2017 in North, Central and South"
        kept = {name: value for name, value in one.as_stored().items() if name != "regions"}
        assert wishes.read(kept).covers("north") and wishes.read(kept).regions == ()

    def test_what_fits_has_nothing_wrong(self):
        said = Wishes([Blackout(day(11), day(13), reason="Peak")], [day(17)], {"north": 75})
        assert wishes.wrong_with(said, FRAME, HOMES) == {}
        assert wishes.wrong_with(Wishes(), FRAME, HOMES) == {}

    @pytest.mark.parametrize(
        ("blackout", "field", "sentence"),
        [
            (Blackout(day(12), day(11), reason="x"), "firm", "11 April 2017 is before 12 April 2017"),
            (Blackout(day(1), day(2), reason="x"), "firm", "lies outside the horizon, 10 April 2017 to 23 April 2017"),
            (Blackout(day(28), day(29), firm=False), "soft", "lies outside the horizon"),
            (Blackout(day(12), day(12)), "firm", "12 April 2017: give the reason"),
            (Blackout(day(12), day(12), firm=False, reason="x" * 301), "soft", "under 300 characters"),
            (Blackout(day(10), day(23), reason="x"), "firm", "leave no night of the horizon: make"),
            (in_region("north", 10, 23), "firm", "leave no night of the horizon in North: make some"),
            (in_region("north", 10, 23, firm=False), "soft", "every night that you leave in North: name those"),
            (
                in_region("wales", 12, 12),
                "firm",
                "12 April 2017 in Wales: Wales is not asked in this exercise. Name of North and South, or none for",
            ),
        ],
    )
    def test_a_blackout_that_cannot_be(self, blackout, field, sentence):
        wrong = wishes.wrong_with(Wishes([blackout]), FRAME, HOMES)
        assert list(wrong) == [field]
        assert sentence in wrong[field][0]

    def test_too_many_blackouts(self):
        many = [Blackout(day(12), day(12), firm=False)] * 51
        assert "at most 50 blackouts" in wishes.wrong_with(Wishes(many), FRAME, HOMES)["soft"][0]

    def test_a_preferred_week_that_is_ruled_out_or_not_offered(self):
        peak = Blackout(day(10), day(16), reason="Peak")
        wrong = wishes.wrong_with(Wishes([peak], [day(10), day(3)]), FRAME, HOMES)
        assert wrong == {
            "preferred": [
                "You prefer the week of 10 April 2017 and rule out all its nights: change one of the two.",
                "The week of 3 April 2017 has no night in the horizon: choose one that is offered.",
            ]
        }

    def test_who_would_rather_avoid_every_night_says_nothing(self):
        soft = Blackout(day(10), day(20), firm=False)
        assert wishes.wrong_with(Wishes([soft]), FRAME, HOMES) == {}
        rest = Blackout(day(21), day(23), reason="Peak")
        assert "avoid every night that you leave" in wishes.wrong_with(Wishes([soft, rest]), FRAME, HOMES)["soft"][0]

    def test_a_region_ruled_out_is_no_matter_without_homes_there(self):
        said = Wishes([in_region("north", 10, 23)], limits={"south": 3})
        assert wishes.wrong_with(said, FRAME, {"south": 20}) == {}
        assert list(wishes.wrong_with(said, FRAME, {})) == ["firm"]

    def test_a_week_and_a_limit_are_held_against_the_nights_left_in_each_region(self):
        half = in_region("north", 10, 16)
        assert wishes.wrong_with(Wishes([half], [day(10)], {"north": 75, "south": 3}), FRAME, HOMES) == {}
        wrong = wishes.wrong_with(Wishes([half], limits={"north": 74, "south": 2}), FRAME, HOMES)
        assert [wrong[f"limit_{region}"][0].split(", ")[0] for region in ("north", "south")] == [
            "Your 300 homes at 74 a night take 5 nights",
            "Your 20 homes at 2 a night take 10 nights",
        ]

    def test_a_blackout_of_a_region_that_is_not_asked_any_more_does_not_hold_everywhere(self):
        there = Blackout(day(11), day(11), reason="Peak", regions=("north", "west"))
        kept = wishes.within(Wishes([there, in_region("west", 11, 11)]), FRAME)
        assert kept.blackouts == [in_region("north", 11, 11)]

    def test_what_concerns_another_frame_is_what_lies_in_it(self):
        early, late = Blackout(day(1), day(10), reason="Peak"), Blackout(day(24), day(25), reason="Peak")
        said = Wishes([early, late], [day(3), day(17)], {"north": 5, "west": 5}, shares_reasons=True, remark="Well.")
        kept = wishes.within(said, FRAME)
        assert (kept.blackouts, kept.preferred, kept.limits) == ([early], [day(17)], {"north": 5})
        assert (kept.shares_reasons, kept.remark) == (True, "Well.")

    def test_nothing_is_said_of_weeks_where_nothing_is_left(self):
        all_of_it = Blackout(day(10), day(23), reason="Moratorium")
        wrong = wishes.wrong_with(Wishes([all_of_it], [day(10)], {"north": 1}), FRAME, HOMES)
        assert list(wrong) == ["firm"]

    @pytest.mark.parametrize(
        ("region", "most", "sentence"),
        [
            ("central", 10, "not in the exercise"),
            ("north", 0, "at least 1 home a night"),
            ("north", 20, "Your 300 homes at 20 a night take 15 nights, and 7 are left"),
        ],
    )
    def test_a_limit_that_cannot_be(self, region, most, sentence):
        wrong = wishes.wrong_with(Wishes(limits={region: most}), FRAME, HOMES)
        assert sentence in wrong[f"limit_{region}"][0]
