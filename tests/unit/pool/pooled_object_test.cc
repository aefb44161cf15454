#include "lib/pool/pooled_object.h"

#include <gtest/gtest.h>

#include "lib/pool/buffer_pool.h"

namespace jxlpool {
namespace {

struct Base {
  virtual ~Base() = default;
  virtual int Value() const = 0;
};
struct Derived : Base {
  Derived(int* counter, int number) : destroyed(counter), value(number) {}
  Derived(const Derived&) = delete;
  Derived& operator=(const Derived&) = delete;
  ~Derived() override { ++*destroyed; }
  int Value() const override { return value; }
  int* destroyed;
  int value;
};

class PooledObjectTest : public testing::Test {
 protected:
  BufferPool pool_;
  Budget budget_;
  Memory memory_{&pool_, &budget_};
  int destroyed_ = 0;
};

TEST_F(PooledObjectTest, ConstructsOnceDestroysOnceAndGivesTheMemoryBack) {
  {
    auto made = MakePooled<Derived>(&memory_, Category::kOther, &destroyed_, 42);
    ASSERT_TRUE(made.ok());
    PooledObject<Derived> object = std::move(made).value();
    EXPECT_EQ(object->Value(), 42);
    EXPECT_EQ((*object).value, 42);
    EXPECT_EQ(budget_.category(Category::kOther).live, 128u);
    PooledObject<Base> base = std::move(object);
    EXPECT_FALSE(object);  // NOLINT(bugprone-use-after-move): specified to be empty
    EXPECT_EQ(base->Value(), 42);
    EXPECT_EQ(destroyed_, 0);
  }
  EXPECT_EQ(destroyed_, 1);
  EXPECT_EQ(budget_.total().live, 0u);
}

TEST_F(PooledObjectTest, AssignmentReplaces) {
  auto first = MakePooled<Derived>(&memory_, Category::kOther, &destroyed_, 1);
  auto second = MakePooled<Derived>(&memory_, Category::kOther, &destroyed_, 2);
  ASSERT_TRUE(first.ok() && second.ok());
  PooledObject<Derived> object = std::move(first).value();
  object = std::move(second).value();
  EXPECT_EQ(destroyed_, 1);
  EXPECT_EQ(object->Value(), 2);
  object.Reset();
  EXPECT_EQ(destroyed_, 2);
  EXPECT_EQ(object.get(), nullptr);
  EXPECT_EQ(budget_.total().live, 0u);
}

TEST_F(PooledObjectTest, OverTheLimitNothingIsConstructed) {
  Budget none(0);
  Memory memory(&pool_, &none);
  auto made = MakePooled<Derived>(&memory, Category::kOther, &destroyed_, 1);
  EXPECT_EQ(made.status().code(), ErrorCode::kMemoryLimit);
  EXPECT_EQ(destroyed_, 0);
}

}  // namespace
}  // namespace jxlpool
