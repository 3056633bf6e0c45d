"""Who everyone is, what they are told, and the record of what they did."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
