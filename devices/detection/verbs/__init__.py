"""Every change to what is heard and proposed, one function each."""

from devices.detection.verbs.deciding import accept, decline, overtake
from devices.detection.verbs.listening import listen
from devices.detection.verbs.proposing import propose

__all__ = ["accept", "decline", "listen", "overtake", "propose"]
