"""Text from a mail, made harmless for a terminal."""


def plain(text: str) -> str:
    """The text without control characters: a mail must not move a reader's cursor or set the colours."""
    return "".join(char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}" for char in text)
