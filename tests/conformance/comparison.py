"""How decoded samples, float32 arrays of shape (frames, height, width, channels), are compared with what is known."""
import os
import zlib

import numpy as np

# References hold 8-bit samples; the rest of the tolerance is for decoders that round differently.
PEAK = 0.5 / 255 + 0.001
MEAN = 0.0001


def integers(samples, bits):
    """Samples as 16-bit integers; `bits`: one number per channel. None if they are not exact."""
    tops = np.array([(1 << b) - 1 for b in bits], dtype=np.float64)
    scaled = samples.astype(np.float64) * tops
    rounded = np.round(scaled)
    if not np.isfinite(scaled).all() or np.abs(scaled - rounded).max() > 0.01 or rounded.min() < 0 or rounded.max() > 65535:
        return None
    return rounded.astype("<u2")


def checksum(samples):
    return "%08x" % zlib.crc32(np.ascontiguousarray(samples).tobytes())


def block_means(samples):
    """Means of 8 x 8 blocks; blocks at the right and bottom edges may be smaller."""
    frames, height, width, channels = samples.shape
    rows = [samples[:, y:y + 8].mean(axis=1) for y in range(0, height, 8)]
    stacked = np.stack(rows, axis=1)
    columns = [stacked[:, :, x:x + 8].mean(axis=2) for x in range(0, width, 8)]
    return np.stack(columns, axis=2)


def part_of(samples, name):
    if name == "all":
        return samples
    if name == "means":
        return block_means(samples)
    axis = 1 if name.startswith("rows") else 2
    first = int(name.lstrip("rowsclumn"))
    return np.take(samples, np.arange(first, first + 16), axis=axis)


def exact_problem(entry, got):
    """What is wrong with a lossless image, or None."""
    if entry["bits"] == "float":
        samples = got.astype("<f4")
    else:
        samples = integers(got, entry["bits"])
        if samples is None:
            return "samples are no exact integers"
    if checksum(samples) != entry["crc32"]:
        return "checksum %s, expected %s" % (checksum(samples), entry["crc32"])
    return None


def near_problem(entry, got, folder):
    """What is wrong with a lossy image, or None."""
    got = got.astype(np.float64)
    if not np.isfinite(got).all():
        return "samples are not finite"
    with np.load(os.path.join(folder, "references", entry["reference"])) as reference:
        for name in reference.files:
            want = np.cumsum(reference[name], axis=2, dtype=np.uint8) / 255.0
            error = np.abs(np.clip(part_of(got, name), 0, 1) - want)
            if error.max() > PEAK:
                at = [int(i) for i in np.unravel_index(error.argmax(), error.shape)]
                return "%s: off by %.5f at (frame, y, x, channel) = %s" % (name, error.max(), at)
    error = np.abs(got.mean(axis=(1, 2)).ravel() - entry["means"]).max()
    return "mean off by %.6f" % error if error > MEAN else None
