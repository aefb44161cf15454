"""The images of data/*.jxl as formulas: what the encoder was given, and what decoding must give back."""
import struct
import zlib

WIDTH, HEIGHT = 23, 17


def sample(x, y, c, frame, top):
    """An integer from 0 to `top`, smooth enough to compress, different in every channel and frame."""
    return (x * 11 + y * 5 + c * 61 + frame * 37 + x * y // 3) * (top + 1) // 256 % (top + 1)


def rows(channels, top, frame=0, width=WIDTH, height=HEIGHT):
    """A frame as a list of rows of interleaved integers."""
    return [[sample(x, y, c, frame, top) for x in range(width) for c in range(channels)] for y in range(height)]


def float_rows():
    """A grey image of floats, some outside 0..1."""
    return [[struct.unpack("<f", struct.pack("<f", (x * y - 40) / 97.0))[0] for x in range(WIDTH)]
            for y in range(HEIGHT)]


def exif(orientation):
    """A big-endian TIFF structure with one directory: width and orientation."""
    entries = [(0x0100, 3, 1, WIDTH << 16), (0x0112, 3, 1, orientation << 16)]
    body = struct.pack(">H", len(entries)) + b"".join(struct.pack(">HHII", *e) for e in entries) + bytes(4)
    return b"MM\0\x2a\0\0\0\x08" + body


XMP = b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"/><?xpacket end="w"?>'


def chunk(kind, payload):
    return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))


def image_data(image_rows, bits):
    """Deflated scanlines without filters."""
    code = ">%d" + ("H" if bits == 16 else "B")
    return zlib.compress(b"".join(b"\0" + struct.pack(code % len(r), *r) for r in image_rows))


def png(frames, channels, bits, delays=None):
    """A PNG file; with `delays` (numerator, denominator) an animated one."""
    color_type = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    out = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, bits, color_type, 0, 0, 0))
    sequence = 0
    if delays:
        out += chunk(b"acTL", struct.pack(">II", len(frames), 3))
    for i, frame in enumerate(frames):
        if delays:
            out += chunk(b"fcTL", struct.pack(">IIIIIHHBB", sequence, WIDTH, HEIGHT, 0, 0, *delays[i], 0, 0))
            sequence += 1
        if i == 0:
            out += chunk(b"IDAT", image_data(frame, bits))
        else:
            out += chunk(b"fdAT", struct.pack(">I", sequence) + image_data(frame, bits))
            sequence += 1
    return out + chunk(b"IEND", b"")


# Parts of an animation that are drawn over what was shown before: x, y, width, height, and whether color is blended.
REGIONS = [(0, 0, WIDTH, HEIGHT, 0), (3, 2, 9, 8, 1), (10, 5, 12, 9, 0), (0, 9, 20, 7, 1), (0, 0, WIDTH, HEIGHT, 1),
           (5, 5, 6, 6, 1), (0, 0, WIDTH, HEIGHT, 0), (2, 3, 15, 10, 1), (8, 1, 7, 15, 0), (1, 1, 5, 5, 1)]
# The same of an image of several rows of groups; a region has several, too, and so has what is above and below it.
TALL_WIDTH, TALL_HEIGHT = 12, 900
TALL_REGIONS = [(0, 0, TALL_WIDTH, TALL_HEIGHT, 0), (2, 280, 9, 300, 1), (0, 0, TALL_WIDTH, TALL_HEIGHT, 1),
                (0, 290, 8, 20, 0)]


def region_png(regions, canvas_width=WIDTH, canvas_height=HEIGHT):
    """An animated PNG file of the regions with an alpha channel."""
    out = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", canvas_width, canvas_height, 8, 6, 0, 0, 0))
    out += chunk(b"acTL", struct.pack(">II", len(regions), 0))
    sequence = 0
    for i, (x, y, width, height, over) in enumerate(regions):
        out += chunk(b"fcTL", struct.pack(">IIIIIHHBB", sequence, width, height, x, y, i + 1, 10, 0, over))
        data = image_data([row[4 * x:4 * (x + width)] for row in rows(4, 255, i, canvas_width, canvas_height)[y:y + height]], 8)
        out += chunk(b"IDAT", data) if i == 0 else chunk(b"fdAT", struct.pack(">I", sequence + 1) + data)
        sequence += 1 if i == 0 else 2
    return out + chunk(b"IEND", b"")


def box(kind, payload):
    return struct.pack(">I", 8 + len(payload)) + kind + payload


def brotli(data):
    """A Brotli stream that stores its data uncompressed: one meta-block and an empty last one."""
    header = (len(data) - 1) << 4 | 1 << 20
    return struct.pack("<I", header)[:3] + data + b"\x03"


def brotli_stored(data):
    """The same for more than 64 KiB, up to 16 MiB."""
    # Window 16 bits (0), not last (0), six nibbles of length (2), length, stored (1).
    header = 2 << 2 | (len(data) - 1) << 4 | 1 << 28
    return struct.pack("<I", header) + data + b"\x03"


def container(codestream, compressed):
    """A file with Exif and XMP metadata around a codestream; in `brob` boxes if `compressed`."""
    out = b"\0\0\0\x0cJXL \r\n\x87\n" + box(b"ftyp", b"jxl \0\0\0\0jxl ")
    metadata = [(b"Exif", bytes(4) + exif(6)), (b"xml ", XMP)]
    for kind, payload in metadata:
        out += box(b"brob", kind + brotli(payload)) if compressed else box(kind, payload)
    return out + box(b"jxlc", codestream)
