import pytest

from portal.people.models import Organisation
from portal.workflow.rows import loaded

pytestmark = pytest.mark.django_db


def test_what_was_given_is_there_and_the_rest_is_read_when_asked_for(world, django_assert_num_queries):
    heron = world.organisation("heron")
    with django_assert_num_queries(0):
        row = loaded(Organisation, name="As read", id=heron.pk)
        assert (row, row.name, "kind" in row.get_deferred_fields()) == (heron, "As read", True)
    with django_assert_num_queries(1):
        assert row.kind == heron.kind


def test_a_column_that_is_not_there_is_refused():
    with pytest.raises(TypeError, match="Organisation has no agent, colour"):
        loaded(Organisation, id=1, colour="grey", agent=2)
