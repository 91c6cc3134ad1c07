"""A small square picture, read to its pixels and written anew: what came with them is gone.

One kind goes in: the PNG that our own page draws of whatever the agent chose, since a browser has
every decoder in a sandbox. Nothing of the sent file is kept but its pixels: no EXIF, no place, no
comment, no trailing archive, no transparency.
"""

from __future__ import annotations

import io
import zlib

from PIL import Image

SIDE = 128
MOST_BYTES = 120_000  # 128 × 128 × 4 bytes that cannot be compressed, and what a PNG adds


class BadPictureError(ValueError):
    """This is no picture that can be kept."""


def square(data: bytes) -> bytes:
    """The same picture as a new RGB PNG of SIDE × SIDE. Raises BadPictureError.

    Its size is told by the header and refused before anything is unpacked (SEC-32).
    """
    if len(data) > MOST_BYTES:
        raise BadPictureError("too large")
    try:
        with Image.open(io.BytesIO(data), formats=("PNG",)) as sent:
            if sent.size != (SIDE, SIDE):
                raise BadPictureError(f"not {SIDE} × {SIDE} pixels")
            seen = sent.convert("RGBA")
    except BadPictureError:
        raise
    # What Pillow raises for odd files is not one class (its documentation names the first two).
    except (OSError, ValueError, SyntaxError, zlib.error, Image.DecompressionBombError) as error:
        raise BadPictureError(f"not a PNG: {error}") from None
    flat = Image.new("RGB", seen.size, "white")
    flat.paste(seen, mask=seen)
    made = io.BytesIO()
    flat.save(made, "PNG", optimize=True)
    return made.getvalue()
