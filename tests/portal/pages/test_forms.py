from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from hypothesis import given
from hypothesis import strategies as st

from portal.pages.forms import DateField, GovForm, UkDateTimeField, VersionedForm, in_london
from portal.pages.gallery import SampleForm
from portal.workflow.errors import Invalid
from portal.working_days import LONDON
from tests.html import mistakes


class DayForm(GovForm):
    day = DateField(label="Planned activation")


class MomentForm(GovForm):
    moment = UkDateTimeField(label="Window opens", required=False)


def day_of(**boxes: str) -> DayForm:
    return DayForm({f"day_{name}": text for name, text in boxes.items()})


class TestDateField:
    @pytest.mark.parametrize(
        ("boxes", "expected"),
        [
            ({"day": "19", "month": "1", "year": "2017"}, date(2017, 1, 19)),
            ({"day": " 9", "month": "jan", "year": "2017 "}, date(2017, 1, 9)),
            ({"day": "29", "month": "February", "year": "2016"}, date(2016, 2, 29)),
        ],
    )
    def test_three_boxes_make_a_date(self, boxes: dict[str, str], expected: date) -> None:
        form = day_of(**boxes)
        assert form.is_valid(), form.errors
        assert form.cleaned_data["day"] == expected

    def test_an_iso_text_does_as_well(self) -> None:
        form = DayForm({"day": "2017-01-19"})
        assert form.is_valid()
        assert form.cleaned_data["day"] == date(2017, 1, 19)

    @pytest.mark.parametrize(
        ("boxes", "sentence"),
        [
            ({}, "Planned activation: enter a date."),
            ({"day": "19"}, "Planned activation: the date must include a month and a year."),
            ({"day": "31", "month": "2", "year": "2017"}, "Planned activation: the date must be a real date."),
            ({"day": "1", "month": "2", "year": "17"}, "Planned activation: the year must have 4 numbers, like 2017."),
            (
                {"day": "x", "month": "2", "year": "2017"},
                "Planned activation: the date must be written in numbers, like 9 1 2017.",
            ),
            (
                {"day": "1", "month": "ma", "year": "2017"},
                "Planned activation: the date must be written in numbers, like 9 1 2017.",
            ),
            ({"day": "1", "month": "13", "year": "2017"}, "Planned activation: the date must be a real date."),
        ],
    )
    def test_what_is_wrong_is_said(self, boxes: dict[str, str], sentence: str) -> None:
        form = day_of(**boxes)
        assert form.errors["day"] == [sentence]

    def test_a_bad_iso_text_is_refused(self) -> None:
        assert DayForm({"day": "19th"}).errors["day"] == [
            "Planned activation: the date must be a real date, like 2017-01-19."
        ]

    def test_answers_are_kept_when_refused(self) -> None:
        page = str(day_of(day="31", month="2", year="2017"))
        assert 'value="31"' in page
        assert 'value="2017"' in page

    def test_a_first_value_fills_the_boxes(self) -> None:
        page = str(DayForm(initial={"day": date(2017, 1, 19)}))
        assert 'value="19"' in page
        assert 'value="2017"' in page

    @given(st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 1, 1)))
    def test_boxes_and_back(self, day: date) -> None:
        field = DateField()
        assert field.clean(field.widget.decompress(day)) == day


class SpanForm(GovForm):
    start = UkDateTimeField(label="From")
    end = UkDateTimeField(label="To")


class LimitsForm(GovForm):
    slots = forms.IntegerField(min_value=1, max_value=20)
    least = forms.IntegerField(label="Reports needed", min_value=1)
    most = forms.IntegerField(label="Places", max_value=9)
    name = forms.CharField(label="Name", max_length=3)


def test_a_number_beyond_its_limits_is_refused_in_our_own_words() -> None:
    form = LimitsForm({"slots": "21", "least": "0", "most": "10", "name": "four"})
    assert form.errors == {
        "slots": ["slots: enter a number from 1 to 20."],
        "least": ["Reports needed: enter a number of at least 1."],
        "most": ["Places: enter a number of at most 9."],
        "name": ["Name: write at most 3 characters; there are 4."],
    }


