import os
import secrets
from pathlib import Path


def local_secret(path: Path, *, length_bytes: int = 48) -> str:
    """Read the secret this checkout made for itself, making it on first use (mode 600)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    secret = secrets.token_urlsafe(length_bytes)
    with os.fdopen(descriptor, "w") as file:
        file.write(secret)
    return secret
