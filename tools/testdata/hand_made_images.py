"""Images written bit by bit, for what cjxl does not produce. See codestream.py."""
import numpy as np

import modular_writer as m
import sources as s
from bit_writer import BitWriter
from codestream import (ADD, ALPHA, BLACK, BLEND, CFA, DEPTH, MASK, MUL, MULADD, OPTIONAL, REFERENCE_ONLY, SKIP_PROGRESSIVE,
                        SPOT, THERMAL, Blend, Extra, Frame, Image, box, codestream, file_start, global_section, part,
                        put_drawn_frame, put_frame, put_permutation, put_sections, stored_brotli)
from modular_writer import Leaf, Split


class Case:
    """`image`: the samples that decoding must give (None: ask djxl). `bits` per channel; None: float; False: not exact."""

    def __init__(self, group, name, data, image, bits, **facts):
        self.group, self.name, self.data, self.image, self.bits, self.facts = group, name, data, image, bits, facts


def planes(image):
    return [image[:, :, c] for c in range(image.shape[2])]


def oriented(image, orientation):
    """The upright form of a stored image."""
    if orientation >= 5:
        image = image.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        image = image[:, ::-1]
    if orientation in (3, 4, 7, 8):
        image = image[::-1]
    return image


def orientations():
    g = "orientation"
    stored = s.gradient(9, 6, 3, 255)
    for value in range(1, 9):
        data = codestream(Image(9, 6, orientation=value), [(Frame(), planes(stored))])
        yield Case(g, "orientation%d" % value, data, oriented(stored, value), [8] * 3, orientation=value)
    rgba = s.with_alpha(s.gradient(7, 5, 3, 255), 255)
    data = codestream(Image(7, 5, orientation=8, extra=[Extra()]), [(Frame(), planes(rgba))])
    yield Case(g, "orientation8_alpha", data, oriented(rgba, 8), [8] * 4, orientation=8)


