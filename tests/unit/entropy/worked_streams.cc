#include "tests/unit/entropy/entropy_test_util.h"

namespace jxlpool {
namespace {

constexpr char kE1[] = "0b80836d3bc618595e78a72426c51bf520ffc88390fee5937d35f4ef6fd3d856fba10c0cf51fb20620da4b120e00";
constexpr char kE2[] = "4b2825d681828200a8b11b83b117080100900089d31f98bfbf3fd45fffd759f62e9a587a592c";
constexpr char kE3[] =
    "4b2836561fdc4b289810015521c43006508761ab2ab2170302a097cc0800c3638049661204782cd68953eff915fcd16bc4f3c00ea98d"
    "b6164e5c7006e2071262ec6cbe7c16dc72cef3c1a2e20ac8f9a18cdacfe3e827da66e2d6202a38c1f7d066edd2e004423a2a992c1219"
    "9d9e8328548155833d69001d03";
constexpr char kE4[] =
    "4b1020c70fbd37274966662631d2998e241d3de7b5a30bc00300c8aad5191b9f357fed86e36e7a0522b276da21932a9d761245259df6"
    "8f11";
constexpr char kE5[] =
    "ff0a001090c255c38084790034a6a480c3f2bc8eff69da1679c89a9558fe9229c4d5a2b4fdd8c558a6ecdda6fcdda18c035796c48d25"
    "391add5a83e7361a8d000c24142ceabfc02bce7d7264e7476c78a2ebab6bc93b167f18075f617365534f51e98020c7a480c4e4e4e400"
    "03495f45cb00277367694b5be700135d475f65615f6543694bc9b8000359d900a56f9c738092a5b3a5b2f6e7121f6e3c43953c140282"
    "1293938393e0bfa17323d6b7ed6b65c22bd696f91be7722e824f4b70281f42db8082c260de0ac424c2853ca8af1c";
constexpr char kE6[] = "94506cb81c22540308001c010e00036c02";
constexpr char kE7[] = "4c850a1ce701025ac335023893";
constexpr char kE8[] =
    "0381228cffffcf3994729a6909820982f2b1f416038168e6ba148798217181cc654090c353003cde7700014c4dd30133073509122448"
    "90f0ff298c00";
constexpr char kE9[] =
    "4b189b9c71840338800338204ac039050100204480081001224084fff7eff9efa131e79c6bed7b4f922409015555555555d5ffffff73"
    "efebeeeeeee6f9efeff9ff82c65e6bcdbdcebd11111111049499999999595575ebbd9fddddddddf0fffe3dff3d34e69c73ad7dee4d92"
    "2421a0aaaaaaaaaafaffff7fee7dddddddddf0fffe3dff3d34e69c73ad7dee4d922421a0aaaaaaaaaafaffff7fee7ddddddddd178017"
    "008ba10a5528ccac30b32258616685998518420c66319855668559552c07f08ff5865b1648e797c82573335fd69656d96909aa2f1b9c"
    "9dae3fa72daa2f6b4b1da883832f1ba86db1d51200";

}  // namespace

const char* const kE7Bytes = kE7;
const char* const kE8Bytes = kE8;

const std::vector<WorkedStream>& WorkedStreams() {
  static const std::vector<WorkedStream> streams = {
      {"E1", kE1, 2, 6, 63, 63, 0, {{0, 103}}, 4731, 0x85684DB7, 338},
      {"E2A", kE2, 2, 6, 31, 31, 0, {{0, 12}}, 26, 0x6072C6D0, 54},
      {"E2B", kE2, 54, 2, 104, 133, 0, {{0, 25606}}, 1536, 0xEE1067DE, 303},
      {"E3",
       kE3,
       66,
       2,
       176,
       205,
       0,
       {{1, 70}, {0, 4}, {1, 4},  {0, 14}, {1, 1},  {0, 15}, {1, 1},  {0, 15}, {1, 4}, {0, 4}, {1, 2},
        {0, 4},  {1, 4}, {0, 14}, {1, 1},  {0, 15}, {1, 1},  {0, 15}, {1, 4},  {0, 4}, {1, 64}},
       2648,
       0xF2B1DBB2,
       962},
      {"E4", kE4, 12, 1, 175, 204, 20, {{0, 255}}, 5568, 0xC65FC658, 446},
      {"E5", kE5, 62, 41, 186, 186, 0, {{0, 426}}, 13377, 0x1D0B4353, 1663},
      {"E6", kE6, 3, 8, 36, 36, 0, {{0, 41}}, 205, 0x4920869D, 118},
      {"E9", kE9, 93, 4, 1272, 1301, 47, {{1, 47}, {2, 400}}, 1176, 0x3499A1DA, 1890},
  };
  return streams;
}

}  // namespace jxlpool
