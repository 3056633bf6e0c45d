"""The API's description: two serializers of one name would stand in it as one, with the fields of either."""

import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator

pytestmark = pytest.mark.django_db


def test_no_two_components_have_one_name():
    GENERATOR_STATS.reset()
    found = SchemaGenerator().get_schema(request=None, public=True)
    said = [text for kind in (GENERATOR_STATS._warn_cache, GENERATOR_STATS._error_cache) for text in kind]
    assert len(found["components"]["schemas"]) > 100
    assert [text for text in said if "identical names" in text] == []
