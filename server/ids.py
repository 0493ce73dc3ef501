"""Public ids: a prefix that names the kind, an underscore, and 20 random letters and digits (119 bits)."""

import secrets
import string

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
LENGTH = 20


def random_text(length: int = LENGTH) -> str:
    """That many letters and digits that nobody can guess."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def new_id(prefix: str) -> str:
    """An id that was never given before: `new_id("usr")`."""
    return f"{prefix}_{random_text()}"


def new_ids(prefix: str, count: int) -> list[str]:
    """Many at once, from one draw of randomness (a batch of 10,000 asks for that)."""
    drawn = secrets.token_bytes(count * LENGTH * 2)
    words = memoryview(drawn).cast("H")
    base = len(ALPHABET)
    text = "".join([ALPHABET[word % base] for word in words])
    return [f"{prefix}_{text[start : start + LENGTH]}" for start in range(0, count * LENGTH, LENGTH)]