class TestUkDateTimeField:
    def test_of_two_times_each_says_what_is_wrong_with_it(self) -> None:
        typed = {"_day": "19", "_month": "1", "_year": "2017", "_time": "nine"}
        form = SpanForm({f"{name}{part}": value for name in ("start", "end") for part, value in typed.items()})
        assert [form.errors[name][0].partition(":")[0] for name in ("start", "end")] == ["From", "To"]

    @pytest.mark.parametrize(
        ("data", "expected"),
        [
            ("2017-01-19T09:30", datetime(2017, 1, 19, 9, 30, tzinfo=UTC)),
            ("2017-07-19T09:30", datetime(2017, 7, 19, 8, 30, tzinfo=UTC)),
            ("2017-07-19T09:30:00+00:00", datetime(2017, 7, 19, 9, 30, tzinfo=UTC)),
            (["19", "7", "2017", "09:30"], datetime(2017, 7, 19, 8, 30, tzinfo=UTC)),
            (["19", "7", "2017", "9.30"], datetime(2017, 7, 19, 8, 30, tzinfo=UTC)),
            (["19", "1", "2017", "0930"], datetime(2017, 1, 19, 9, 30, tzinfo=UTC)),
            (["19", "1", "2017", "9am"], datetime(2017, 1, 19, 9, tzinfo=UTC)),
            (["19", "1", "2017", "9:30 PM"], datetime(2017, 1, 19, 21, 30, tzinfo=UTC)),
            (["19", "1", "2017", "9.30 p.m."], datetime(2017, 1, 19, 21, 30, tzinfo=UTC)),
            (["19", "1", "2017", "12am"], datetime(2017, 1, 19, tzinfo=UTC)),
            (["19", "1", "2017", "12pm"], datetime(2017, 1, 19, 12, tzinfo=UTC)),
        ],
    )
    def test_wall_clock_time_is_that_of_london(self, data: Any, expected: datetime) -> None:
        assert UkDateTimeField().clean(data) == expected

    @pytest.mark.parametrize(
        ("data", "sentence"),
        [
            (["19", "7", "2017", ""], "Enter a time, like 09:30."),
            (["19", "7", "2017", "25:00"], "The time must be written like 09:30, 17:00 or 5pm."),
            (["19", "7", "2017", "9"], "The time must be written like"),
            (["19", "7", "2017", "13pm"], "The time must be written like"),
            (["19", "7", "2017", "0am"], "The time must be written like"),
            (["26", "3", "2017", "01:30"], "The clocks go forward then: that time does not exist."),
            ("tomorrow", "The time must be like 2017-01-19T09:30."),
        ],
    )
    def test_what_is_wrong_is_said(self, data: Any, sentence: str) -> None:
        with pytest.raises(ValidationError, match=sentence):
            UkDateTimeField().clean(data)

    def test_an_hour_that_comes_twice_is_its_first_pass(self) -> None:
        moment = in_london(date(2017, 10, 29), datetime(2017, 1, 1, 1, 30).time())
        assert moment.astimezone(UTC) == datetime(2017, 10, 29, 0, 30, tzinfo=UTC)

    def test_nothing_is_nothing(self) -> None:
        form = MomentForm({})
        assert form.is_valid()
        assert form.cleaned_data["moment"] is None

    @given(st.datetimes(min_value=datetime(1980, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)))
    def test_boxes_and_back(self, moment: datetime) -> None:
        moment = moment.replace(second=0, microsecond=0)
        field = UkDateTimeField()
        back = field.clean(field.widget.decompress(moment))
        assert back is not None
        assert moment - back in (
            timedelta(),
            timedelta(hours=1),
        )  # a repeated hour is its first pass
        assert back.astimezone(LONDON).replace(tzinfo=None) == moment.astimezone(LONDON).replace(tzinfo=None)


class TestRenderer:
    def test_a_form_is_valid_html(self) -> None:
        assert mistakes(str(SampleForm()), fragment=True) == []

    def test_a_refused_form_is_valid_html_and_keeps_every_message(self) -> None:
        form = SampleForm({"name": "", "planned_day": "31", "planned_month": "2", "planned_year": "2017"})
        page = str(form)
        assert mistakes(page, fragment=True) == []
        for sentences in form.errors.values():
            for sentence in sentences:
                assert sentence in page

    def test_hint_and_error_are_tied_to_the_control(self) -> None:
        page = str(SampleForm({}))
        assert 'aria-describedby="id_name_helptext id_name_error"' in page
        assert 'aria-invalid="true"' in page

    def test_what_may_be_left_empty_says_so(self) -> None:
        page = str(SampleForm())
        assert 'Notes<span class="app-optional"> (optional)</span>' in page
        assert "Hub model<span" not in page

    def test_answers_are_escaped(self) -> None:
        assert "<script>" not in str(SampleForm({"name": "<script>", "notes": "</textarea><script>"}))

    def test_a_plain_form_gets_the_same_look(self) -> None:
        class Plain(forms.Form):
            login = forms.EmailField()
            remember = forms.BooleanField(required=False)

        page = str(Plain())
        assert 'class="govuk-input"' in page
        assert "govuk-checkboxes__input" in page


class TestGovForm:
    def test_an_empty_field_is_named_in_its_own_words(self) -> None:
        errors = SampleForm({}).errors
        assert errors["name"] == ["Enter name of the release."]
        assert errors["urgency"] == ["Choose urgency class."]
        assert errors["confirm"] == ["Tick the box: I have read the consequences."]

    def test_a_refusal_stands_beside_the_field_it_names(self) -> None:
        form = DayForm({"day": "2017-01-19"})
        form.is_valid()
        form.add_refusal(Invalid("Dates are wrong.", {"day": ["Activation lies before the notice is over."]}))
        assert form.errors["day"] == ["Activation lies before the notice is over."]

    def test_a_refusal_about_nothing_in_particular_stands_above(self) -> None:
        form = DayForm({"day": "2017-01-19"})
        form.is_valid()
        form.add_refusal(Invalid("The image is too large.", {"image": ["Too large."]}))
        assert form.non_field_errors() == ["The image is too large.", "Too large."]
        both = DayForm({"day": "2017-01-19"})
        both.is_valid()
        both.add_refusal(Invalid("Look.", {"day": ["Too late."], "regions": ["Choose one."], "hidden": ["Look."]}))
        assert (both.errors["day"], both.non_field_errors()) == (["Too late."], ["Choose one."])

    def test_the_version_seen_travels_hidden(self) -> None:
        assert '<input type="hidden" name="seen" value="3"' in str(VersionedForm(initial={"seen": 3}))


def test_several_boxes_or_one_text_both_count_as_an_answer() -> None:
    widget = DateField().widget
    assert not widget.value_omitted_from_data({"day": "2017-01-19"}, MultiValueDict(), "day")
    assert not widget.value_omitted_from_data({"day_day": "1"}, MultiValueDict(), "day")
    assert widget.value_omitted_from_data({}, MultiValueDict(), "day")
