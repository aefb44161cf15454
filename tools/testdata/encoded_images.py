"""The images that cjxl 0.7 encodes: for each a source made by sources.py and the options."""
import os
import subprocess

import numpy as np

import sources as s

LOSSLESS = ("-d", "0", "-m", "1")
LOSSLESS_E3 = LOSSLESS + ("-e", "3")


class Case:
    """`image`: the samples (height, width, channels, or frames first), `bits` of them, None for float. If `lossless`,
    they are what decoding must give."""

    def __init__(self, name, data, suffix, image, bits, options, lossless, group):
        self.name, self.data, self.suffix, self.image, self.bits = name, data, suffix, image, bits
        self.options, self.lossless, self.group = options, lossless, group

    def command(self):
        return " ".join(("cjxl", self.name + self.suffix, self.name + ".jxl") + tuple(self.options))

    def encode(self, work, out):
        path = os.path.join(work, self.name + self.suffix)
        with open(path, "wb") as f:
            f.write(self.data)
        subprocess.run(["cjxl", path, out, "--quiet", *self.options], check=True, cwd=work, capture_output=True)


def scaled_to_16(image, bits):
    return np.floor(image * (65535.0 / ((1 << bits) - 1)) + 0.5).astype(np.int64)


def lossless(group, name, image, bits, *options, low=LOSSLESS_E3):
    if bits in (8, 16):
        data = s.png(image, bits)
    else:  # cjxl reads 10 and 12 bits right only if they come scaled to 16
        data = s.png(scaled_to_16(image, bits), 16)
        options += ("--override_bitdepth=%d" % bits,)
    suffix = ".png"
    return Case(name, data, suffix, image, bits, low + options, True, group)


def lossy(group, name, image, *options, bits=8, data=None, suffix=".png"):
    return Case(name, data or s.png(image, bits), suffix, image, bits, options, False, group)


def jpeg(image, *options):
    """With libjpeg-turbo's cjpeg."""
    top = s.pnm(image, 255)
    return subprocess.run(["cjpeg", "-quality", "80", *options], input=top, check=True, capture_output=True).stdout


def with_orientation(data, orientation):
    payload = b"Exif\0\0" + s.exif(orientation)
    return data[:2] + b"\xff\xe1" + (len(payload) + 2).to_bytes(2, "big") + payload + data[2:]


