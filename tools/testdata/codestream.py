"""Writes image headers, frames that hold Modular data, and containers. Fields not named are at their defaults."""
import struct
from dataclasses import dataclass, field

import modular_writer as m
from bit_writer import BitWriter, pack_signed

ALPHA, DEPTH, SPOT, MASK, BLACK, CFA, THERMAL = range(7)
OPTIONAL = 16
REPLACE, ADD, BLEND, MULADD, MUL = range(5)
REGULAR, LF_FRAME, REFERENCE_ONLY, SKIP_PROGRESSIVE = range(4)


def put_size(w, width, height):
    w.flag(False)
    w.u32(height, (1, 9), (1, 13), (1, 18), (1, 30))
    w.u(3, 0)
    w.u32(width, (1, 9), (1, 13), (1, 18), (1, 30))


def put_preview_size(w, width, height):
    choices = ((1, 6), (65, 8), (321, 10), (1345, 12))
    w.flag(False)
    w.u32(height, *choices)
    w.u(3, 0)
    w.u32(width, *choices)


def put_bit_depth(w, bits, exponent):
    w.flag(exponent)
    if exponent:
        w.u32(bits, 32, 16, 24, (1, 6))
        w.u(4, exponent - 1)
    else:
        w.u32(bits, 8, 10, 12, (1, 6))


@dataclass
class Extra:
    kind: int = ALPHA
    bits: int = 8
    exponent: int = 0
    dim_shift: int = 0
    name: str = ""
    associated: bool = False
    spot: tuple = (1.0, 0.0, 0.0, 0.5)
    cfa: int = 1

    def put(self, w):
        w.flag(False)
        w.enum(self.kind)
        put_bit_depth(w, self.bits, self.exponent)
        w.u32(self.dim_shift, 0, 3, 4, (1, 3))
        w.name(self.name)
        if self.kind == ALPHA:
            w.flag(self.associated)
        elif self.kind == SPOT:
            for value in self.spot:
                w.f16(value)
        elif self.kind == CFA:
            w.u32(self.cfa, 1, (0, 2), (3, 4), (19, 8))


@dataclass
class Image:
    width: int
    height: int
    orientation: int = 1
    intrinsic: tuple = None  # (width, height)
    preview: tuple = None
    animation: tuple = None  # (numerator, denominator, loops, timecodes)
    bits: int = 8
    exponent: int = 0
    buffers16: bool = True
    extra: list = field(default_factory=list)
    xyb: bool = False
    grey: bool = False
    transfer: int = 13
    tone: tuple = None  # (intensity target, min nits, relative, linear below)

    @property
    def colors(self):
        return 1 if self.grey else 3

    def put(self, w):
        w.u(16, 0x0AFF)
        put_size(w, self.width, self.height)
        w.flag(False)  # all_default
        extra_fields = bool(self.orientation != 1 or self.intrinsic or self.preview or self.animation or self.tone)
        w.flag(extra_fields)
        if extra_fields:
            w.u(3, self.orientation - 1)
            w.flag(self.intrinsic)
            if self.intrinsic:
                put_size(w, *self.intrinsic)
            w.flag(self.preview)
            if self.preview:
                put_preview_size(w, *self.preview)
            w.flag(self.animation)
            if self.animation:
                numerator, denominator, loops, timecodes = self.animation
                w.u32(numerator, 100, 1000, (1, 10), (1, 30))
                w.u32(denominator, 1, 1001, (1, 8), (1, 10))
                w.u32(loops, 0, (0, 3), (0, 16), (0, 32))
                w.flag(timecodes)
        put_bit_depth(w, self.bits, self.exponent)
        w.flag(self.buffers16)
        w.u32(len(self.extra), 0, 1, (2, 4), (1, 12))
        for extra in self.extra:
            extra.put(w)
        w.flag(self.xyb)
        if self.grey or self.transfer != 13:
            w.flag(False)
            w.flag(False)  # want_icc
            w.enum(1 if self.grey else 0)
            w.enum(1)  # D65
            if not self.grey:
                w.enum(1)  # sRGB primaries
            w.flag(False)  # gamma
            w.enum(self.transfer)
            w.enum(1)  # relative
        else:
            w.flag(True)
        if extra_fields:
            w.flag(not self.tone)
            if self.tone:
                target, min_nits, relative, linear_below = self.tone
                w.f16(target)
                w.f16(min_nits)
                w.flag(relative)
                w.f16(linear_below)
        w.u64(0)  # extensions
        w.flag(True)  # default_m
        w.pad()


