#!/usr/bin/env bash
# Builds everything and runs all tests, from a bare Debian 12 on: unit and interface tests, the conformance bitstreams if
# they lie beside the project, and the quick tests once more under AddressSanitizer and UndefinedBehaviorSanitizer.
#
# usage: tools/test.sh [--quick]     --quick: neither conformance nor sanitizers
source "$(dirname "$0")/setup.sh"

install_packages "${BUILD_PACKAGES[@]}" libgtest-dev libbenchmark-dev python3 python3-numpy
jobs=$(nproc)

echo "== release build and tests" >&2
configure build -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=ON -DJXLPOOL_WARNINGS_AS_ERRORS=ON
cmake --build build >&2
ctest --test-dir build --output-on-failure -j "$jobs"
[ "${1:-}" = --quick ] && exit 0

for suite in conformance features; do
  if [ -e ../shared/conformance/run ] && [ -e "../shared/$suite/manifest.json" ]; then
    echo "== $suite bitstreams" >&2
    /usr/bin/python3 ../shared/conformance/run build/tools/djxl-pooled --suite "../shared/$suite"
  fi
done

# Tests labelled slow are left out: what they add is volume, and the sanitizers make volume expensive.
echo "== sanitizers" >&2
sanitize="-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"
configure build-asan -DCMAKE_BUILD_TYPE=None -DBUILD_TESTING=ON -DJXLPOOL_BUILD_BENCHES=OFF \
  -DCMAKE_C_FLAGS="-O1 -g1 $sanitize" -DCMAKE_CXX_FLAGS="-O1 -g1 $sanitize"
cmake --build build-asan >&2
ctest --test-dir build-asan --output-on-failure -j "$jobs" -LE slow
echo "all tests passed" >&2