def cases():
    photo = s.smooth(40, 30, 3, 255, grain=2)
    g = "lossless efforts"
    for effort in range(1, 10):
        yield lossless(g, "effort%d" % effort, photo, 8, "-e", str(effort), low=LOSSLESS)

    g = "lossless sample formats"
    for bits in (1, 2, 4):
        image = s.gradient(37, 21, 1, (1 << bits) - 1)
        yield Case("grey%d" % bits, s.png(image, bits), ".png", image, bits, LOSSLESS_E3, True, g)
    yield lossless(g, "grey8", s.smooth(45, 33, 1, 255), 8)
    yield lossless(g, "grey_alpha8", s.with_alpha(s.smooth(33, 29, 1, 255), 255), 8, "-e", "7")
    yield lossless(g, "rgba8", s.with_alpha(s.smooth(33, 29, 3, 255), 255), 8, "-e", "7")
    yield lossless(g, "rgb10", s.smooth(31, 23, 3, 1023), 10)
    yield lossless(g, "rgb12", s.smooth(31, 23, 3, 4095), 12)
    yield lossless(g, "grey16", s.smooth(31, 23, 1, 65535), 16)
    yield lossless(g, "rgb16", s.smooth(29, 17, 3, 65535), 16, "-e", "7")
    yield lossless(g, "grey_alpha16", s.with_alpha(s.smooth(19, 17, 1, 65535), 255) * [1, 257], 16)
    field = ((s.smooth(23, 19, 3, 4095) - 300) / 2048.0).astype(np.float32)
    yield Case("rgb_float", s.pfm(field), ".pfm", field, None, LOSSLESS_E3, True, g)
    field = (s.smooth(23, 19, 1, 65535) / 65535.0).astype(np.float32)
    yield Case("grey_float", s.pfm(field), ".pfm", field, None, LOSSLESS + ("-e", "7"), True, g)
    yield lossless(g, "override_depth", s.smooth(25, 19, 3, 255) // 16 * 17, 8, "--override_bitdepth=8", "-e", "4")

    g = "lossless tools"
    few = s.palette_image(61, 47, 3, 255, 14)
    table = s.noise(16, 1, 3, 255, 3)[0]
    indices = s.smooth(53, 31, 1, 63, 4) % 16
    yield Case("palette_png4", s.png(indices, 4, table), ".png", table[indices[:, :, 0]], 8, LOSSLESS + ("-e", "7"), True, g)
    yield lossless(g, "palette", few, 8, "-e", "7")
    yield lossless(g, "palette_off", few, 8, "--modular_palette_colors=0", "-X", "0", "-Y", "0")
    yield lossless(g, "palette_alpha", s.with_alpha(few, 3) * [1, 1, 1, 85], 8, "-e", "7")
    yield lossless(g, "channel_palette", s.smooth(40, 30, 3, 11) * 23, 8, "-X", "95", "-Y", "90", "-C", "0")
    yield lossless(g, "checker", s.checker(64, 64, 3, 255), 8, "-e", "9", low=LOSSLESS)
    yield lossless(g, "text", s.text(120, 60, 3, 255), 8, "-e", "7")
    yield lossless(g, "text_patches", s.text(140, 90, 1, 255), 8, "-e", "9", "--patches=1", low=LOSSLESS)
    yield lossless(g, "squeeze", photo, 8, "-R", "1")
    yield lossless(g, "squeeze_grey", s.smooth(67, 5, 1, 255), 8, "-R", "1", "-e", "7")
    yield lossless(g, "squeeze_alpha", s.with_alpha(s.smooth(21, 34, 3, 255), 255), 8, "-R", "1")
    small = s.smooth(24, 20, 3, 255, 5, 2)
    for predictor in range(16):
        yield lossless(g, "predictor%d" % predictor, small, 8, "-P", str(predictor))
    for rct in (0, 1, 6, 13, 24, 33, 41):
        yield lossless(g, "rct%d" % rct, small, 8, "-C", str(rct))
    yield lossless(g, "previous_channels", s.smooth(40, 30, 3, 255, 6), 8, "-E", "3", "-e", "8", low=LOSSLESS)
    yield lossless(g, "no_tree_learning", photo, 8, "-I", "0", "-e", "5")
    yield lossless(g, "all_samples_learnt", small, 8, "-I", "100", "-e", "7")
    yield lossless(g, "faster_decoding", small, 8, "--faster_decoding=4", "-e", "7")

    g = "sizes and groups"
    yield lossless(g, "size_1x1", s.smooth(1, 1, 3, 255), 8)
    yield lossless(g, "size_1x300", s.smooth(1, 300, 3, 255), 8)
    yield lossless(g, "size_300x1", s.smooth(300, 1, 3, 255), 8)
    yield lossless(g, "size_257x255", s.gradient(257, 255, 3, 255), 8, "-e", "7")
    yield lossless(g, "groups_128", s.gradient(300, 150, 3, 255, 1), 8, "-g", "0", "-e", "7")
    yield lossless(g, "groups_128_centre_first", s.palette_image(270, 260, 3, 255, 5), 8, "-g", "0", "-e", "4", "--group_order=1")
    yield lossless(g, "groups_512", s.gradient(530, 40, 1, 255), 8, "-g", "2", "-e", "7")
    yield lossless(g, "groups_1024", s.checker(1100, 20, 3, 255, 10), 8, "-g", "3", "-e", "7")
    yield lossless(g, "groups_e1", s.gradient(280, 20, 3, 255), 8, "-e", "1", low=LOSSLESS)
    yield lossless(g, "groups_squeeze", s.gradient(200, 140, 1, 255) // 3, 8, "-g", "0", "-R", "1", "-e", "7")
    yield lossless(g, "groups_palette", s.palette_image(300, 40, 3, 255, 9), 8, "-g", "0", "-e", "7")
    yield lossless(g, "lf_groups", s.checker(1060, 12, 1, 255, 40), 8, "-g", "0", "-e", "7")

    g = "animations"
    moving = []
    for i in range(4):
        full = s.with_alpha(s.smooth(24, 18, 3, 255, i), 255)
        moving.append((full, 0, 0, 10 + i, 0, 0))
    yield Case("animation_full", s.apng(24, 18, moving, 2), ".png", np.stack([f[0] for f in moving]), 8, LOSSLESS_E3, True, g)
    base = np.concatenate([s.smooth(24, 18, 3, 255, 9), np.full((18, 24, 1), 255)], axis=2)
    sprite = s.with_alpha(s.gradient(8, 6, 3, 255), 255)
    opaque = np.concatenate([s.checker(9, 7, 3, 255), np.full((7, 9, 1), 255)], axis=2)
    layered = [(base, 0, 0, 5, 0, 0), (opaque, 3, 4, 7, 0, 0), (sprite, 10, 2, 9, 0, 1), (opaque, 15, 11, 30, 0, 0)]
    yield lossy(g, "animation_layers", base, *LOSSLESS_E3, data=s.apng(24, 18, layered))
    yield lossy(g, "animation_lossy", base, "-d", "2", data=s.apng(24, 18, moving[:2]))

    g = "VarDCT"
    color = s.smooth(72, 56, 3, 255, 11, 3)
    for name, distance in (("0.3", "d03"), ("1", "d1"), ("4", "d4"), ("15", "d15")):
        yield lossy(g, "vardct_" + distance, color, "-d", name)
    for effort in (3, 4, 5, 6, 8, 9):
        yield lossy(g, "vardct_e%d" % effort, color, "-d", "2", "-e", str(effort))
    yield lossy(g, "vardct_grey", s.smooth(50, 41, 1, 255, 12), "-d", "1.5")
    yield lossy(g, "vardct_alpha", s.with_alpha(s.smooth(50, 41, 3, 255, 12), 255), "-d", "1.5")
    yield lossy(g, "vardct_rgb16", s.smooth(40, 30, 3, 65535, 13), "-d", "1", bits=16)
    yield lossy(g, "vardct_1x1", s.smooth(1, 1, 3, 255, 14), "-d", "1")
    yield lossy(g, "vardct_1x300", s.smooth(1, 300, 3, 255, 14), "-d", "1")
    yield lossy(g, "vardct_300x1", s.smooth(300, 1, 3, 255, 14), "-d", "1")
    wide = s.smooth(300, 270, 3, 255, 15)
    yield lossy(g, "vardct_groups", wide, "-d", "6")
    yield lossy(g, "vardct_groups_centre_first", wide, "-d", "9", "--group_order=1")
    # More rows of LF groups than are kept at a time.
    yield lossy(g, "vardct_tall", s.smooth(20, 12000, 3, 255, 30, 2), "-d", "8")
    tall = s.smooth(24, 5000, 3, 255, 31)
    yield lossy(g, "vardct_tall_420", tall, "-j", "1", data=jpeg(tall, "-sample", "2x2"), suffix=".jpg")
    yield lossy(g, "vardct_text", s.text(70, 44, 3, 255), "-d", "3", "--patches=1", "-e", "9")
    yield lossy(g, "vardct_dots", s.with_alpha(s.noise(40, 40, 3, 255, 3) // 200 * 200, 255)[:, :, :3], "-d", "3", "--dots=1", "-e", "9")

    g = "progression"
    yield lossy(g, "progressive", color, "-d", "2", "-p")
    yield lossy(g, "progressive_ac", color, "-d", "2", "--progressive_ac")
    yield lossy(g, "progressive_qac", color, "-d", "2", "--qprogressive_ac")
    yield lossy(g, "progressive_dc1", wide, "-d", "9", "--progressive_dc=1")
    yield lossy(g, "progressive_dc2", wide, "-d", "12", "--progressive_dc=2")

    g = "filters, noise, resampling"
    for level in range(4):
        yield lossy(g, "epf%d" % level, color, "-d", "3", "--epf=%d" % level)
    yield lossy(g, "gaborish_off", color, "-d", "2", "--gaborish=0", "--epf=0")
    # djxl 0.7 with AVX-512 draws other noise than the standard if the width is a multiple of 16
    yield lossy(g, "noise", s.smooth(65, 48, 3, 255, 16), "-d", "2", "--photon_noise=ISO3200")
    for factor in (4, 8):  # this cjxl refuses 2
        yield lossy(g, "resampling%d" % factor, s.smooth(75, 61, 3, 255, 17, 9), "-d", "1", "--resampling=%d" % factor)
    yield lossy(g, "resampling2_by_distance", s.smooth(75, 61, 3, 255, 17, 9), "-d", "25")
    yield lossy(g, "ec_resampling", s.with_alpha(s.smooth(50, 40, 3, 255, 18), 255), "-d", "1", "--ec_resampling=4")

    g = "lossy Modular"
    yield lossy(g, "modular_d1", color, "-d", "1", "-m", "1")
    yield lossy(g, "modular_d6_grey", s.smooth(60, 40, 1, 255, 19), "-d", "6", "-m", "1")
    yield lossy(g, "modular_groups", s.smooth(150, 140, 3, 255, 19), "-d", "8", "-m", "1", "-g", "0")
    yield lossy(g, "lossy_palette", s.smooth(48, 36, 3, 255, 20), *LOSSLESS, "--modular_lossy_palette", "--modular_palette_colors=0", "-e", "7")

    g = "color encodings"
    ten = s.smooth(36, 28, 3, 1023, 21)
    raw = scaled_to_16(ten, 10)
    for name, space in (("pq", "RGB_D65_202_Rel_PeQ"), ("hlg", "RGB_D65_202_Rel_HLG"), ("p3", "RGB_D65_DCI_Rel_SRG"),
                        ("linear", "RGB_D65_SRG_Rel_Lin"), ("gamma", "RGB_D65_SRG_Rel_g0.45455")):
        hints = ("-x", "color_space=" + space)
        yield lossy(g, "color_" + name, raw, "-d", "1", *hints, data=s.pnm(raw, 65535), suffix=".ppm")
    options = LOSSLESS_E3 + ("-x", "color_space=RGB_D65_202_Rel_PeQ", "--override_bitdepth=10")
    yield Case("color_pq_lossless", s.pnm(raw, 65535), ".ppm", ten, 10, options, True, g)
    grey = s.smooth(36, 28, 1, 255, 22)
    yield lossy(g, "color_grey_linear", grey, "-d", "1", "-x", "color_space=Gra_D65_Rel_Lin", data=s.pnm(grey, 255), suffix=".pgm")

    g = "JPEG transcodes"
    picture = s.smooth(61, 43, 3, 255, 23)
    for name, options in (("444", ("-sample", "1x1")), ("420", ("-sample", "2x2")), ("422", ("-sample", "2x1")),
                          ("440", ("-sample", "1x2")), ("progressive", ("-sample", "2x2", "-progressive")),
                          ("restart", ("-sample", "1x1", "-restart", "2")), ("rgb", ("-rgb",))):
        yield lossy(g, "jpeg_" + name, picture, "-j", "1", data=jpeg(picture, *options), suffix=".jpg")
    grey = s.smooth(61, 43, 1, 255, 24)
    yield lossy(g, "jpeg_grey", grey, "-j", "1", data=jpeg(grey), suffix=".jpg")
    yield lossy(g, "jpeg_no_data", picture, "-j", "1", "--jpeg_store_metadata=0", data=jpeg(picture), suffix=".jpg")
    yield lossy(g, "jpeg_no_cfl", picture, "-j", "1", "--jpeg_reconstruction_cfl=0", data=jpeg(picture, "-sample", "1x1"), suffix=".jpg")
    yield lossy(g, "jpeg_exif_orientation", picture, "-j", "1", data=with_orientation(jpeg(picture), 6), suffix=".jpg")
