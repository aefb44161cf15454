"""Puts an orientation, an intrinsic size, a preview and a tone mapping into the image header of a small codestream: the
encoder at hand cannot. Field names are those of ISO/IEC 18181-1."""


class Bits:
    """Reads a codestream bit by bit and remembers what was read."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        bits = [self.data[(self.at + i) // 8] >> ((self.at + i) % 8) & 1 for i in range(count)]
        self.at += count
        return bits

    def number(self, count):
        return sum(bit << i for i, bit in enumerate(self.take(count)))

    def u32(self, *sizes):
        """Skips a U32; sizes are the bits of its four alternatives."""
        self.take(sizes[self.number(2)])


def to_bits(value, count):
    return [value >> i & 1 for i in range(count)]


def skip_size(bits):
    small = bits.number(1)
    if small:
        bits.take(5)
    else:
        bits.u32(9, 13, 18, 30)
    ratio = bits.number(3)
    if ratio == 0 and small:
        bits.take(5)
    elif ratio == 0:
        bits.u32(9, 13, 18, 30)


def split(codestream):
    """(bits of signature and size, bits from bit_depth to color_encoding, the frame's bytes) of a codestream whose header
    has no extra fields, no extra channels, no profile and nothing unusual after them."""
    bits = Bits(codestream)
    bits.take(16)
    skip_size(bits)
    start = bits.at
    assert bits.take(2) == [0, 0], "all_default and extra_fields"
    metadata = bits.at
    assert bits.number(1) == 0, "float samples"
    bits.u32(0, 0, 0, 6)
    bits.take(1)
    assert bits.take(2) == [0, 0], "extra channels"
    bits.take(1)
    if not bits.number(1):
        assert bits.number(1) == 0, "ICC profile"
        for _ in range(3):
            bits.u32(0, 0, 4, 6)  # color_space, white_point, primaries
        assert bits.number(1) == 0, "gamma"
        for _ in range(2):
            bits.u32(0, 0, 4, 6)  # transfer_function, rendering_intent
    end = bits.at
    assert bits.take(3) == [0, 0, 1], "extensions and default_m"
    first, whole = Bits(codestream), Bits(codestream)
    whole.take(metadata)
    return first.take(start), whole.take(end - metadata), codestream[(bits.at + 7) // 8:]


def u32(value, *alternatives):
    """The bits of a U32 whose alternatives are (offset, bits)."""
    for selector, (offset, count) in enumerate(alternatives):
        if offset <= value < offset + (1 << count):
            return to_bits(selector, 2) + to_bits(value - offset, count)
    raise ValueError(value)


def size_bits(width, height, *alternatives):
    """A size of its own, height first: neither in multiples of 8 nor with a ratio."""
    return [0] + u32(height, *alternatives) + to_bits(0, 3) + u32(width, *alternatives)


def with_extra_fields(main, preview, width, height, orientation):
    """`main` with `preview` (of the same size, width x height) before it, both coded without extra fields."""
    size, metadata, frame = split(main)
    preview_size, preview_metadata, preview_frame = split(preview)
    assert (preview_size, preview_metadata) == (size, metadata), "preview is coded differently"
    bits = size + [0, 1] + to_bits(orientation - 1, 3)
    # intrinsic_size: twice the size.
    bits += [1] + size_bits(2 * width, 2 * height, (1, 9), (1, 13), (1, 18), (1, 30))
    # preview.
    bits += [1] + size_bits(width, height, (1, 6), (65, 8), (321, 10), (1345, 12))
    bits += [0] + metadata
    # tone_mapping: 1000 nits, 0.25 nits, not relative, linear below 0.5 nits.
    bits += [0] + to_bits(0x63D0, 16) + to_bits(0x3400, 16) + [0] + to_bits(0x3800, 16)
    bits += [0, 0, 1]
    bits += [0] * (-len(bits) % 8)
    header = bytes(sum(bit << i for i, bit in enumerate(bits[at:at + 8])) for at in range(0, len(bits), 8))
    return header + preview_frame + frame
