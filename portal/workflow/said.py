"""Texts that people give with an act."""

from portal.workflow.errors import Invalid

LONGEST = 5_000  # characters


def said(text: str, field: str, otherwise: str) -> str:
    """Return what was written, without the space around it.

    Raises Invalid, on this field: with the sentence `otherwise` for nothing, and for more than LONGEST characters.
    """
    text = text.strip()
    if not text or len(text) > LONGEST:
        sentence = otherwise if not text else f"Keep it under {LONGEST:,} characters."
        raise Invalid(sentence, {field: [sentence]})
    return text
