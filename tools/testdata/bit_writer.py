"""Writes the elementary fields of a JPEG XL codestream: least significant bit first."""
import struct


class BitWriter:
    """Collects bits; Bytes() pads the last byte with zeros."""

    def __init__(self):
        self.value = 0
        self.size = 0  # bits

    def u(self, bits, value):
        if not 0 <= value < 1 << bits:
            raise ValueError("%d does not fit %d bits" % (value, bits))
        self.value |= value << self.size
        self.size += bits

    def flag(self, value):
        self.u(1, 1 if value else 0)

    def u32(self, value, *choices):
        """`choices`: four of either a constant or (offset, bits); the first that can hold the value is taken."""
        assert len(choices) == 4
        for selector, choice in enumerate(choices):
            offset, bits = (choice, 0) if isinstance(choice, int) else choice
            if offset <= value < offset + (1 << bits):
                self.u(2, selector)
                self.u(bits, value - offset)
                return
        raise ValueError("%d is not expressible" % value)

    def enum(self, value):
        self.u32(value, 0, 1, (2, 4), (18, 6))

    def u64(self, value):
        if value == 0:
            self.u(2, 0)
        elif value < 17:
            self.u(2, 1)
            self.u(4, value - 1)
        elif value < 273:
            self.u(2, 2)
            self.u(8, value - 17)
        else:
            self.u(2, 3)
            self.u(12, value & 0xFFF)
            value >>= 12
            shift = 12
            while value:
                self.u(1, 1)
                bits = 4 if shift == 60 else 8
                self.u(bits, value & ((1 << bits) - 1))
                value >>= bits
                shift += 8
                if shift > 60:
                    return
            self.u(1, 0)

    def f16(self, value):
        self.u(16, struct.unpack("<H", struct.pack("<e", value))[0])

    def name(self, text):
        data = text.encode()
        self.u32(len(data), 0, (0, 4), (16, 5), (48, 10))
        for byte in data:
            self.u(8, byte)

    def pad(self):
        self.size = (self.size + 7) // 8 * 8

    def append(self, other):
        self.value |= other.value << self.size
        self.size += other.size

    def bytes(self):
        return self.value.to_bytes((self.size + 7) // 8, "little")


def pack_signed(value):
    return 2 * value if value >= 0 else -2 * value - 1
