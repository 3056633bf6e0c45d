"""Models from rows of a statement written by hand, where the ORM would take longer to spell it than to answer it."""

from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model

M = TypeVar("M", bound=Model)


def loaded(model: type[M], **values: Any) -> M:
    """Return an instance as `only` gives it, by columns as Django names them; the others are read when asked for.

    A column that the model has not raises TypeError.
    """
    names = [field.attname for field in model._meta.concrete_fields if field.attname in values]
    if len(names) < len(values):
        raise TypeError(f"{model.__name__} has no {', '.join(sorted(values.keys() - set(names)))}")
    return model.from_db(DEFAULT_DB_ALIAS, names, [values[name] for name in names])
