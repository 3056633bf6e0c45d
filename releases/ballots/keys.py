"""Where the master key comes from: the environment, or a file outside the database that only its owner reads."""

from django.conf import settings

from releases.ballots import sealing

FILE = "ballots.key"


def master_key() -> sealing.MasterKey:
    """The key that wraps the private keys of ballots. Raises sealing.SealError where it cannot be used."""
    return sealing.master_key(text=settings.BALLOT_MASTER_KEY, path=settings.KEYS_DIR / FILE)
