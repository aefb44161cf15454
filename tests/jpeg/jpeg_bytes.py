"""Surgery on JPEG files: their segments, and what encoders do not produce on request."""
import struct

STANDALONE = {0x01, *range(0xD0, 0xD9)}


def segment(marker, payload=b""):
    return bytes([0xFF, marker]) + struct.pack(">H", len(payload) + 2) + payload


def split(data):
    """A list of (marker, bytes); the bytes of a scan include its entropy-coded data, those of EOI the tail."""
    assert data[:2] == b"\xff\xd8"
    parts = []
    at = 2
    while True:
        marker = data[at + 1]
        if marker == 0xD9:
            parts.append((marker, data[at:]))
            return parts
        end = at + 2 + struct.unpack_from(">H", data, at + 2)[0]
        if marker == 0xDA:
            while not (data[end] == 0xFF and data[end + 1] != 0 and data[end + 1] not in STANDALONE):
                end += 1
        parts.append((marker, data[at:end]))
        at = end


def join(parts):
    return b"\xff\xd8" + b"".join(part for _, part in parts)


def insert(data, index, *pieces):
    """Puts bytes in front of the index-th segment; negative: from the end."""
    parts = split(data)
    parts[index:index] = [(None, piece) for piece in pieces]
    return join(parts)


def insert_before(data, marker, *pieces):
    return insert(data, next(i for i, (m, _) in enumerate(split(data)) if m == marker), *pieces)


def rewrite(data, marker, change):
    """Replaces each segment of a kind by change(payload): a payload, or a list of them."""
    result = []
    for m, part in split(data):
        if m != marker:
            result.append((m, part))
            continue
        changed = change(part[4:])
        for payload in changed if isinstance(changed, list) else [changed]:
            result.append((m, segment(m, payload)))
    return join(result)


def merge(data, marker):
    """All segments of a kind in one, where the first of them was."""
    parts = split(data)
    merged = b"".join(part[4:] for m, part in parts if m == marker)
    first = next(i for i, (m, _) in enumerate(parts) if m == marker)
    kept = [(m, part) for m, part in parts if m != marker]
    kept.insert(first, (marker, segment(marker, merged)))
    return join(kept)


def huffman_codes(payload):
    """The codes of a DHT segment, each with its class and number in front."""
    codes = []
    at = 0
    while at < len(payload):
        end = at + 17 + sum(payload[at + 1:at + 17])
        codes.append(payload[at:end])
        at = end
    return codes


def split_huffman(data):
    return rewrite(data, 0xC4, huffman_codes)


def renumber_huffman(data, offset):
    """Codes of other numbers, as extended sequential and progressive JPEGs may have."""
    parts = []
    for marker, part in split(data):
        if marker == 0xC4:
            codes = [bytes([code[0] + offset]) + code[1:] for code in huffman_codes(part[4:])]
            part = segment(marker, b"".join(codes))
        if marker == 0xDA:
            changed = bytearray(part)
            for i in range(changed[4]):
                changed[6 + 2 * i] += 17 * offset
            part = bytes(changed)
        parts.append((marker, part))
    return join(parts)


def wide_quant_tables(data):
    """The same steps with 16 bits each."""
    def widen(payload):
        result = b""
        for at in range(0, len(payload), 65):
            result += bytes([payload[at] | 0x10])
            result += b"".join(bytes([0, step]) for step in payload[at + 1:at + 65])
        return result
    return rewrite(data, 0xDB, widen)


def frame_marker(data, new_marker):
    return join([(m, b"\xff" + bytes([new_marker]) + part[2:] if m in (0xC0, 0xC1, 0xC2) else part)
                 for m, part in split(data)])


