#!/usr/bin/env bash
# Builds djxl-pooled and decodes a picture with it, from a bare Debian 12 on.
#
# usage: tools/try.sh [INPUT.jxl [OUTPUT]]     OUTPUT: .png (default), .ppm, .pfm, .npy, ...
input=$(realpath -- "${1:-$(dirname "$0")/../testdata/images/drawn_large.jxl}")
output=$(realpath -m -- "${2:-$(basename "${input%.jxl}").png}")
source "$(dirname "$0")/setup.sh"

install_packages "${BUILD_PACKAGES[@]}"
configure build -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF
cmake --build build --target djxl-pooled >&2
echo "decoding $input to $output" >&2
time build/tools/djxl-pooled "$input" "$output" --stats
