"""Messages between the two sides: a JSON object and blobs of bytes, sizes checked before reading."""

import json
import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any

HEAD = struct.Struct("!II")
MAX_BLOBS = 4

# A tree's structure is JSON: bounded, since a small text of brackets makes large objects.
MAX_STRUCTURE = 1 << 20

# What an output counts for besides its text, so that a million empty ones are too many.
ITEM_BYTES = 64

# Exit status by which a session says that it could not even hold its own answer in memory.
OUT_OF_MEMORY = 71

Message = dict[str, Any]


class WireError(ValueError):
    """Bytes that are no message."""


def pack(message: Mapping[str, Any], blobs: Sequence[bytes] = ()) -> bytes:
    """A message as bytes: the text's length and the number of blobs, text, the blobs' lengths, blobs."""
    text = json.dumps(message).encode()
    table = b"".join(len(blob).to_bytes(8, "big") for blob in blobs)
    return b"".join([HEAD.pack(len(text), len(blobs)), text, table, *blobs])


def receive(read: Callable[[int], bytes], max_text: int, max_blob: int) -> tuple[Message, list[bytes]]:
    """Read one message.

    Args:
        read: gives exactly that many bytes.
        max_text: largest JSON text accepted, in bytes.
        max_blob: largest sum of the blobs accepted, in bytes.

    Raises:
        WireError: what arrives is no message, or a larger one.
    """
    length, count = HEAD.unpack(read(HEAD.size))
    if length > max_text or count > MAX_BLOBS:
        raise WireError(f"a message of {length} bytes and {count} blobs; at most {max_text} and {MAX_BLOBS}")
    text = read(length)
    sizes = [int.from_bytes(read(8), "big") for _ in range(count)]
    if sum(sizes) > max_blob:
        raise WireError(f"blobs of {sum(sizes)} bytes in a message; at most {max_blob}")
    blobs = [read(size) for size in sizes]
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WireError(f"a message that is not JSON: {error}") from error
    if not isinstance(message, dict):
        raise WireError(f"a message that is a {type(message).__name__}; expected an object")
    return message, blobs