@dataclass
class Blend:
    mode: int = REPLACE
    alpha: int = 0
    clamp: bool = False
    source: int = 0

    def put(self, w, image, partial):
        w.u32(self.mode, 0, 1, 2, (3, 2))
        with_alpha = bool(image.extra) and self.mode in (BLEND, MULADD)
        if with_alpha:
            w.u32(self.alpha, 0, 1, 2, (3, 3))
        if with_alpha or self.mode == MUL:
            w.flag(self.clamp)
        if self.mode != REPLACE or partial:
            w.u(2, self.source)


@dataclass
class Frame:
    """`crop`: (x0, y0, width, height). `passes`: (shifts, [(downsample, last_pass)])."""
    kind: int = REGULAR
    flags: int = 0
    upsampling: int = 1
    ec_upsampling: tuple = ()
    group_shift: int = 1
    passes: tuple = None
    crop: tuple = None
    blend: Blend = field(default_factory=Blend)
    ec_blend: tuple = ()
    duration: int = 0
    timecode: int = 0
    is_last: bool = True
    save_as: int = 0
    save_before_ct: bool = False
    name: str = ""

    def put(self, w, image):
        signed = lambda v: w.u32(pack_signed(v), (0, 8), (256, 11), (2304, 14), (18688, 30))
        unsigned = lambda v: w.u32(v, (0, 8), (256, 11), (2304, 14), (18688, 30))
        normal = self.kind in (REGULAR, SKIP_PROGRESSIVE)
        is_last = self.is_last and normal
        w.flag(False)  # all_default
        w.u(2, self.kind)
        w.u(1, 1)  # Modular
        w.u64(self.flags)
        if not image.xyb:
            w.flag(False)  # do_YCbCr
        ec_upsampling = self.ec_upsampling or (self.upsampling,) * len(image.extra)
        for factor in (self.upsampling,) + tuple(ec_upsampling):
            w.u32(factor, 1, 2, 4, 8)
        w.u(2, self.group_shift)
        if self.kind != REFERENCE_ONLY:
            shifts, brackets = self.passes or ((), ())
            w.u32(len(shifts) + 1, 1, 2, 3, (4, 3))
            if shifts:
                w.u32(len(brackets), 0, 1, 2, (3, 1))
                for shift in shifts:
                    w.u(2, shift)
                for downsample, _ in brackets:
                    w.u32(downsample, 1, 2, 4, 8)
                for _, last in brackets:
                    w.u32(last, 0, 1, 2, (0, 3))
        width, height = (image.width, image.height)
        partial = False
        if self.kind != LF_FRAME:
            w.flag(self.crop)
            if self.crop:
                x0, y0, width, height = self.crop
                if self.kind != REFERENCE_ONLY:
                    signed(x0)
                    signed(y0)
                unsigned(width)
                unsigned(height)
                partial = normal and (x0 > 0 or y0 > 0 or x0 + width < image.width or y0 + height < image.height)
        if normal:
            self.blend.put(w, image, partial)
            for blend in self.ec_blend or (Blend(),) * len(image.extra):
                blend.put(w, image, partial)
            if image.animation:
                w.u32(self.duration, 0, 1, (0, 8), (0, 32))
                if image.animation[3]:
                    w.u(32, self.timecode)
            w.flag(is_last)
        if self.kind != LF_FRAME and not is_last:
            w.u(2, self.save_as)
        referenced = not is_last and self.kind != LF_FRAME and (self.duration == 0 or self.save_as != 0)
        if self.kind == REFERENCE_ONLY or (normal and referenced and self.blend.mode == REPLACE and not partial):
            w.flag(self.save_before_ct)
        w.name(self.name)
        w.flag(False)  # restoration filter: nothing
        w.flag(False)
        w.u(2, 0)
        w.u64(0)
        w.u64(0)


