"""Laws of the tables that the import linter cannot see."""

from django.apps import apps
from django.db import models

from tests.architecture.sources import FLOORS, app_ranks


def ours() -> list[type[models.Model]]:
    return [model for model in apps.get_models(include_auto_created=True) if model.__module__.split(".")[0] in FLOORS]


def app_of(model: type[models.Model]) -> str:
    return ".".join(model.__module__.split(".")[:2])


def test_no_foreign_key_points_upwards():
    """A lower table never knows a higher one, nor a neighbour; string keys would escape the import linter.

    Who edited a history row is the one exception, and it is django-simple-history's.
    """
    ranks = app_ranks()
    found = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model in ours()
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model in ours()
        if field.name != "history_user"
        if app_of(field.related_model) != app_of(model)
        if ranks[app_of(field.related_model)] >= ranks[app_of(model)]
    ]

    assert found == []


def test_when_and_by_whom_go_together():
    """A nullable `closed_at` beside `closed_by…` has a constraint that names both: both or neither."""
    found = []
    for model in ours():
        if hasattr(model, "history_id") or hasattr(model, "instance_type"):
            continue
        columns = {field.name: field for field in model._meta.concrete_fields}
        rules = " ".join(
            str(rule.condition) for rule in model._meta.constraints if isinstance(rule, models.CheckConstraint)
        )
        for name, field in columns.items():
            stem = name.removesuffix("_at")
            partners = [f"{stem}_by{end}" for end in ("", "_id", "_name") if f"{stem}_by{end}" in columns]
            if not name.endswith("_at") or not field.null or not partners:
                continue
            if f"'{name}" not in rules or not any(f"'{partner}" in rules for partner in partners):
                found.append(f"{model._meta.label}: {name}, {' or '.join(partners)}")

    assert found == []


def test_every_app_of_ours_has_its_place_in_the_import_law():
    ranks = app_ranks()

    assert [
        app.name for app in apps.get_app_configs() if app.name.split(".")[0] in FLOORS and app.name not in ranks
    ] == []


def test_every_standing_order_is_total():
    """Rows that tie are listed in one order, or a row could be on two pages of a list and another on none."""
    found = []
    for model in ours():
        names = {str(name).lstrip("-").replace("pk", "id") for name in model._meta.ordering}
        alone = [{field.name} for field in model._meta.concrete_fields if field.unique]
        together = [
            set(rule.fields)
            for rule in model._meta.constraints
            if isinstance(rule, models.UniqueConstraint) and rule.condition is None and rule.fields
        ]
        if names and not any(unique <= names for unique in alone + together):
            found.append(f"{model._meta.label}: {model._meta.ordering}")

    assert found == []
