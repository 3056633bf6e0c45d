"""Alerts sent to a supplier's system: signed, in order, each at least once, tried again and given up."""

import hashlib
import hmac
from datetime import timedelta
from functools import partial

import pytest
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from devices.alerts import queries, sending, tasks, verbs
from devices.alerts.addresses import Target
from devices.alerts.models import Webhook
from devices.alerts.verbs import hooking
from portal.delivery.models import Delivery
from portal.journal.models import Entry
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from tests.factories.ballots import set_clock
from tests.factories.fixtures import BACKEND
from tests.factories.hook_server import hook_server
from tests.html import mistakes

API = "/api/v1/activation-webhook/"


@pytest.fixture
def system():
    with hook_server() as taken:
        yield taken


@pytest.fixture
def done(road):
    """A rollout that runs to its end after the webhook was set."""
    set_clock(road.at)
    return road


def actor(road, who="supplier"):
    return road.world.actor(who, at=road.at)


def hook(road, url, who="supplier"):
    return verbs.set_webhook(url, by=actor(road, who), at=road.at)


def finish(road):
    road.finish()
    verbs.number()


def due(row):
    Webhook.objects.filter(pk=row.pk).update(next_attempt_at=timezone.now() - timedelta(seconds=1))
    return row.pk


def send(road, row):
    return verbs.send_webhook(due(row), by=tasks.SENDER, at=road.at)


class TestSending:
    def test_every_alert_comes_once_in_order_and_signed(self, done, system, monkeypatch):
        monkeypatch.setattr(hooking, "AT_ONCE", 60)
        row = hook(done, system.url)
        finish(done)
        due(row)
        tasks.send_webhooks()
        supplier = done.world.actor("supplier", at=done.at)
        owed = [str(alert.place) for alert in queries.page(supplier, queries.Cursor(), 1_000).rows]
        assert [alert["id"] for alert in system.alerts] == owed
        assert len(system.calls) > 3
        for headers, body in system.calls:
            signed = headers["X-Portal-Timestamp"].encode() + b"." + body
            expected = hmac.new(row.secret.encode(), signed, hashlib.sha256).hexdigest()
            assert headers["X-Portal-Signature"] == f"sha256={expected}"
        assert len({headers["X-Portal-Delivery"] for headers, _ in system.calls}) == len(system.calls)
        kept = Webhook.objects.get()
        assert (kept.failures, kept.failure, kept.taken_at is not None) == (0, "", True)

    def test_what_came_before_it_was_set_is_not_sent(self, done, system):
        finish(done)
        row = hook(done, system.url)
        assert send(done, row) is False
        assert system.calls == []
        assert Webhook.objects.get().taken_at is None

    def test_a_call_not_taken_is_tried_again_later_with_the_same_name(self, done, system):
        row = hook(done, system.url)
        finish(done)
        system.status = 503
        for expected in (30, 60, 120):
            assert send(done, row) is False
            kept = Webhook.objects.get()
            wait = (kept.next_attempt_at - timezone.now()).total_seconds()
            assert expected - 5 < wait <= expected
            assert kept.failure == "Answered 503 in place of 2xx."
        system.status = 204
        send(done, row)
        assert len({headers["X-Portal-Delivery"] for headers, _ in system.calls}) == 1
        assert Webhook.objects.get().failures == 0

    @pytest.mark.parametrize("status", [301, 404])
    def test_only_2xx_is_taken_and_no_redirect_followed(self, done, system, status):
        row = hook(done, system.url)
        finish(done)
        system.status = status
        send(done, row)
        assert (len(system.calls), Webhook.objects.get().failures) == (1, 1)

    def test_after_too_many_it_is_given_up_and_its_people_told(self, done, system):
        row = hook(done, system.url)
        finish(done)
        system.status = 500
        Webhook.objects.update(failures=hooking.MOST_FAILURES - 1)
        send(done, row)
        assert Webhook.objects.get().is_dead
        assert Entry.objects.get(verb="give_up_webhook").data == {"failures": hooking.MOST_FAILURES}
        told = Delivery.objects.filter(message__kind="alerts.webhook_given_up").get()
        assert told.user_id == done.world.users["supplier"].pk
        assert send(done, row) is False
        assert len(system.calls) == 1
        system.status = 200
        hook(done, system.url)
        send(done, row)
        assert system.alerts

    def test_a_system_that_is_not_there(self, done):
        with hook_server() as gone:
            row = hook(done, gone.url)
        finish(done)
        send(done, row)
        assert Webhook.objects.get().failure == "No answer: ConnectionRefusedError."

    def test_what_another_worker_calls_is_left_alone(self, done, system):
        row = hook(done, system.url)
        assert hooking._claim(due(row)) is not None
        assert verbs.send_webhook(row.pk, by=tasks.SENDER, at=done.at) is False

    def test_one_set_again_meanwhile_counts_no_failure(self, done, system):
        row = hook(done, system.url)
        claimed = hooking._claim(due(row))
        hook(done, system.url + "&again")
        hooking._fail(claimed, "Late.", by=tasks.SENDER, at=done.at)
        assert Webhook.objects.get().failures == 0

    def test_an_address_that_became_private_is_not_called(self, done, system, settings):
        row = hook(done, system.url)
        finish(done)
        settings.WEBHOOKS_LOOPBACK = False
        send(done, row)
        assert "begins with https" in Webhook.objects.get().failure
        assert system.calls == []

    def test_with_tls_the_certificate_is_asked_for(self, system):
        port = int(system.url.partition("://127.0.0.1:")[2].partition("/")[0])
        with pytest.raises(sending.Unsent, match="SSL"):
            sending.post(f"https://127.0.0.1:{port}/", b"{}", {})

    def test_the_host_is_named_with_an_unusual_port_only(self):
        assert sending._host(Target(True, "a.example", 443, "/")) == "a.example"
        assert sending._host(Target(True, "a.example", 8443, "/")) == "a.example:8443"


