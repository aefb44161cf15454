#!/usr/bin/env bash
# Builds everything and runs all tests, from a bare Debian 12 on: unit and interface tests, the conformance bitstreams if
# they lie beside the project, clang-tidy, and the quick tests once more under AddressSanitizer and
# UndefinedBehaviorSanitizer of g++, those of the vector code and the fuzzer also under Clang's, which know more kinds of
# undefined behaviour, and those with several threads under ThreadSanitizer.
#
# usage: tools/test.sh [--quick]     --quick: neither the bitstream suites nor sanitizers
source "$(dirname "$0")/setup.sh"

install_packages "${BUILD_PACKAGES[@]}" libgtest-dev libbenchmark-dev clang-format python3 python3-numpy \
  libjpeg-turbo-progs libjxl-tools
jobs=$(nproc)

echo "== release build and tests" >&2
configure build -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=ON -DJXLPOOL_WARNINGS_AS_ERRORS=ON
cmake --build build >&2
if [ "${1:-}" = --quick ]; then
  ctest --test-dir build --output-on-failure -j "$jobs" -LE slow
  exit 0
fi
ctest --test-dir build --output-on-failure -j "$jobs"

echo "== clang-tidy" >&2
install_packages clang-tidy
find lib tools -name '*.cc' | xargs -P "$jobs" -n 4 clang-tidy -p build --quiet

# Tests labelled slow are left out: what they add is volume, and the sanitizers make volume expensive.
# -O1: the vector code, which takes most of the build, compiles in less than half the time of -O2.
echo "== sanitizers" >&2
sanitize="-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"
configure build-asan -DCMAKE_BUILD_TYPE=None -DBUILD_TESTING=ON -DJXLPOOL_BUILD_BENCHES=OFF \
  -DCMAKE_C_FLAGS="-O1 -g1 $sanitize" -DCMAKE_CXX_FLAGS="-O1 -g1 $sanitize"
cmake --build build-asan >&2
ctest --test-dir build-asan --output-on-failure -j "$jobs" -LE slow

# What g++ does not see: pointers that leave their array, and what libFuzzer finds when it starts from the test images.
# Vector code is compiled for this machine only, which takes a fraction of the time, so tests of all targets add nothing.
echo "== Clang's sanitizers and fuzzing" >&2
install_packages clang libclang-rt-14-dev
unit_tests=(render color modular vardct features)
configure build-fuzz --preset fuzz
cmake --build build-fuzz --target decode_fuzzer fuzz_seeds "${unit_tests[@]/%/_test}" >&2
ctest --test-dir build-fuzz --output-on-failure -R '^fuzz_(seeds|coverage)$'
for folder in "${unit_tests[@]}"; do
  "build-fuzz/tests/unit/$folder/${folder}_test" --gtest_brief=1 --gtest_filter='-*OnAllTargets*'
done

echo "== ThreadSanitizer" >&2
thread_tests=(base frame pool image)
configure build-tsan --preset tsan -DBUILD_TESTING=ON
cmake --build build-tsan --target api_test "${thread_tests[@]/%/_test}" >&2
for folder in "${thread_tests[@]}"; do
  "build-tsan/tests/unit/$folder/${folder}_test" --gtest_brief=1
done
build-tsan/tests/api/api_test --gtest_brief=1 --gtest_filter='*Shared*:*Callback*:*Limit*:*Cancel*'
echo "all tests passed" >&2