def put_permutation(w, permutation):
    """A permutation as the table of contents codes it: the Lehmer code without the zeros at its end."""
    pool, lehmer = list(range(len(permutation))), []
    for value in permutation:
        lehmer.append(pool.index(value))
        pool.remove(value)
    while lehmer and lehmer[-1] == 0:
        lehmer.pop()
    m.flat_code(w, 8)
    m.put(w, len(lehmer))
    for value in lehmer:
        m.put(w, value)


def put_sections(w, sections, permutation=None):
    """The table of contents and the sections. Logical section i comes at place permutation[i] of the file."""
    w.flag(permutation)
    if permutation:
        put_permutation(w, permutation)
        logical = sections
        sections = [None] * len(logical)
        for section, place in zip(logical, permutation):
            sections[place] = section
    w.pad()
    for section in sections:
        w.u32(len(section), (0, 10), (1024, 14), (17408, 22), (4211712, 30))
    w.pad()
    for section in sections:
        for byte in section:
            w.u(8, byte)


def put_spline(w, length):
    """The splines of a frame: one from (0, 0) to (length, 0)."""
    m.flat_code(w, 6)
    for value in (0, 0, 0, 0):  # number of splines - 1, start, quantisation adjustment
        m.put(w, value)
    for value in (1, pack_signed(length), 0):
        m.put(w, value)
    for first in (1, 0, 0, 1):  # X, Y, B, sigma
        m.put(w, pack_signed(first))
        for _ in range(31):
            m.put(w, 0)


def global_section(tree, with_residuals, spline_length=0):
    """Start of LfGlobal up to the global tree."""
    w = BitWriter()
    if spline_length:
        put_spline(w, spline_length)
    w.flag(True)  # default LF dequantisation
    w.flag(True)  # global tree
    m.put_tree(w, tree, with_residuals)
    return w


def put_frame(w, image, frame, channels, transforms=()):
    """A frame of one section with these samples: 2D arrays as coded, i.e. with transforms applied."""
    frame.put(w, image)
    section = global_section(m.GRADIENT, True)
    m.put_header(section, True, transforms)
    m.put_channels(section, channels)
    put_sections(w, [section.bytes()])


def put_drawn_frame(w, image, frame, tree, transforms=()):
    """A frame of one section without residuals."""
    frame.put(w, image)
    section = global_section(tree, False)
    m.put_header(section, True, transforms)
    put_sections(w, [section.bytes()])


def codestream(image, frames, preview=None):
    """`frames`: (Frame, channels). `preview`: channels of the preview frame."""
    w = BitWriter()
    image.put(w)
    if preview is not None:
        put_frame(w, image, Frame(), preview)
    for frame, channels in frames:
        put_frame(w, image, frame, channels)
    return w.bytes()


def box(kind, payload, form="short"):
    """`form`: "short", "long" (64-bit size) or "rest" (to the end of the file)."""
    if form == "long":
        return struct.pack(">I4sQ", 1, kind, 16 + len(payload)) + payload
    return struct.pack(">I4s", 0 if form == "rest" else 8 + len(payload), kind) + payload


def file_start(minor=0):
    return box(b"JXL ", b"\x0d\x0a\x87\x0a") + box(b"ftyp", b"jxl " + struct.pack(">I", minor) + b"jxl ")


def part(index, last, payload, form="short"):
    return box(b"jxlp", struct.pack(">I", index | (1 << 31 if last else 0)) + payload, form)


def stored_brotli(data):
    """A Brotli stream that stores its data: one meta-block of up to 64 KiB and an empty last one."""
    return struct.pack("<I", (len(data) - 1) << 4 | 1 << 20)[:3] + data + b"\x03"
