#!/usr/bin/env python3
"""What goes with the pixels, and JPEG files: metadata, profiles, orientation, reconstructed and new JPEGs.

usage: see cli_support.py
"""
import glob
import json
import os
import struct
import subprocess

import splice
import synthetic
from cli_support import (H, JPEG_FOLDERS, JPEG_TO_NETPBM, PROJECT, ToolTest, W, data, jpeg_segments, main, png_chunks, psnr,
                         read, read_netpbm, read_npy, read_png)


def turned(rows, orientation):
    """Rows of RGB samples as they are to be seen, by the meaning of the Exif tag."""
    pixels = [[row[3 * x:3 * x + 3] for x in range(len(row) // 3)] for row in rows]
    if orientation in (2, 3, 6, 7):  # the first column of what is seen is the last that is stored, or its last row
        pixels = [row[::-1] for row in pixels] if orientation < 5 else pixels[::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1] if orientation < 5 else [row[::-1] for row in pixels]
    if orientation >= 5:
        pixels = [list(column) for column in zip(*pixels)]
    return [[v for pixel in row for v in pixel] for row in pixels]


class MetadataTest(ToolTest):
    def test_orientation_and_preview(self):
        self.ok(data("oriented_preview"), self.out("a.ppm"), "--preview_out", self.out("p.npy"), "--metadata_out",
                self.out("m.json"))
        self.assertEqual(read_netpbm(self.out("a.ppm"))[1], turned(synthetic.rows(3, 255), 6))
        shape, frames = read_npy(self.out("p.npy"))
        self.assertEqual(shape, (1, W, H, 3))
        self.assertEqual([[round(v * 255) for v in row] for row in frames[0]], turned(synthetic.rows(3, 255, 1), 6))
        meta = json.loads(read(self.out("m.json")))
        self.assertEqual({k: meta[k] for k in ("preview", "intensity_target", "min_nits", "linear_below")},
                         {"preview": {}, "intensity_target": 1000.0, "min_nits": 0.25, "linear_below": 0.5})
        self.ok(data("rgb8"), self.out("b.ppm"), "--preview_out", self.out("none.png"))
        self.assertNotIn("none.png", self.files())

    def as_netpbm(self, jpeg):
        """The rows of a JPEG file, which stays as it is stored."""
        done = subprocess.run([JPEG_TO_NETPBM, jpeg], check=True, stdout=subprocess.PIPE)
        with open(self.out("jpeg.pnm"), "wb") as f:
            f.write(done.stdout)
        return read_netpbm(self.out("jpeg.pnm"))

    def test_no_orientation_is_applied_twice(self):
        stored = synthetic.rows(3, 255)
        whole = read(data("rgb8"))
        for orientation in range(1, 9):
            codestream = splice.with_extra_fields(whole, whole, W, H, orientation)
            xmp = b'<rdf:Description tiff:Orientation="%d"/>' % orientation
            path = self.with_boxes(codestream, (b"Exif", bytes(4) + synthetic.exif(orientation)), (b"xml ", xmp))
            seen = turned(stored, orientation)
            upright_xmp = xmp.replace(b"%d" % orientation, b"1")
            self.ok(path, self.out("a.png"), "--exif_out", self.out("e"), "--xmp_out", self.out("x"))
            self.assertEqual(read_png(self.out("a.png"))[2], [seen])
            chunks = dict(png_chunks(self.out("a.png")))
            self.assertEqual(chunks["eXIf"], synthetic.exif(1))
            self.assertTrue(chunks["iTXt"].endswith(upright_xmp))
            self.assertEqual((read(self.out("e")), read(self.out("x"))), (synthetic.exif(orientation), xmp))
            self.ok(path, self.out("a.jpg"), "-j", "-q", "100")
            self.assertEqual([payload for marker, payload in jpeg_segments(self.out("a.jpg")) if marker == 0xE1],
                             [b"Exif\0\0" + synthetic.exif(1), b"http://ns.adobe.com/xap/1.0/\0" + upright_xmp])
            if JPEG_TO_NETPBM:
                self.assertGreater(psnr(self.as_netpbm(self.out("a.jpg"))[1], seen), 25)

    def test_original_jpeg_and_pixels_agree_about_orientation(self):
        pair = os.path.join(JPEG_FOLDERS[0], "metadata")
        exif, = [payload for marker, payload in jpeg_segments(pair + ".jpg") if payload.startswith(b"Exif")]
        orientation = self.info(pair + ".jxl")["image"]["orientation"]
        self.assertNotEqual(orientation, 1)
        self.ok(pair + ".jxl", self.out("e.exif"))
        self.assertEqual(exif, b"Exif\0\0" + read(self.out("e.exif")))
        self.ok(pair + ".jxl", self.out("a.ppm"))
        if JPEG_TO_NETPBM:
            seen = turned(self.as_netpbm(pair + ".jpg")[1], orientation)
            self.assertGreater(psnr(read_netpbm(self.out("a.ppm"))[1], seen), 30)

    def test_metadata(self):
        for name in ("metadata", "metadata_brob"):
            self.ok(data(name), self.out("a.exif"))
            self.assertEqual(read(self.out("a.exif")), synthetic.exif(6))
            for suffix in ("xmp", "xml"):
                self.ok(data(name), self.out("a." + suffix))
                self.assertEqual(read(self.out("a." + suffix)), synthetic.XMP)
            self.ok(data(name), self.out("a.png"))
            chunks = dict(png_chunks(self.out("a.png")))
            self.assertEqual(chunks["eXIf"], synthetic.exif(1))
            self.assertEqual(chunks["iTXt"], b"XML:com.adobe.xmp" + bytes(5) + synthetic.XMP)
        self.assertEqual(self.ok(data("metadata"), "-", "--output_format=xmp").stdout, synthetic.XMP)

    def test_side_files(self):
        for name in ("metadata", "metadata_brob"):
            self.ok(data(name), self.out("a.ppm"), "--exif_out", self.out("e"), "--xmp_out", self.out("x"),
                    "--jumbf_out", self.out("j"), "--gain_map_out", self.out("g"))
            self.assertEqual(self.files(), ["a.ppm", "e", "x"])
            self.assertEqual((read(self.out("e")), read(self.out("x"))), (synthetic.exif(6), synthetic.XMP))
        jpeg = os.path.join(PROJECT, "testdata", "jpeg", "metadata")
        self.ok(jpeg + ".jxl", self.out("a.jpg"), "--icc_out", self.out("i"), "--xmp_out", self.out("x"))
        self.assertEqual(read(self.out("a.jpg")), read(jpeg + ".jpg"))
        self.assertIn(read(self.out("x")), read(jpeg + ".jpg"))
        self.assertEqual(read(self.out("i"))[36:40], b"acsp")

    def test_jumbf(self):
        jumbf = synthetic.box(b"jumd", bytes(range(200))) + bytes(3)
        for box in ((b"jumb", jumbf), (b"brob", b"jumb" + synthetic.brotli(jumbf))):
            path = self.with_boxes("rgb8", box)
            for name in ("a.jumb", "a.jumbf"):
                self.ok(path, self.out(name))
                self.assertEqual(read(self.out(name)), jumbf)
            self.ok(path, self.out("a.ppm"), "--jumbf_out", self.out("j"))
            self.assertEqual(read(self.out("j")), jumbf)

    def test_gain_maps(self):
        gain_map = read(data("grey_alpha8"))
        bundle = b"\0\0\3abc\2\x14\x2d\0\0\0\0" + gain_map
        path = self.with_boxes("rgb8", (b"jhgm", bundle))
        self.ok(path, self.out("a.ppm"), "--gain_map_out", self.out("g.jxl"), "--gain_map_metadata_out", self.out("m"),
                "--gain_map_icc_out", self.out("i"))
        self.assertEqual(self.files(), ["a.ppm", "boxes.jxl", "g.jxl", "m"])
        self.assertEqual((read(self.out("g.jxl")), read(self.out("m"))), (gain_map, b"abc"))
        self.ok(self.out("g.jxl"), self.out("g.png"))
        described = self.info(path)["gain_map"]
        self.assertEqual((described["codestream_bytes"], described["metadata_bytes"], described["icc_bytes"]),
                         (len(gain_map), 3, 0))
        self.assertEqual(described["encoding"]["name"], "Gra_D65_Rel_Lin")
        self.assertIn("gain map: image of", self.ok("--info", path).stdout.decode())
        path = self.with_boxes("rgb8", (b"jhgm", bundle[:-len(gain_map)]))
        self.assertIn("error", self.info(path)["gain_map"])
        self.ok(path, self.out("b.ppm"))
        done = self.run_tool(path, self.out("c.ppm"), "--gain_map_out", self.out("h.jxl"))
        self.assertEqual((done.returncode, "c.ppm" in self.files()), (1, False))

    def test_color_chunks_and_profiles(self):
        self.ok(data("rgb8"), self.out("a.png"), "--icc_out", self.out("a.icc"), "--orig_icc_out", self.out("b.icc"))
        self.assertIn("sRGB", dict(png_chunks(self.out("a.png"))))
        for name in ("a.icc", "b.icc"):
            icc = read(self.out(name))
            self.assertEqual(struct.unpack(">I", icc[:4])[0], len(icc))
            self.assertEqual(icc[36:40], b"acsp")

    def test_metadata_in_jpeg(self):
        for name in ("metadata", "metadata_brob"):
            self.ok(data(name), self.out("a.jpg"), "-j")
            app1 = [payload for marker, payload in jpeg_segments(self.out("a.jpg")) if marker == 0xE1]
            self.assertEqual(app1, [b"Exif\0\0" + synthetic.exif(1),
                                    b"http://ns.adobe.com/xap/1.0/\0" + synthetic.XMP])
        p3 = os.path.join(PROJECT, "testdata", "images", "color_p3.jxl")
        self.ok(p3, self.out("a.jpg"), "-j", "--icc_out", self.out("a.icc"))
        app2 = [payload for marker, payload in jpeg_segments(self.out("a.jpg")) if marker == 0xE2]
        self.assertEqual(app2, [b"ICC_PROFILE\0\1\1" + read(self.out("a.icc"))])

    def test_jpeg_reconstruction(self):
        for folder in JPEG_FOLDERS:
            for path in sorted(glob.glob(os.path.join(folder, "*.jxl"))):
                expected = read(path[:-4] + ".jpg")
                for name, options in (("a.jpg", ()), ("a.bin", ("--reconstruct_jpeg", "--num_threads=0"))):
                    self.ok(path, self.out(name), *options)
                    self.assertTrue(read(self.out(name)) == expected, path)
                    os.remove(self.out(name))
            for path in sorted(glob.glob(os.path.join(folder, "bad", "*.jxl"))):
                self.fails(path, self.out("a.jpg"), "-J")
                self.assertIn("encoding the pixels", self.ok(path, self.out("a.jpg")).stderr.decode())
                os.remove(self.out("a.jpg"))
                self.ok(path, self.out("a.ppm"))
                os.remove(self.out("a.ppm"))
        pair = os.path.join(JPEG_FOLDERS[0], "grey.jxl")
        self.assertIn("No space left on device", self.fails(pair, "/dev/full", "-J"))
        self.assertIn("more bytes wanted", self.fails(pair, self.out("a.jpg"), "--memory_limit=20K"))

    def test_beside_reconstructed_jpegs(self):
        pair = os.path.join(JPEG_FOLDERS[0], "metadata")
        done = self.ok(pair + ".jxl", self.out("a.jpg"), "--metadata_out", self.out("m.json"), "--num_threads=0")
        self.assertRegex(done.stderr.decode(), r"^\d+ x \d+, JPEG reconstructed, [\d.]+ MP/s, [\d.]+ MB/s, 1 threads\n$")
        self.ok(pair + ".jxl", self.out("a.ppm"), "--metadata_out", self.out("n.json"))
        self.assertEqual(read(self.out("m.json")), read(self.out("n.json")))
        done = self.ok(pair + ".jxl", self.out("b.jpg"), "--num_reps=3")
        self.assertRegex(done.stderr.decode(), r"geomean: [\d.]+ MP/s \[.*geomean: [\d.]+ MB/s \[.*3 reps")
        self.assertEqual(read(self.out("b.jpg")), read(pair + ".jpg"))
        self.assertEqual(self.ok(pair + ".jxl", self.out("b.jpg"), "--num_reps=2", "--quiet").stderr, b"")
        before = self.files()
        done = self.run_tool(pair + ".jxl", self.out("c.jpg"), "--exif_out", "/dev/full")
        self.assertEqual((done.returncode, self.files()), (1, before))

    def test_when_jpeg_is_made_from_pixels(self):
        pair = os.path.join(JPEG_FOLDERS[0], "base_420")
        original = read(pair + ".jpg")
        sizes = []
        for options in (("-j",), ("-q", "95"), ("--jpeg_quality=40",), ("-q", "5", "-j")):
            done = self.ok(pair + ".jxl", self.out("a.jpg"), *options)
            self.assertNotIn("encoding", done.stderr.decode())
            self.assertNotEqual(read(self.out("a.jpg")), original)
            sizes.append(len(read(self.out("a.jpg"))))
        self.assertEqual(sizes[0], sizes[1])
        self.assertTrue(sizes[1] > sizes[2] > sizes[3], sizes)
        self.assertIn("encoding the pixels", self.ok(data("rgb8"), self.out("b.jpg")).stderr.decode())
        self.assertEqual(self.ok(data("rgb8"), self.out("b.jpg"), "--quiet").stderr, b"")
        self.assertIn("transparency", self.ok(data("rgba8"), self.out("b.jpeg"), "-j").stderr.decode())
        piped = self.ok("-", "-", "--output_format=jpg", stdin=read(data("rgb8"))).stdout
        self.assertEqual(piped, read(self.out("b.jpg")))
        self.assertEqual(self.ok("-", "-", "--output_format=jpg", stdin=read(pair + ".jxl")).stdout, original)
        self.ok(data("animation"), self.out("c.jpg"), "--output_frames", "--quiet")
        self.assertEqual([n for n in self.files() if n.startswith("c")], ["c.jpg-0.jpg", "c.jpg-1.jpg", "c.jpg-2.jpg"])

    def test_pixels_to_jpeg_are_close(self):
        if not JPEG_TO_NETPBM:
            self.skipTest("JXLPOOL_JPEG_TO_NETPBM is not set")
        images = os.path.join(PROJECT, "testdata", "images")
        jpegs = os.path.join(PROJECT, "testdata", "jpeg")
        for path, least in ((os.path.join(images, "vardct_groups.jxl"), 38), (os.path.join(images, "grey8.jxl"), 38),
                            (os.path.join(jpegs, "base_420.jxl"), 38), (data("oriented_preview"), 30),
                            (data("grey16"), 30), (data("rgba8"), 30)):
            self.ok(path, self.out("a.jpg"), "-j", "--quiet")
            self.ok(path, self.out("a.pnm"))
            lines, want = read_netpbm(self.out("a.pnm"))
            got_lines, got = self.as_netpbm(self.out("a.jpg"))
            self.assertEqual(lines[:2], got_lines[:2])
            scale = 255 / int(lines[2])
            self.assertGreater(psnr([[v * scale for v in row] for row in want], got), least, path)

    def test_jpeg_errors(self):
        for args in (("-j", "-J"), ("-q", "90", "-J"), ("-q", "101"), ("-q", "x")):
            self.fails(data("rgb8"), self.out("a.jpg"), *args, status=2)
        self.fails(data("rgb8"), self.out("a.png"), "-j", status=2)
        self.assertIn("No space left on device", self.fails(data("rgb8"), "/dev/full", "--output_format=jpg", "-j"))
        whole = read(data("lossy"))
        self.fails("-", self.out("a.jpg"), "-j", stdin=whole[:-20])


if __name__ == "__main__":
    main()
