#!/usr/bin/env python3
"""What djxl-pooled --info tells.

usage: see cli_support.py
"""
import json
import os
import struct

import synthetic
from cli_support import H, PROJECT, ToolTest, W, data, main, read


class InfoTest(ToolTest):
    def test_info_of_a_frame_index(self):
        # Two entries: the first frame, and the one 500 bytes further on with 2 frames.
        path = self.with_boxes("animation", (b"jxli", b"\2\0\0\0\1\0\0\3\xe8\x0b\0\1\xf4\3\0\2"))
        self.assertEqual(self.info(path)["frame_index"],
                         {"tick_numerator": 1, "tick_denominator": 1000, "entries": [
                             {"offset": 11, "first_frame": 0, "num_frames": 1, "duration_ticks": 0},
                             {"offset": 511, "first_frame": 1, "num_frames": 2, "duration_ticks": 0}]})
        self.assertIn("frame index: 2 entries", self.ok("--info", path).stdout.decode())
        path = self.with_boxes("animation", (b"jxli", b"\2\0\0\0\1"))
        self.assertIn("error", self.info(path)["frame_index"])

    def test_info_of_an_image(self):
        info = self.info(data("rgba8"))
        self.assertEqual(info["file_size"], os.path.getsize(data("rgba8")))
        self.assertEqual((info["format"], info["boxes"], info["level"]), ("codestream", [], 5))
        self.assertNotIn("error", info)
        memory = info["memory_estimate"]
        self.assertGreaterEqual(memory["parallel_bytes"], memory["one_thread_bytes"])
        self.ok(data("rgba8"), "--disable_output", f"--memory_limit={memory['one_thread_bytes']}")
        image = info["image"]
        self.assertEqual((image["width"], image["height"], image["orientation"]), (W, H, 1))
        self.assertEqual(image["samples"], {"type": "integer", "bits": 8, "exponent_bits": 0})
        self.assertEqual([c["type"] for c in image["extra_channels"]], ["Alpha"])
        self.assertEqual(image["color"]["encoding"]["transfer"], "srgb")
        self.assertFalse(image["xyb_encoded"])
        frame, = info["frames"]
        self.assertEqual((frame["type"], frame["encoding"], frame["shown"]), ("regular", "modular", True))
        self.assertEqual((frame["width"], frame["height"], frame["have_crop"]), (W, H, False))
        self.assertEqual(frame["toc"]["sections"], 1)
        self.assertEqual(frame["offset"] + frame["toc"]["header_bytes"] + frame["toc"]["section_bytes"],
                         info["codestream_size"])
        lossy = self.info(data("lossy"))
        self.assertTrue(lossy["image"]["xyb_encoded"])
        self.assertEqual(lossy["frames"][0]["encoding"], "vardct")
        floats = self.info(data("grey_float"))["image"]
        self.assertEqual((floats["samples"]["type"], floats["num_color_channels"]), ("float", 1))

    def test_info_of_an_animation(self):
        info = self.info(data("animation"))
        self.assertEqual([f["duration_seconds"] for f in info["frames"]], [0.1, 0.25, 2.0])
        self.assertEqual([f["shown_index"] for f in info["frames"]], [0, 1, 2])
        self.assertEqual([f["is_last"] for f in info["frames"]], [False, False, True])
        self.assertEqual([len(f["extra_channels"]) for f in info["frames"]], [1, 1, 1])
        self.assertEqual(info["image"]["animation"]["num_loops"], 0)
        for before, after in zip(info["frames"], info["frames"][1:]):
            toc = before["toc"]
            self.assertEqual(after["offset"], before["offset"] + toc["header_bytes"] + toc["section_bytes"])

    def test_info_of_header_fields(self):
        info = self.info(data("oriented_preview"))
        image = info["image"]
        self.assertEqual((image["width"], image["height"], image["orientation"]), (H, W, 6))
        self.assertEqual((image["coded_width"], image["coded_height"]), (W, H))
        self.assertEqual((image["intrinsic_width"], image["intrinsic_height"]), (2 * H, 2 * W))
        self.assertEqual(image["preview"], {"width": H, "height": W})
        self.assertEqual(image["tone_mapping"], {"intensity_target": 1000.0, "min_nits": 0.25,
                                                 "relative_to_max_display": False, "linear_below": 0.5})
        self.assertEqual(info["preview_frame"]["width"], W)
        self.assertEqual(len(info["frames"]), 1)

    def test_info_of_profiles(self):
        path = os.path.join(PROJECT, "testdata", "jpeg", "metadata.jxl")
        profile = self.info(path)["image"]["color"]["icc"]
        self.assertEqual({key: profile[key] for key in profile if key != "bytes"},
                         {"description": "test", "color_space": "RGB ", "connection_space": "XYZ ",
                          "color_management_module": "lcms", "rendering_intent": "perceptual"})
        text = self.ok("--info", path).stdout.decode()
        self.assertIn('"test", RGB -> XYZ, intent perceptual, made for lcms', text)
        self.assertIn("there is data to reconstruct the original file from", text)

    def test_info_of_orientation(self):
        for name, words in (("rgb8", None), ("oriented_preview", "orientation 6, clockwise")):
            text = self.ok("--info", data(name)).stdout.decode()
            self.assertEqual("orientation" in text, words is not None)
            self.assertIn(words or "", text)

    def test_info_of_boxes(self):
        for name, compressed in (("metadata", False), ("metadata_brob", True)):
            info = self.info(data(name))
            raw, at = read(data(name)), 0
            for box in info["boxes"]:
                self.assertEqual((box["offset"], box["size"]), (at, struct.unpack_from(">I", raw, at)[0]))
                self.assertEqual(box["type"].encode(), raw[at + 4:at + 8])
                at += box["size"]
            self.assertEqual(at, len(raw))
            self.assertEqual([b.get("compressed_type") for b in info["boxes"]][2:4],
                             ["Exif", "xml "] if compressed else [None, None])
            self.assertEqual([(b["type"], b["compressed"], b["contents_bytes"]) for b in info["metadata"]],
                             [("Exif", compressed, 4 + len(synthetic.exif(6))),
                              ("xml ", compressed, len(synthetic.XMP))])

    def test_info_as_text(self):
        text = self.ok("--info", data("animation"), data("metadata_brob")).stdout.decode()
        for part in (f"{W} x {H}, 8-bit integer", "Alpha", "RGB_D65_SRG_Per_SRG", "2.35 seconds", "frame 2:",
                     "compressed 'Exif'"):
            self.assertIn(part, text)
        self.assertIn("standard input:", self.ok("--info", "-v", "-", stdin=read(data("rgb8"))).stdout.decode())

    def test_info_of_several_files(self):
        names = [data(name) for name in ("rgb8", "lossy", "animation", "metadata")]
        self.assertEqual([i["file"] for i in self.info(*names)], names)
        done = self.run_tool("--info=json", names[0], "/dev/null", names[1])
        self.assertEqual(done.returncode, 1)
        first, bad, last = json.loads(done.stdout)
        self.assertEqual((first["image"]["width"], last["image"]["width"]), (W, W))
        self.assertEqual(done.stderr.decode(), "djxl-pooled: " + bad["error"] + "\n")

    def test_info_of_truncated_files(self):
        whole = read(data("animation"))
        frames = self.info(data("animation"))["frames"]
        for size in range(0, len(whole), 7):
            done = self.run_tool("--info=json", "-", stdin=whole[:size])
            self.assertEqual(done.returncode, 1)
            self.assertEqual(done.stderr.count(b"\n"), 1)
            info = json.loads(done.stdout)
            known = info.get("frames", [])
            self.assertEqual([f["offset"] for f in known], [f["offset"] for f in frames[:len(known)]])
            self.assertEqual([f["toc"]["complete"] for f in known[:-1]], [True] * (len(known) - 1))
            self.assertTrue("image" in info or size <= frames[0]["offset"])
            if size >= frames[2]["offset"]:
                self.assertGreaterEqual(len(known), 2)


if __name__ == "__main__":
    main()
