"""The formats of identifiers, which are written in hexadecimal digits."""

from django.core.validators import RegexValidator

hex4 = RegexValidator(r"^[0-9A-F]{4}$", "Give four hexadecimal digits, such as 10F2.")
hex8 = RegexValidator(r"^[0-9A-F]{8}$", "Give eight hexadecimal digits, such as 0A010200.")
hex64 = RegexValidator(r"^[0-9a-f]{64}$", "Give a SHA-256 as 64 hexadecimal digits.")
