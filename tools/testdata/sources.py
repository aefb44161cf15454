"""Synthetic images (arrays of shape height, width, channels) and files to feed an encoder with. All deterministic."""
import struct
import zlib

import numpy as np


def grid(width, height):
    y, x = np.mgrid[0:height, 0:width]
    return x.astype(np.int64), y.astype(np.int64)


def hashed(*numbers):
    """Pseudo-random 32-bit integers from arrays of integers; the same on every machine."""
    h = np.uint64(0x9E3779B97F4A7C15)
    mask = np.uint64(0xFFFFFFFFFFFFFFFF)
    total = np.zeros(np.broadcast(*numbers).shape, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for number in numbers:
            total = (total ^ np.asarray(number).astype(np.uint64)) * h & mask
            total ^= total >> np.uint64(29)
            total = total * np.uint64(0xBF58476D1CE4E5B9)
            total ^= total >> np.uint64(32)
    return (total & np.uint64(0xFFFFFFFF)).astype(np.int64)


def noise(width, height, channels, top, seed=0):
    x, y = grid(width, height)
    return np.stack([hashed(x, y, np.int64(c), np.int64(seed)) % (top + 1) for c in range(channels)], axis=2)


def gradient(width, height, channels, top, seed=0):
    x, y = grid(width, height)
    return np.stack([(x * (3 + c + seed) + y * (5 - c) + 17 * c) * (top + 1) // 1024 % (top + 1)
                     for c in range(channels)], axis=2)


def smooth(width, height, channels, top, seed=0, grain=0):
    """Like a photo: random values at a coarse grid, interpolated, at three scales, plus up to `grain` noise."""
    x, y = grid(width, height)
    planes = []
    for c in range(channels):
        plane = np.zeros((height, width))
        for octave, (cell, weight) in enumerate(((32, 0.6), (11, 0.3), (4, 0.1))):
            shared = 0 if octave == 0 else c  # the coarse structure is shared by the channels
            gx, gy, fx, fy = x // cell, y // cell, x % cell / cell, y % cell / cell
            fx, fy = fx * fx * (3 - 2 * fx), fy * fy * (3 - 2 * fy)
            corner = lambda dx, dy: hashed(gx + dx, gy + dy, np.int64(octave), np.int64(shared), np.int64(seed)) / 2**32
            rows = [corner(0, dy) * (1 - fx) + corner(1, dy) * fx for dy in (0, 1)]
            plane += weight * (rows[0] * (1 - fy) + rows[1] * fy)
        plane = plane * (0.8 + 0.1 * c)
        planes.append(np.floor(plane * top + 0.5).astype(np.int64))
    image = np.stack(planes, axis=2)
    if grain:
        image = image + noise(width, height, channels, 2 * grain, seed + 99) - grain
    return np.clip(image, 0, top)


def checker(width, height, channels, top, cell=3):
    x, y = grid(width, height)
    on = (x // cell + y // cell) % 2
    return np.stack([np.where(on == 1, top * (c + 1) // channels, top // 5 * (c % 2)) for c in range(channels)], axis=2)


def palette_image(width, height, channels, top, colors, seed=0):
    """Blobs of a few colors."""
    index = smooth(width, height, 1, colors * 4, seed)[:, :, 0] % colors
    table = noise(colors, 1, channels, top, seed + 7)[0]
    return table[index]


GLYPHS = ("0111010001100011111110001", "1111010001111101000111110", "0111110000100001000001111", "1111111000011101000011111")


def text(width, height, channels, top):
    """Lines of repeated 5x5 letters: dark on light."""
    x, y = grid(width, height)
    glyphs = np.array([[int(bit) for bit in glyph] for glyph in GLYPHS]).reshape(-1, 5, 5)
    which = hashed(x // 7, y // 9) % len(GLYPHS)
    px, py = x % 7, y % 9
    ink = (px < 5) & (py < 5) & (glyphs[which, np.minimum(py, 4), np.minimum(px, 4)] == 1)
    return np.stack([np.where(ink, top // 10 * c, top - top // 20 * c) for c in range(channels)], axis=2)


def with_alpha(color, top, hole=True):
    """Adds a soft disc as alpha."""
    height, width = color.shape[:2]
    x, y = grid(width, height)
    distance = np.hypot(x - width / 2, y - height / 2)
    alpha = np.clip((width / 2 - distance) / (width / 8), 0, 1)
    return np.concatenate([color, np.floor(alpha * top + 0.5).astype(np.int64)[:, :, None]], axis=2)


def chunk(kind, payload):
    return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))


def png_rows(image, bits):
    height, width, channels = image.shape
    if bits >= 8:
        rows = image.astype(">u2" if bits == 16 else "u1").reshape(height, -1)
        raw = b"".join(b"\0" + row.tobytes() for row in rows)
    else:
        padded = np.zeros((height, -(-width * bits // 8) * 8 // bits), dtype=np.uint8)
        padded[:, :width] = image[:, :, 0]
        planes = (padded[:, :, None] >> np.arange(bits - 1, -1, -1)) & 1
        packed = np.packbits(planes.reshape(height, -1).astype(np.uint8), axis=1)
        raw = b"".join(b"\0" + row.tobytes() for row in packed)
    return zlib.compress(raw, 9)


def png(image, bits=8, palette=None, chunks=b""):
    """A PNG file. `palette`: an array of colors that the samples index."""
    height, width, channels = image.shape
    kind = 3 if palette is not None else {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    out = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)) + chunks
    if palette is not None:
        out += chunk(b"PLTE", palette.astype(np.uint8).tobytes())
    return out + chunk(b"IDAT", png_rows(image, bits)) + chunk(b"IEND", b"")


def apng(width, height, frames, loops=0):
    """`frames`: (8-bit RGBA image, x, y, delay in 1/100 s, dispose, blend); the first covers everything."""
    out = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))
    out += chunk(b"acTL", struct.pack(">II", len(frames), loops))
    sequence = 0
    for i, (image, x, y, delay, dispose, blend) in enumerate(frames):
        h, w = image.shape[:2]
        out += chunk(b"fcTL", struct.pack(">IIIIIHHBB", sequence, w, h, x, y, delay, 100, dispose, blend))
        sequence += 1
        if i == 0:
            out += chunk(b"IDAT", png_rows(image, 8))
        else:
            out += chunk(b"fdAT", struct.pack(">I", sequence) + png_rows(image, 8))
            sequence += 1
    return out + chunk(b"IEND", b"")


def pnm(image, top):
    height, width, channels = image.shape
    header = b"P%d\n%d %d\n%d\n" % (5 if channels == 1 else 6, width, height, top)
    return header + image.astype(">u2" if top > 255 else "u1").tobytes()


def pfm(image):
    height, width, channels = image.shape
    return b"P%s\n%d %d\n-1.0\n" % (b"f" if channels == 1 else b"F", width, height) + image[::-1].astype("<f4").tobytes()


def exif(orientation):
    """A big-endian TIFF structure that holds an orientation."""
    return b"MM\0\x2a\0\0\0\x08" + struct.pack(">HHHIHHI", 1, 0x0112, 3, 1, orientation, 0, 0)


XMP = b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"/><?xpacket end="w"?>'
