"""The columns in which other rows name a cohort."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

COHORT_AXES: tuple[str, ...] = (
    "hub_models",
    "firmware",
    "regions",
    "han_variants",
    "esme",
    "gsme",
    "displays",
    "smets",
    "suppliers",
)


class Selected(models.Model):
    """A row that names a cohort: a selection over the axes; an empty axis selects everything on it."""

    axes: ClassVar[tuple[str, ...]] = COHORT_AXES
    hub_models = ArrayField(models.BigIntegerField(), default=list, blank=True)
    firmware = ArrayField(models.BigIntegerField(), default=list, blank=True)
    regions = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    han_variants = ArrayField(models.CharField(max_length=6), default=list, blank=True)
    esme = ArrayField(models.BigIntegerField(), default=list, blank=True)
    gsme = ArrayField(models.BigIntegerField(), default=list, blank=True)
    displays = ArrayField(models.BigIntegerField(), default=list, blank=True)
    smets = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    suppliers = ArrayField(models.BigIntegerField(), default=list, blank=True)

    class Meta:
        abstract = True
