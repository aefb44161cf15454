#include "tests/fuzz/mutator.h"

#include <algorithm>

namespace jxlpool::fuzz {
namespace {

using Bytes = std::vector<uint8_t>;

constexpr size_t kHeaderBytes = 48;      // where headers and contents tables of small files lie
constexpr size_t kMaxBytes = 64 * 1024;  // of a damaged file

// A position in a file that is not empty; every third time near the start.
size_t Position(const Bytes& file, Random* random) {
  const bool near_start = random->Below(3) == 0;
  return random->Below(near_start ? std::min(file.size(), kHeaderBytes) : file.size());
}

auto Iterator(Bytes* file, size_t position) { return file->begin() + static_cast<ptrdiff_t>(position); }

void FlipBits(Bytes* file, Random* random) {
  for (size_t i = 1 + random->Below(4); i > 0; --i) {
    (*file)[Position(*file, random)] ^= static_cast<uint8_t>(1u << random->Below(8));
  }
}

void SetByte(Bytes* file, Random* random) {
  static constexpr uint8_t kValues[] = {0x00, 0xFF, 0x7F, 0x80, 0x01};
  const size_t choice = random->Below(std::size(kValues) + 2);
  (*file)[Position(*file, random)] =
      choice < std::size(kValues) ? kValues[choice] : static_cast<uint8_t>(random->Next());
}

void Erase(Bytes* file, Random* random) {
  const size_t begin = Position(*file, random);
  const size_t count = 1 + random->Below(std::min<size_t>(file->size() - begin, 16));
  file->erase(Iterator(file, begin), Iterator(file, begin + count));
}

void Repeat(Bytes* file, Random* random) {
  const size_t begin = Position(*file, random);
  const size_t count = 1 + random->Below(std::min<size_t>(file->size() - begin, 64));
  const Bytes piece(Iterator(file, begin), Iterator(file, begin + count));
  file->insert(Iterator(file, Position(*file, random)), piece.begin(), piece.end());
}

void Insert(Bytes* file, Random* random) {
  const Bytes piece(1 + random->Below(8), static_cast<uint8_t>(random->Next()));
  file->insert(Iterator(file, Position(*file, random)), piece.begin(), piece.end());
}

// The rest comes from another file: its headers with our data, or the reverse.
void Splice(Bytes* file, const Bytes& other, Random* random) {
  if (other.empty()) return;
  const size_t from = Position(other, random);
  file->resize(Position(*file, random));
  file->insert(file->end(), other.begin() + static_cast<ptrdiff_t>(from), other.end());
}

void Overwrite(Bytes* file, const Bytes& other, Random* random) {
  if (other.empty()) return;
  const size_t from = Position(other, random), to = Position(*file, random);
  const size_t room = std::min(other.size() - from, file->size() - to);
  std::copy_n(other.begin() + static_cast<ptrdiff_t>(from), 1 + random->Below(room), Iterator(file, to));
}

// A large or small big-endian number, as box sizes are.
void LieAboutSize(Bytes* file, Random* random) {
  static constexpr uint32_t kSizes[] = {0, 1, 2, 7, 8, 9, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x00010000};
  const uint32_t size = kSizes[random->Below(std::size(kSizes))];
  size_t at = Position(*file, random);
  if (random->Below(2) == 0) at = at / 4 * 4;
  for (size_t i = 0; i < 4 && at + i < file->size(); ++i) (*file)[at + i] = static_cast<uint8_t>(size >> (24 - 8 * i));
}

void Truncate(Bytes* file, Random* random) { file->resize(random->Below(file->size())); }

void FillEnd(Bytes* file, Random* random) {
  const size_t begin = Position(*file, random);
  const auto value = static_cast<uint8_t>(random->Below(2) == 0 ? 0x00 : 0xFF);
  std::fill(Iterator(file, begin), file->end(), value);
  file->resize(file->size() + random->Below(64), value);
}

void RandomiseEnd(Bytes* file, Random* random) {
  for (size_t i = Position(*file, random); i < file->size(); ++i) (*file)[i] = static_cast<uint8_t>(random->Next());
}

}  // namespace

uint64_t Random::Next() {
  uint64_t z = state_ += 0x9E3779B97F4A7C15u;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return z ^ z >> 31;
}

std::vector<uint8_t> Mutate(const Bytes& file, const Bytes& other, Random* random) {
  Bytes result = file;
  for (size_t i = random->Below(4) == 0 ? 3 : 1; i > 0 && !result.empty() && result.size() < kMaxBytes; --i) {
    switch (random->Below(16)) {
      case 0:
        Erase(&result, random);
        break;
      case 1:
        Repeat(&result, random);
        break;
      case 2:
        Insert(&result, random);
        break;
      case 3:
        Splice(&result, other, random);
        break;
      case 4:
        Overwrite(&result, other, random);
        break;
      case 5:
        LieAboutSize(&result, random);
        break;
      case 6:
        Truncate(&result, random);
        break;
      case 7:
        FillEnd(&result, random);
        break;
      case 8:
        RandomiseEnd(&result, random);
        break;
      case 9:
      case 10:
      case 11:
        SetByte(&result, random);
        break;
      default:
        FlipBits(&result, random);
    }
  }
  return result;
}

}  // namespace jxlpool::fuzz