class TestSetting:
    def test_it_is_journalled_and_its_secret_renewed(self, done, system):
        row = hook(done, system.url)
        assert Entry.objects.get(verb="set_webhook").data == {"url": system.url}
        renewed = verbs.renew_secret(by=actor(done), at=done.at)
        assert renewed.secret != row.secret
        verbs.remove_webhook(by=actor(done), at=done.at)
        assert not Webhook.objects.exists()
        with pytest.raises(NotNow, match="has no webhook"):
            verbs.remove_webhook(by=actor(done), at=done.at)
        assert str(row) == f"Webhook of {row.organisation}"

    @pytest.mark.parametrize("who", ["rsa", "manager", "csp_north", "observer"])
    def test_only_a_suppliers_own_people_set_it(self, done, system, who):
        for verb in (partial(verbs.set_webhook, system.url), verbs.renew_secret, verbs.remove_webhook):
            with pytest.raises(NotAllowed, match="own people"):
                verb(by=actor(done, who), at=done.at)

    def test_an_address_inside_a_network_is_refused(self, done):
        with pytest.raises(Invalid, match="no public address"):
            hook(done, "https://10.0.0.1/hubs")

    def test_a_stale_page_is_noticed(self, done, system):
        row = hook(done, system.url)
        hook(done, system.url)
        with pytest.raises(NotNow, match="Somebody else"):
            verbs.set_webhook(system.url, by=actor(done), at=done.at, seen=row.version)


class TestPages:
    def visit(self, client, name="webhook", post=None, status=200):
        url = reverse(f"alerts:{name}")
        answer = client.get(url) if post is None else client.post(url, post)
        assert answer.status_code == status
        text = answer.content.decode()
        assert not text or not mistakes(text)
        return text

    def test_set_shown_renewed_and_removed(self, done, system, sign_in):
        client = sign_in("supplier")
        assert "None is set" in self.visit(client)
        self.visit(client, post={"url": system.url}, status=302)
        row = Webhook.objects.get()
        text = self.visit(client)
        assert row.secret in text
        assert "of=heron" in text
        self.visit(client, "renew_secret", post={"seen": row.version}, status=302)
        assert Webhook.objects.get().secret != row.secret
        assert 'href="/fleet/alerts/webhook/"' in client.get(reverse("alerts:alerts")).content.decode()
        self.visit(client, "remove_webhook", post={"seen": row.version + 1}, status=302)
        assert not Webhook.objects.exists()

    def test_what_was_wrong_is_said_and_what_was_typed_kept(self, done, sign_in):
        text = self.visit(sign_in("supplier"), post={"url": "https://10.0.0.1/hubs"}, status=400)
        assert "10.0.0.1 is no public address" in text
        assert 'value="https://10.0.0.1/hubs"' in text

    def test_how_it_goes_is_shown(self, done, system, sign_in):
        hook(done, system.url)
        client = sign_in("supplier")
        Webhook.objects.update(failures=2, failure="No answer: TimeoutError.")
        assert "The last 2 calls were not taken. No answer" in self.visit(client)
        Webhook.objects.update(is_dead=True)
        assert "Given up after 2 calls" in self.visit(client)

    def test_a_form_that_was_changed_on_its_way_does_nothing(self, done, system, sign_in):
        hook(done, system.url)
        self.visit(sign_in("supplier"), "remove_webhook", post={"seen": "x"}, status=302)
        assert Webhook.objects.exists()

    def test_by_api(self, done, system):
        client = APIClient()
        client.force_login(done.world.users["supplier"], backend=BACKEND)
        assert client.get(API).json() == []
        made = client.post(API, {"url": system.url}).json()
        assert client.get(API).json() == [made]
        renewed = client.post(API + "renew-secret/", {"version": made["version"]}).json()
        assert renewed["secret"] != made["secret"]
        assert client.post(API, {"url": "https://10.0.0.1/"}).status_code == 400
        assert client.post(API + "remove/", {"version": made["version"]}).status_code == 409
        assert client.post(API + "remove/", {}).status_code == 204
