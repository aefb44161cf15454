"""Writes Modular sub-bitstreams, and computes what a tree without residuals draws.

Integers are coded with one flat prefix code of 32 tokens of 5 bits: token 0 is 0, token t > 0 is 2^(t-1) plus t-1 raw
bits. That is wasteful and needs no statistics.
"""
import numpy as np

from bit_writer import BitWriter, pack_signed

# Transforms
RCT, PALETTE, SQUEEZE = range(3)


def flat_code(w, contexts):
    """The header of the code."""
    w.flag(False)  # no LZ77
    if contexts > 1:
        w.flag(True)  # simple cluster map
        w.u(2, 0)  # of 0 bits: one cluster
    w.flag(True)  # prefix code
    w.u(4, 0)  # split exponent
    w.u(1, 1)  # alphabet size - 1 = 31 = 2^4 + 15
    w.u(4, 4)
    w.u(4, 15)
    w.u(2, 3)  # the lengths of the code length symbols: skip those of 1, 2, 3; 4 and 0 are unused
    w.u(4, 0)
    w.u(4, 0b0111)  # 5: the static code 1110, first bit first
    w.u(24, 0)  # the rest is unused, so the lengths of all 32 tokens cost nothing


def empty_code(w, contexts):
    """A code whose only token is 0: integers cost nothing."""
    w.flag(False)
    if contexts > 1:
        w.flag(True)
        w.u(2, 0)
    w.flag(True)
    w.u(4, 0)
    w.u(1, 0)  # alphabet size - 1


def put(w, value):
    token = value.bit_length()
    w.u(5, int("{:05b}".format(token)[::-1], 2))  # codewords start with their most significant bit
    if token > 1:
        w.u(token - 1, value - (1 << (token - 1)))


class Leaf:
    def __init__(self, predictor=0, offset=0, log=0, bits=0):
        self.predictor, self.offset, self.log, self.bits = predictor, offset, log, bits


class Split:
    """`above` is taken where property > value, else `below`."""

    def __init__(self, prop, value, above, below):
        self.prop, self.value, self.above, self.below = prop, value, above, below


GRADIENT = Leaf(5)


def put_tree(w, tree, with_residuals):
    flat_code(w, 6)
    queue, leaves = [tree], 0
    while queue:
        node = queue.pop(0)
        if isinstance(node, Leaf):
            leaves += 1
            for value in (0, node.predictor, pack_signed(node.offset), node.log, node.bits):
                put(w, value)
        else:
            put(w, node.prop + 1)
            put(w, pack_signed(node.value))
            queue += [node.above, node.below]
    (flat_code if with_residuals else empty_code)(w, leaves)


def put_transforms(w, transforms):
    w.u32(len(transforms), 0, 1, (2, 4), (18, 8))
    for transform in transforms:
        w.u(2, transform[0])
        if transform[0] in (RCT, PALETTE):
            w.u32(transform[1], (0, 3), (8, 6), (72, 10), (1096, 13))
        if transform[0] == RCT:
            w.u32(transform[2], 6, (0, 2), (2, 4), (10, 6))
        elif transform[0] == PALETTE:
            _, _, channels, colors, deltas, predictor = transform
            w.u32(channels, 1, 3, 4, (1, 13))
            w.u32(colors, (0, 8), (256, 10), (1280, 12), (5376, 16))
            w.u32(deltas, 0, (1, 8), (257, 10), (1281, 16))
            w.u(4, predictor)
        else:
            w.u32(0, 0, (1, 4), (9, 6), (41, 8))  # default steps


def put_header(w, global_tree=True, transforms=()):
    w.flag(global_tree)
    w.flag(True)  # default parameters of the weighted predictor
    put_transforms(w, transforms)


def residuals_of_gradient(channel):
    """What the Gradient predictor leaves of a 2D array, in raster order."""
    c = channel.astype(np.int64)
    height, width = c.shape
    west, north, northwest = np.zeros_like(c), np.zeros_like(c), np.zeros_like(c)
    west[:, 1:] = c[:, :-1]
    west[1:, 0] = c[:-1, 0]
    north[1:] = c[:-1]
    north[0] = west[0]
    northwest[1:, 1:] = c[:-1, :-1]
    northwest[1:, 0] = west[1:, 0]
    northwest[0] = west[0]
    low, high = np.minimum(west, north), np.maximum(west, north)
    return (c - np.clip(west + north - northwest, low, high)).ravel()


def put_channels(w, channels):
    """The samples of a sub-bitstream whose tree is GRADIENT."""
    for channel in channels:
        for value in residuals_of_gradient(np.asarray(channel)).tolist():
            put(w, pack_signed(value))


def draw(tree, sizes, multiplier_one=True):
    """What a tree draws when all residuals are 0, before transforms are undone: a list of 2D arrays of int64.
    `sizes`: (width, height) of each channel. Knows the properties 0 to 14 but for 8, predictors but for 6 and 13."""
    channels = []
    for index, (width, height) in enumerate(sizes):
        s = [[0] * width for _ in range(height)]
        for y in range(height):
            for x in range(width):
                w = s[y][x - 1] if x else s[y - 1][0] if y else 0
                n = s[y - 1][x] if y else w
                nw = s[y - 1][x - 1] if x and y else w
                ne = s[y - 1][x + 1] if y and x + 1 < width else n
                nn = s[y - 2][x] if y > 1 else n
                ww = s[y][x - 2] if x > 1 else w
                properties = {0: index, 1: 0, 2: y, 3: x, 4: abs(n), 5: abs(w), 6: n, 7: w, 9: w + n - nw, 10: w - nw,
                              11: nw - n, 12: n - ne, 13: n - nn, 14: w - ww}
                node = tree
                while isinstance(node, Split):
                    node = node.above if properties[node.prop] > node.value else node.below
                half = lambda a: int(a / 2)
                predictions = {0: 0, 1: w, 2: n, 3: half(w + n), 4: w if abs(n - nw) < abs(w - nw) else n,
                               5: min(max(w + n - nw, min(w, n)), max(w, n)), 7: ne, 8: nw, 9: ww, 10: half(w + nw),
                               11: half(n + nw), 12: half(n + ne)}
                s[y][x] = predictions[node.predictor] + node.offset
        channels.append(np.array(s, dtype=np.int64))
    return channels
