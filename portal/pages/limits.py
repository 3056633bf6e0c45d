"""Counting uses in the cache, so that nothing is asked for too often."""

from django.core.cache import cache


def over(name: str, *, most: int, seconds: int) -> bool:
    """Count one more use under this name and return whether there were more than ``most`` in the present window."""
    key = f"uses:{name}"
    if cache.add(key, 1, seconds):
        return False
    try:
        return bool(cache.incr(key) > most)
    except ValueError:  # the window ended between the two calls
        cache.add(key, 1, seconds)
        return False
