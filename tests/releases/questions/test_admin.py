import pytest

from releases.questions import verbs
from tests.factories.questions import make_question, make_request

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["question", "watch", "contentrequest", "support"])
def test_the_administrator_looks_at_rows_and_their_history_and_changes_none(sign_in, set_clock, world, announced, kind):
    set_clock(world.at)
    osprey = {"organisation": world.organisation("osprey"), "by": world.actor("other_supplier"), "at": world.at}
    question, request = make_question(world, announced), make_request(world)
    rows = {
        "question": question,
        "watch": verbs.watch(question, **osprey),
        "contentrequest": request,
        "support": verbs.support(request, **osprey),
    }
    client, address = sign_in("administrator"), f"/admin/questions/{kind}"
    assert client.get(f"{address}/").status_code == 200
    assert client.get(f"{address}/{rows[kind].pk}/history/").status_code == 200
    assert client.get(f"{address}/add/").status_code == 403
    assert client.post(f"{address}/{rows[kind].pk}/delete/", {"post": "yes"}).status_code == 403
    assert sign_in("manager").get(f"{address}/").status_code in (302, 403)
