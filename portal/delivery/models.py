"""What people are told: an outbox written in the verb's transaction, and one delivery per recipient."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Message(models.Model):
    """Something told. ``reference`` names what it is about; ``then`` is a task to enqueue when a delivery succeeds."""

    kind = models.CharField(max_length=60)
    statutory = models.BooleanField(default=False)
    subject = models.CharField(max_length=300)
    body = models.TextField(help_text="Plain text, as mailed and as shown in the inbox.")
    url = models.CharField(max_length=300, blank=True)
    reference_kind = models.CharField(max_length=80, blank=True)
    reference_id = models.BigIntegerField(null=True)
    about = models.CharField(
        max_length=40, blank=True, db_default="", help_text="Reference of the release it concerns."
    )
    restricted = models.BooleanField(default=False, help_text="Mail carries a link only, never the text.")
    then = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField(help_text="Portal time at which it was told.")

    class Meta:
        indexes = [models.Index(fields=["reference_kind", "reference_id"], name="message_reference")]

    def __str__(self) -> str:
        return self.subject


class Delivery(models.Model):
    """One recipient's copy: mailed to ``address`` and shown in the inbox of the user or the organisation."""

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"
        INBOX_ONLY = "inbox_only", "In the inbox only"

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="deliveries")
    user_id = models.BigIntegerField(null=True)
    organisation_id = models.BigIntegerField(null=True)
    recipient = models.CharField(max_length=200)
    address = models.EmailField(blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(db_default=Now(), help_text="Real time.")
    sent_at = models.DateTimeField(null=True, help_text="Portal time of successful service by mail.")
    read_at = models.DateTimeField(null=True, help_text="Portal time at which it was first read in the inbox.")
    read_by_id = models.BigIntegerField(null=True)
    failure = models.CharField(max_length=300, blank=True)
    addition = models.TextField(
        blank=True, default="", db_default="", help_text="What concerns this recipient alone; follows the text."
    )

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.CheckConstraint(
                condition=Q(read_at=None, read_by_id=None) | Q(read_at__isnull=False, read_by_id__isnull=False),
                name="read_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["message", "user_id", "organisation_id"], name="told_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at=None)),
                name="sent_has_its_time",
            ),
        ]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(state="queued"), name="delivery_queue"),
            models.Index(fields=["organisation_id", "-id"], name="delivery_inbox"),
            models.Index(fields=["user_id", "-id"], name="delivery_own_inbox"),
        ]

    def __str__(self) -> str:
        return f"{self.message} to {self.recipient}"

    @property
    def text(self) -> str:
        """What this recipient is told: the message and the recipient's own addition."""
        return f"{self.message.body}\n{self.addition}" if self.addition else self.message.body


class Attempt(models.Model):
    """One try to send one delivery; append-only."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="tries")
    tried_at = models.DateTimeField(db_default=Now(), help_text="Real time.")
    succeeded = models.BooleanField()
    detail = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{'sent' if self.succeeded else 'failed'}: {self.delivery}"


class Preference(models.Model):
    """A person's wish about one kind of message; statutory kinds ignore it."""

    class How(models.TextChoices):
        MAIL = "mail", "Mail at once"
        DIGEST = "digest", "Daily digest"
        INBOX = "inbox", "In the portal only"

    user_id = models.BigIntegerField()
    kind = models.CharField(max_length=60)
    how = models.CharField(max_length=6, choices=How, default=How.MAIL)
    chosen_at = models.DateTimeField(null=True, help_text="Portal time; a digest holds nothing told before.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "kind"], name="one_preference_a_kind")]
        indexes = [models.Index(fields=["user_id"], condition=Q(how="digest"), name="digest_readers")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.how}"


class Digest(models.Model):
    """One person's digest of one day, and what it covered; its mail lies in the outbox like any other."""

    user_id = models.BigIntegerField()
    day = models.DateField()
    deliveries = models.ManyToManyField(Delivery, related_name="digests")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "day"], name="one_digest_a_day")]

    def __str__(self) -> str:
        return f"digest of {self.day}"
