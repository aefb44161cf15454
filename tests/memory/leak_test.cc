// Memory that a decoder still holds when it is destroyed is reported in debug builds; without a leak nothing is.
#include <gtest/gtest.h>

#include <utility>

#include "lib/api/decoder.h"
#include "lib/pool/matrix.h"

namespace jxlpool {
namespace {

TEST(LeakTest, NothingIsHeldBeyondTheImage) {
  JxlpoolDecoder* decoder = nullptr;
  ASSERT_EQ(jxlpool_decoder_create(nullptr, &decoder), JXLPOOL_OK);
  {
    auto matrix = Matrix2D<float>::Create(&decoder->memory, Category::kTile, 10, 10);
    ASSERT_TRUE(matrix.ok());
    EXPECT_EQ(decoder->budget.matrices().active, 1u);
  }
  EXPECT_EQ(decoder->budget.matrices().active, 0u);
  jxlpool_decoder_destroy(decoder);
}

TEST(LeakDeathTest, DestroyingADecoderThatHoldsMemoryIsReported) {
#ifdef NDEBUG
  GTEST_SKIP() << "checked in debug builds only";
#else
  EXPECT_DEATH(
      {
        JxlpoolDecoder* decoder = nullptr;
        if (jxlpool_decoder_create(nullptr, &decoder) != JXLPOOL_OK) return;
        auto* leaked =
            new Buffer(decoder->memory.Acquire(1000, Category::kLf, ElementType::kFloat, Fill::kZero).value());
        if (leaked->empty()) return;
        jxlpool_decoder_destroy(decoder);
      },
      "memory is held beyond the image");
#endif
}

}  // namespace
}  // namespace jxlpool
