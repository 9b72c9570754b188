"""Run by itself: a picture comes in by standard input and goes out, made anew, by standard output.

It limits its own memory and time before it looks at anything. Exit 3: too many points; any other error: not readable.
"""

from __future__ import annotations

import io
import resource
import sys
import warnings

MOST_POINTS = 25_000_000
MEMORY_BYTES = 1024 * 1024 * 1024
CPU_SECONDS = 20
TOO_MANY_POINTS = 3


def main(kind: str) -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    if sys.platform != "darwin":  # which does not keep to it
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    warnings.simplefilter("error")
    from PIL import Image, ImageOps  # noqa: PLC0415 -- under the limits

    if kind == "HEIF":
        from pillow_heif import register_heif_opener  # noqa: PLC0415 -- under the limits

        register_heif_opener(thumbnails=False)
    Image.MAX_IMAGE_PIXELS = None  # our own limit is lower, and told apart
    picture: Image.Image = Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=[kind])
    if picture.width * picture.height > MOST_POINTS:
        return TOO_MANY_POINTS
    picture = ImageOps.exif_transpose(picture)
    has_holes = kind == "PNG" and ("A" in picture.getbands() or "transparency" in picture.info)
    picture = picture.convert("RGBA" if has_holes else "RGB")
    clean = Image.new(picture.mode, picture.size)
    clean.paste(picture)
    out = io.BytesIO()
    if kind == "PNG":
        clean.save(out, "PNG")
    else:
        clean.save(out, "JPEG", quality=88)
    sys.stdout.buffer.write(out.getvalue())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