def headers():
    g = "headers"
    small = s.gradient(8, 5, 3, 255)
    data = codestream(Image(8, 5, intrinsic=(80, 50)), [(Frame(), planes(small))])
    yield Case(g, "intrinsic_size", data, small, [8] * 3)
    preview = s.checker(6, 4, 3, 255, 2)
    data = codestream(Image(8, 5, preview=(6, 4)), [(Frame(), planes(small))], planes(preview))
    yield Case(g, "preview", data, small, [8] * 3, preview_pixels=preview.ravel().tolist(), preview_size=[6, 4])
    data = codestream(Image(8, 5, orientation=6, preview=(6, 4)), [(Frame(), planes(small))], planes(preview))
    yield Case(g, "preview_turned", data, oriented(small, 6), [8] * 3, orientation=6,
               preview_pixels=oriented(preview, 6).ravel().tolist(), preview_size=[4, 6])
    data = codestream(Image(8, 5, tone=(1000.0, 0.5, False, 2.0)), [(Frame(), planes(small))])
    yield Case(g, "tone_mapping", data, small, [8] * 3, intensity_target=1000.0)
    for bits in (3, 5, 7, 9, 11, 13, 15):
        image = s.gradient(8, 5, 1, (1 << bits) - 1)
        data = codestream(Image(8, 5, bits=bits, grey=True), [(Frame(), planes(image))])
        yield Case(g, "grey%d" % bits, data, image, [bits])
    image = s.gradient(8, 5, 1, (1 << 24) - 1)
    data = codestream(Image(8, 5, bits=24, grey=True, buffers16=False), [(Frame(), planes(image))])
    yield Case(g, "grey24", data, None, None)
    for bits, exponent, kind in ((16, 5, "<f2"), (32, 8, "<f4")):
        values = ((s.gradient(8, 5, 3, 255) + 20) / 160.0).astype(kind)
        values[0, 0, 0] = np.finfo(kind).tiny / 4  # subnormal
        patterns = values.view("<i%d" % (bits // 8)).astype(np.int64)
        image = Image(8, 5, bits=bits, exponent=exponent, buffers16=False)
        if bits == 16:
            values[2, 2] = (-0.25, -1.5, 300.0)
            patterns = values.view("<u2").astype(np.int64)
        yield Case(g, "float%d" % bits, codestream(image, [(Frame(), planes(patterns))]), values.astype("<f4"), None)
    data = codestream(Image(8, 5), [(Frame(name="first frame"), planes(small))])
    yield Case(g, "frame_name", data, small, [8] * 3, frame_names=["first frame"])


def extra_channels():
    g = "extra channels"
    width, height = 10, 7
    color = s.gradient(width, height, 3, 255)

    def single(name, extra, top, bits):
        image = np.concatenate([color, s.smooth(width, height, 1, top, 31)], axis=2)
        data = codestream(Image(width, height, extra=[extra]), [(Frame(), planes(image))])
        kinds = {ALPHA: "Alpha", DEPTH: "Depth", SPOT: "SpotColor", MASK: "SelectionMask", BLACK: "Black", CFA: "CFA",
                 THERMAL: "Thermal", OPTIONAL: "Optional"}
        return Case(g, name, data, image, [8] * 3 + [bits], extra_channel_type=[kinds[extra.kind]])

    yield single("extra_alpha_premultiplied", Extra(associated=True), 255, 8)
    yield single("extra_alpha16", Extra(bits=16), 65535, 16)
    yield single("extra_alpha1", Extra(bits=1), 1, 1)
    yield single("extra_depth12", Extra(DEPTH, 12, name="depth"), 4095, 12)
    yield single("extra_spot", Extra(SPOT, 8, name="gold", spot=(0.75, 0.5, 0.25, 0.5)), 255, 8)
    yield single("extra_mask", Extra(MASK, 1), 1, 1)
    yield single("extra_black", Extra(BLACK, 8), 255, 8)
    yield single("extra_cfa", Extra(CFA, 10, cfa=2), 1023, 10)
    yield single("extra_thermal", Extra(THERMAL, 14), 16383, 14)
    yield single("extra_optional", Extra(OPTIONAL, 8, name="whatever"), 255, 8)
    tops = (255, 15, 4095, 255, 1, 255)
    extras = [Extra(), Extra(DEPTH, 4), Extra(THERMAL, 12), Extra(SPOT, 8, spot=(1.0, 0.0, 0.5, 1.0)), Extra(MASK, 1),
              Extra(OPTIONAL, 8, name="n" * 60)]
    more = [s.smooth(width, height, 1, top, 40 + i) for i, top in enumerate(tops)]
    image = np.concatenate([color] + more, axis=2)
    data = codestream(Image(width, height, extra=extras), [(Frame(), planes(image))])
    yield Case(g, "extra_six", data, image, [8, 8, 8, 8, 4, 12, 8, 1, 8])
    for shift in (1, 3):
        reduced = s.smooth(-(-width >> shift) or 1, -(-height >> shift), 1, 255, 50)
        reduced = s.smooth(-(-width // (1 << shift)), -(-height // (1 << shift)), 1, 255, 50)
        image = Image(width, height, extra=[Extra(DEPTH, dim_shift=shift)])
        yield Case(g, "extra_shift%d" % shift, codestream(image, [(Frame(), planes(color) + planes(reduced))]), None, False)


def frames():
    g = "frames and blending"
    width, height = 12, 9
    base, other = s.gradient(width, height, 3, 100), s.smooth(width, height, 3, 100, 60)
    image = Image(width, height)
    store = Frame(is_last=False, save_as=1)

    data = codestream(image, [(store, planes(base)), (Frame(blend=Blend(ADD, source=1)), planes(other))])
    yield Case(g, "blend_add", data, base + other, [8] * 3)
    data = codestream(image, [(store, planes(base)), (Frame(blend=Blend(MUL, source=1)), planes(other))])
    yield Case(g, "blend_mul", data, None, False)
    for name, crop in (("inside", (3, 2, 5, 4)), ("negative", (-3, -2, 8, 6)), ("beyond", (7, 6, 9, 9)),
                       ("around", (-2, -1, 17, 13)), ("outside", (20, 3, 4, 4))):
        x0, y0, w, h = crop
        patch = s.smooth(w, h, 3, 100, 61)
        want = base.copy()
        for y in range(h):
            for x in range(w):
                if 0 <= x + x0 < width and 0 <= y + y0 < height:
                    want[y + y0, x + x0] = patch[y, x]
        layers = [(store, planes(base)), (Frame(crop=crop, blend=Blend(source=1)), planes(patch))]
        yield Case(g, "crop_" + name, codestream(image, layers), want, [8] * 3)
    patch = s.smooth(5, 4, 3, 100, 62)
    want = np.zeros_like(base)
    want[2:6, 3:8] = patch
    yield Case(g, "crop_on_nothing", codestream(image, [(Frame(crop=(3, 2, 5, 4), blend=Blend(source=2)), planes(patch))]),
               want, [8] * 3)
    data = codestream(image, [(Frame(kind=REFERENCE_ONLY, save_as=2), planes(base)),
                              (Frame(kind=SKIP_PROGRESSIVE, blend=Blend(ADD, source=2)), planes(other))])
    yield Case(g, "reference_only", data, base + other, [8] * 3)

    for premultiplied in (False, True):
        alpha = Image(width, height, extra=[Extra(associated=premultiplied)])
        below = s.with_alpha(s.gradient(width, height, 3, 255), 255)
        above = s.with_alpha(s.smooth(width, height, 3, 255, 63), 200)
        for name, mode in (("blend", BLEND), ("muladd", MULADD)):
            for clamp in (False, True):
                blend = Blend(mode, 0, clamp, 1)
                data = codestream(alpha, [(store, planes(below)), (Frame(blend=blend, ec_blend=(blend,)), planes(above))])
                label = "blend_%s%s%s" % (name, "_premultiplied" if premultiplied else "", "_clamped" if clamp else "")
                yield Case(g, label, data, None, False)
    blend = Blend(BLEND, 0, False, 1)
    data = codestream(alpha, [(store, planes(below)),
                              (Frame(crop=(4, 3, 12, 9), blend=blend, ec_blend=(Blend(ADD, source=1),)), planes(above))])
    yield Case(g, "blend_mixed_modes", data, None, False)

    moving = Image(width, height, animation=(1000, 1001, 3, True))
    sequence, want = [], []
    canvas = base
    for i in range(4):
        crop = (i * 2, i, 5, 4)
        patch = s.smooth(5, 4, 3, 100, 70 + i)
        canvas = canvas.copy()
        canvas[i:i + 4, i * 2:i * 2 + 5] = patch
        want.append(canvas)
        sequence.append((Frame(crop=crop, blend=Blend(source=1), duration=(1, 7, 300, 5)[i], timecode=0x01020300 + i,
                               is_last=i == 3, save_as=1, name="f%d" % i), planes(patch)))
    data = codestream(moving, [(store, planes(base))] + sequence)
    yield Case(g, "animation_timecodes", data, np.stack(want), [8] * 3, frame_names=["f0", "f1", "f2", "f3"])
    pages = Image(width, height, animation=(100, 1, 0, False))
    data = codestream(pages, [(Frame(duration=0xFFFFFFFF, is_last=False), planes(base)), (Frame(duration=1), planes(other))])
    yield Case(g, "animation_pages", data, np.stack([base, other]), [8] * 3)
    for factor in (2, 4, 8):
        coded = s.smooth(-(-30 // factor), -(-21 // factor), 3, 255, 64)
        yield Case(g, "upsampling%d" % factor, codestream(Image(30, 21), [(Frame(upsampling=factor), planes(coded))]), None, False)
    mixed = planes(s.smooth(15, 11, 3, 255, 65)) + planes(s.smooth(8, 6, 1, 255, 66))
    data = codestream(Image(30, 21, extra=[Extra()]), [(Frame(upsampling=2, ec_upsampling=(4,)), mixed)])
    yield Case(g, "upsampling_mixed", data, None, False)


DRAWN_GROUP = Split(3, 90, Split(2, 40, Leaf(1, 1), Leaf(2, 2)), Split(2, 100, Leaf(3, 3), Leaf(5, 1)))


def multi_group(image, samples=None, permute=False, two_passes=False):
    """(file, samples) of one frame in groups of 128 x 128; without `samples`, each group is drawn by DRAWN_GROUP."""
    drawn = samples is None
    dim = 128
    w = BitWriter()
    image.put(w)
    passes = ((0,), ((2, 0),)) if two_passes else None
    Frame(group_shift=0, passes=passes).put(w, image)
    first = global_section(DRAWN_GROUP if drawn else m.GRADIENT, not drawn)
    m.put_header(first)
    if drawn:
        samples = np.zeros((image.height, image.width, 1), dtype=np.int64)
    groups = []
    for y in range(0, image.height, dim):
        for x in range(0, image.width, dim):
            section = BitWriter()
            m.put_header(section)
            if drawn:
                size = (min(dim, image.width - x), min(dim, image.height - y))
                samples[y:y + dim, x:x + dim, 0] = m.draw(DRAWN_GROUP, [size])[0]
            else:
                m.put_channels(section, planes(samples[y:y + dim, x:x + dim]))
            groups.append(section.bytes())
    sections = [first.bytes(), b"", b""] + [b""] * (len(groups) if two_passes else 0) + groups
    put_sections(w, sections, list(range(len(sections)))[::-1] if permute else None)
    return w.bytes(), samples


def sections():
    g = "sections"
    samples = s.palette_image(140, 12, 1, 255, 3, 80)
    data, want = multi_group(Image(140, 12, grey=True), samples)
    yield Case(g, "two_groups", data, want, [8])
    image = Image(140, 131, bits=12, grey=True)
    for name, options in (("four_groups", {}), ("four_groups_reversed", {"permute": True}),
                          ("four_groups_two_passes", {"permute": True, "two_passes": True})):
        data, want = multi_group(image, **options)
        yield Case(g, name, data, want, [12])
    for value in range(2, 9):
        data, want = multi_group(Image(140, 131, bits=12, grey=True, orientation=value))
        yield Case("orientation", "orientation%d_groups" % value, data, oriented(want, value), [12], orientation=value)


def modular():
    g = "drawn by trees"
    steps = Split(0, 1, Split(2, 0, Leaf(2, 3), Leaf(1, 2)), Split(3, 0, Leaf(1, 4), Leaf(2, 5)))
    corners = Split(3, 20, Split(2, 12, Leaf(4, 1), Leaf(0, 90)), Split(9, 60, Leaf(3, -2), Leaf(11, 9)))
    weave = Split(12, 0, Leaf(7, -3), Split(14, 3, Leaf(8, 7), Split(2, 9, Leaf(12, 1), Leaf(10, 6))))
    for name, tree, width, height in (("steps", steps, 30, 25), ("corners", corners, 40, 33), ("weave", weave, 24, 20)):
        image = Image(width, height, bits=12)
        w = BitWriter()
        image.put(w)
        put_drawn_frame(w, image, Frame(), tree)
        want = np.stack(m.draw(tree, [(width, height)] * 3), axis=2)
        in_range = want.min() >= 0 and want.max() < 4096
        yield Case(g, "drawn_" + name, w.bytes(), want if in_range else None, [12] * 3 if in_range else None)
    # Decisions far beyond what samples can be.
    far_apart = Split(4, 2**30 - 1, Leaf(0, 5), Split(6, -2**30, Split(5, 60000000, Leaf(0, 3), Leaf(0, 9)), Leaf(0, 11)))
    image = Image(64, 64)
    w = BitWriter()
    image.put(w)
    put_drawn_frame(w, image, Frame(), far_apart)
    yield Case(g, "drawn_far_apart", w.bytes(), np.stack(m.draw(far_apart, [(64, 64)] * 3), axis=2), [8] * 3)
    image = Image(300, 280, bits=12)
    w = BitWriter()
    image.put(w)
    put_drawn_frame(w, image, Frame(group_shift=2), steps)
    yield Case(g, "drawn_large", w.bytes(), np.stack(m.draw(steps, [(300, 280)] * 3), axis=2), [12] * 3)
    colors = s.noise(7, 1, 3, 255, 90)[0]  # (color, channel)
    index = s.smooth(20, 15, 1, 27, 91)[:, :, 0] % 7
    data = BitWriter()
    image = Image(20, 15)
    image.put(data)
    put_frame(data, image, Frame(), [colors.T, index], [(m.PALETTE, 0, 3, 7, 0, 0)])
    yield Case(g, "palette_explicit", data.bytes(), colors[index], [8] * 3)
    for rct in (2, 6, 9, 20, 37):
        data = BitWriter()
        image.put(data)
        put_frame(data, image, Frame(), planes(s.smooth(20, 15, 3, 120, 92)), [(m.RCT, 0, rct)])
        yield Case(g, "coded_rct%d" % rct, data.bytes(), None, None)


def containers():
    g = "containers"
    small = s.gradient(11, 6, 3, 255)
    bare = codestream(Image(11, 6), [(Frame(), planes(small))])
    exif, xmp = s.exif(6), s.XMP

    def case(name, data, **facts):
        return Case(g, name, data, small, [8] * 3, **facts)

    def split(*cuts):
        cuts = (0,) + cuts + (len(bare),)
        return [bare[a:b] for a, b in zip(cuts, cuts[1:])]

    yield case("jxlc", file_start() + box(b"jxlc", bare))
    yield case("jxlc_long_size", file_start() + box(b"jxlc", bare, "long"))
    yield case("jxlc_to_end", file_start() + box(b"jxlc", bare, "rest"))
    yield case("trailing_bytes", bare + b"whatever follows")
    yield case("boxes_around", file_start() + box(b"jxll", b"\x0a") + box(b"abcd", b"") + box(b"jxlc", bare + b"rest") +
               box(b"free", bytes(9)))
    a, b, c = split(5, 40)
    yield case("jxlp", file_start() + part(0, False, a) + part(1, False, b) + part(2, True, c))
    yield case("jxlp_boxes_between", file_start() + part(0, False, a) + box(b"xml ", xmp) + part(1, False, b) +
               box(b"wxyz", b"12345") + part(2, True, c, "long"), xmp=xmp.decode())
    yield case("jxlp_empty_parts", file_start() + part(0, False, b"") + part(1, False, a + b) + part(2, False, b"") +
               part(3, True, c, "rest"))
    yield case("jxlp_no_last", file_start() + part(0, False, a) + part(1, False, b + c))
    yield case("jxlp_disorder", file_start(1) + part(2, True, c) + part(0, False, a) + part(1, False, b))
    yield case("jxlp_reversed", file_start(1) + part(2, True, c) + part(1, False, b) + part(0, False, a))
    pieces = split(*range(1, len(bare)))
    yield case("jxlp_single_bytes", file_start() + b"".join(part(i, i == len(pieces) - 1, p) for i, p in enumerate(pieces)))
    plain = box(b"Exif", bytes(4) + exif) + box(b"xml ", xmp)
    yield case("metadata_first", file_start() + plain + box(b"jxlc", bare), exif=exif.hex(), xmp=xmp.decode())
    yield case("metadata_last", file_start() + box(b"jxlc", bare) + plain, exif=exif.hex(), xmp=xmp.decode())
    packed = box(b"brob", b"Exif" + stored_brotli(bytes(4) + exif)) + box(b"brob", b"xml " + stored_brotli(xmp))
    yield case("metadata_brob", file_start() + packed + box(b"jxlc", bare), exif=exif.hex(), xmp=xmp.decode())
    jumbf = box(b"jumb", box(b"jumd", bytes(16) + b"\3test\0") + box(b"json", b"{}"))
    yield case("metadata_jumbf", file_start() + jumbf + box(b"jxlc", bare))
    broken = box(b"brob", b"xml " + stored_brotli(xmp)[:-9])
    yield case("brob_truncated", file_start() + broken + box(b"jxlc", bare))


def cases():
    for make in (orientations, headers, extra_channels, frames, sections, modular, containers):
        yield from make()


def large_header(width, height, **fields):
    w = BitWriter()
    image = Image(width, height, **fields)
    image.put(w)
    return w, image


def invalid_files():
    """(name, bytes, what is wrong). Must be refused, at once and without much memory."""
    small = s.gradient(11, 6, 3, 255)
    image = Image(11, 6)
    bare = codestream(image, [(Frame(), planes(small))])
    half = len(bare) // 2

    yield "empty", b"", "no bytes"
    yield "not_jxl", b"\x89PNG\r\n\x1a\n" + bytes(20), "another format"
    yield "signature_only", bare[:2], "ends after the signature"
    yield "truncated", bare[:half], "ends within the frame"
    yield "truncated_container", file_start() + box(b"jxlc", bare)[:half], "ends within the codestream box"
    yield "no_codestream", file_start() + box(b"xml ", b"<x/>"), "a container without codestream"
    yield "two_jxlc", file_start() + box(b"jxlc", bare[:half]) + box(b"jxlc", bare[half:]), "two codestream boxes"
    yield "jxlp_duplicate", file_start(1) + part(0, False, bare[:9]) + part(0, False, bare[:9]) + part(1, True, bare[9:]), \
        "the same part twice"
    yield "jxlp_disorder_version0", file_start() + part(1, True, bare[9:]) + part(0, False, bare[:9]), \
        "parts out of order in a file of version 0"
    yield "jxlp_gap", file_start(1) + part(0, False, bare[:9]) + part(2, True, bare[9:]), "part 1 is missing"
    yield "box_too_small", file_start() + b"\0\0\0\x04jxlc" + bare, "a box smaller than its header"
    yield "box_beyond_end", file_start() + b"\x7f\xff\xff\xffjxlc" + bare[:half], "a box of 2 GiB in a file of 100 bytes"
    yield "box_64bit_size", file_start() + b"\0\0\0\x01jxlc" + b"\xff" * 8 + bare, "a box of 2^64 - 1 bytes"
    yield "foreign_brand", box(b"JXL ", b"\x0d\x0a\x87\x0a") + box(b"ftyp", b"avif" + bytes(8)) + box(b"jxlc", bare), \
        "the brand of another format"

    w, _ = large_header(1 << 30, 1 << 30)
    Frame().put(w, Image(1 << 30, 1 << 30))
    yield "huge_both", w.bytes() + bytes(20), "2^60 pixels"
    for name, width, height in (("huge_width", 1 << 30, 1), ("huge_height", 1, 1 << 30), ("huge_square", 60000, 60000)):
        w, image = large_header(width, height)
        put_drawn_frame(w, image, Frame(), Leaf(0, 1))
        data = w.bytes()
        yield name, data[:len(data) - 8], "%d x %d, and the frame is cut short" % (width, height)
    w, image = large_header(40000, 40000, extra=[Extra()] * 200)
    Frame().put(w, image)
    yield "huge_extra_channels", w.bytes() + bytes(60), "200 extra channels of 1.6 Gpixel"
    w, image = large_header(16, 16, extra=[Extra()] * 4096)
    yield "many_extra_channels", w.bytes() + bytes(60), "4096 extra channels"
    w, image = large_header(16, 16)
    Frame(crop=(0, 0, 1 << 29, 1 << 29)).put(w, image)
    put_sections(w, [bytes(16)])
    yield "huge_frame", w.bytes(), "a frame of 2^58 pixels in an image of 256"
    w, image = large_header(16, 16, preview=(4000, 4000))
    Frame().put(w, image)
    yield "preview_cut", w.bytes() + bytes(4), "a preview without data"
    w, image = large_header(32000, 32000)
    Frame(group_shift=0).put(w, image)
    w.flag(False)
    w.pad()
    yield "huge_contents", w.bytes() + b"\xff" * 40, "a table of contents of 62500 entries in 40 bytes"
    w, image = large_header(30000, 30000)
    Frame(group_shift=0).put(w, image)
    put_permutation(w, [1, 0])
    yield "short_permutation", w.bytes(), "a permutation, and no sizes"
    w, image = large_header(64, 64)
    for i in range(200):
        Frame(flags=16, is_last=i == 199).put(w, image)
        section = global_section(Leaf(), False, spline_length=1000000)
        m.put_header(section, True)
        put_sections(w, [section.bytes()])
    yield "long_splines", w.bytes(), "200 frames with a spline of a million pixels each"
    w, image = large_header(16, 16)
    Frame().put(w, image)
    w.flag(False)
    w.pad()
    w.u32(1 << 29, (0, 10), (1024, 14), (17408, 22), (4211712, 30))
    w.pad()
    yield "huge_section", w.bytes() + bytes(30), "a section of 512 MiB in 30 bytes"
    w, image = large_header(16, 16)
    Frame().put(w, image)
    section = global_section(Leaf(), False)
    m.put_header(section, True, [(m.PALETTE, 0, 3, 65000, 0, 0)] * 18)
    put_sections(w, [section.bytes()])
    yield "palette_of_palette", w.bytes(), "palettes of channels that no longer exist"
    w, image = large_header(16, 16)
    Frame().put(w, image)
    section = BitWriter()
    section.flag(True)
    section.flag(True)
    m.flat_code(section, 6)
    for _ in range(3000):  # decisions only
        m.put(section, 1)
        m.put(section, 0)
    put_sections(w, [section.bytes()])
    yield "endless_tree", w.bytes(), "a tree of decisions without leaves"
    w = BitWriter()
    w.u(16, 0x0AFF)
    from codestream import put_bit_depth, put_size
    put_size(w, 16, 16)
    w.flag(False)  # all_default
    w.flag(False)  # extra_fields
    put_bit_depth(w, 8, 0)
    w.flag(True)
    w.u(2, 0)
    w.flag(False)  # xyb
    w.flag(False)
    w.flag(True)  # want_icc
    w.enum(0)
    w.u64(0)
    w.flag(True)
    w.u64(1 << 28)
    m.empty_code(w, 41)
    yield "huge_icc", w.bytes() + bytes(40), "an ICC profile of 256 MiB in 40 bytes"