def component_ids(data, ids):
    parts = []
    for marker, part in split(data):
        changed = bytearray(part)
        if marker in (0xC0, 0xC1, 0xC2):
            old = [part[10 + 3 * i] for i in range(part[9])]
            for i in range(part[9]):
                changed[10 + 3 * i] = ids[i]
        if marker == 0xDA:
            for i in range(part[4]):
                changed[5 + 2 * i] = ids[old.index(part[5 + 2 * i])]
        parts.append((marker, bytes(changed)))
    return join(parts)


def icc_profile(padding):
    """An RGB display profile; `padding` bytes make it longer."""
    def s15(*values):
        return b"".join(struct.pack(">i", round(v * 65536)) for v in values)
    text = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + bytes(78 + 3)
    curve = b"curv\0\0\0\0" + struct.pack(">IHH", 1, 0x0233, 0)
    tags = [(b"desc", text), (b"cprt", b"text\0\0\0\0none"), (b"wtpt", b"XYZ \0\0\0\0" + s15(0.9642, 1, 0.8249)),
            (b"rXYZ", b"XYZ \0\0\0\0" + s15(0.4361, 0.2225, 0.0139)), (b"rTRC", curve),
            (b"gXYZ", b"XYZ \0\0\0\0" + s15(0.3851, 0.7169, 0.0971)), (b"gTRC", curve),
            (b"bXYZ", b"XYZ \0\0\0\0" + s15(0.1431, 0.0606, 0.7141)), (b"bTRC", curve),
            (b"abcd", b"data\0\0\0\0" + bytes(i * i // 7 % 256 for i in range(padding // 4 * 4)))]
    table, body = b"", b""
    for name, contents in tags:
        contents += bytes(-len(contents) % 4)
        table += name + struct.pack(">II", 128 + 4 + 12 * len(tags) + len(body), len(contents))
        body += contents
    body = struct.pack(">I", len(tags)) + table + body
    header = struct.pack(">I", 128 + len(body)) + b"lcms" + b"\x02\x40\0\0mntrRGB XYZ "
    header += struct.pack(">6H", 2020, 1, 1, 0, 0, 0) + b"acspAPPL" + bytes(24) + s15(0.9642, 1, 0.8249)
    return header + bytes(128 - len(header)) + body


def icc_segments(profile, chunk=65519):
    chunks = [profile[i:i + chunk] for i in range(0, len(profile), chunk)]
    return [segment(0xE2, b"ICC_PROFILE\0" + bytes([i + 1, len(chunks)]) + c) for i, c in enumerate(chunks)]


def exif_segment(orientation=1, big_endian=True):
    order = ">" if big_endian else "<"
    tiff = (b"MM" if big_endian else b"II") + struct.pack(order + "HI", 42, 8)
    tiff += struct.pack(order + "HHHIHHI", 1, 0x112, 3, 1, orientation, 0, 0)
    return segment(0xE1, b"Exif\0\0" + tiff)


def xmp_segment(size=300):
    text = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + b"abc " * (size // 4) + b"</x:xmpmeta>"
    return segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + text)


def extended_xmp_segment():
    return segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 32 + struct.pack(">II", 8, 0) + b"extended")


def scan_range(data, index=0):
    """Where the entropy-coded data of the index-th scan is."""
    at = 2
    for marker, part in split(data):
        if marker == 0xDA:
            if index == 0:
                return at + 2 + struct.unpack_from(">H", part, 2)[0], at + len(part)
            index -= 1
        at += len(part)
    raise IndexError("no such scan")


def set_padding(data, num_bits, value):
    """Overwrites the last bits in front of each marker that follows entropy-coded data."""
    changed = bytearray(data)
    mask = (1 << num_bits) - 1
    for index in range(sum(m == 0xDA for m, _ in split(data))):
        begin, end = scan_range(data, index)
        for at in range(begin, end):
            ends = at + 1 == end or (data[at + 1] == 0xFF and 0xD0 <= data[at + 2] <= 0xD7)
            if ends and data[at] not in (0x00, 0xFF):
                changed[at] = (changed[at] & ~mask) | (value & mask)
    return bytes(changed)
