// Census: how many blocks of each size a pool has, live or cached.
//
// Which thread does what varies from decode to decode, and with it how many blocks of a size are live at a time. From
// the census the pool knows how many spare blocks make a repetition of a decode safe from misses.
//
// Thread-safe. Changes when blocks come from the system or go back, not when they are taken and given back.
#ifndef LIB_POOL_CENSUS_H_
#define LIB_POOL_CENSUS_H_

#include <cstddef>
#include <cstdint>
#include <mutex>

namespace jxlpool {

class Census {
 public:
  struct Entry {
    size_t size = 0;      // 0: unused slot
    uint32_t blocks = 0;  // that exist
    // How many there were when the last one came that somebody asked for: all were in use then, spares included.
    uint32_t demand = 0;
    uint32_t known_demand = 0;  // `demand` at the last TakeGrown
  };

  Census() = default;
  ~Census();
  Census(const Census&) = delete;
  Census& operator=(const Census&) = delete;

  // A block came from the system. Without memory for one more size it is not counted.
  void Came(size_t size);
  // So did one that nobody asked for.
  void CameAsSpare(size_t size);
  // Of as many blocks as there are now, the demand is known: nothing has to be done about it.
  void Expect(size_t size);
  // A block was given back.
  void Left(size_t size);
  uint32_t BlocksOf(size_t size);
  // Distinct sizes so far.
  uint32_t num_sizes();

  // Moves on to the next size, in no particular order, whose demand has grown since it was reported last; false after
  // the last one. `*cursor` starts as 0.
  bool TakeGrown(size_t* cursor, Entry* entry);

 private:
  static constexpr uint32_t kFirstBits = 7;
  static constexpr uint32_t kMaxBits = 15;

  size_t capacity() const { return entries_ == nullptr ? 0 : size_t{1} << bits_; }
  size_t Slot(size_t size) const { return (size * uint64_t{0x9E3779B97F4A7C15}) >> (64 - bits_); }
  Entry* Find(size_t size);
  Entry* FindOrInsert(size_t size);
  bool Grow();

  std::mutex mutex_;
  Entry* entries_ = nullptr;  // guarded by mutex_, as the following
  uint32_t bits_ = 0;
  uint32_t used_ = 0;
};

}  // namespace jxlpool

#endif  // LIB_POOL_CENSUS_H_
