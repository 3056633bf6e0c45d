from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


class ClockSetting(models.Model):
    """The portal clock's one row: portal time runs from ``portal_base`` at ``speed`` since ``real_base``."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    real_base = models.DateTimeField(help_text="Real time at which this setting was made.")
    portal_base = models.DateTimeField(help_text="Portal time at that moment.")
    speed = models.PositiveIntegerField(default=1, help_text="Portal seconds per real second.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="clock_has_one_row"),
            models.CheckConstraint(condition=models.Q(speed__gte=1), name="clock_never_stands"),
        ]

    def __str__(self) -> str:
        return f"portal clock at speed {self.speed}"


class Submission(models.Model):
    """A form or a call that was sent with a one-time key, and what came of it. Swept after a day."""

    owner = models.BigIntegerField(help_text="Number of the user who sent it.")
    key = models.CharField(max_length=64)
    content = models.CharField(max_length=64, blank=True, help_text="Digest of what was sent.")
    sent_at = models.DateTimeField(db_index=True)
    location = models.TextField(blank=True, help_text="Where a form led.")
    status = models.PositiveSmallIntegerField(default=302)
    body = models.JSONField(null=True, encoder=DjangoJSONEncoder, help_text="What a call was answered.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key", "content"], name="sent_once")]

    def __str__(self) -> str:
        return f"submission {self.key}"
