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
