#include "tests/fuzz/jpeg_mutator.h"

#include <algorithm>
#include <iterator>

namespace jxlpool::fuzz {
namespace {

// Tampers with one thing; each kind is one function so that they stay small.
class FieldMutator {
 public:
  FieldMutator(JbrdFields* fields, Random* random) : fields_(*fields), random_(*random) {}

  void Mutate() {
    switch (random_.Below(12)) {
      case 0:
      case 1:
        return Markers();
      case 2:
        return Segments();
      case 3:
        return Tables();
      case 4:
        return Components();
      case 5:
      case 6:
        return HuffmanCodes();
      case 7:
      case 8:
        return Scans();
      case 9:
        return BlockLists();
      case 10:
        return Padding();
      default:
        return Sizes();
    }
  }

 private:
  bool Chance(size_t one_in) { return random_.Below(one_in) == 0; }
  uint32_t Number(uint32_t end) { return static_cast<uint32_t>(random_.Below(end)); }
  // Often small, sometimes anything.
  uint32_t Length() { return Chance(4) ? Number(65536) : Number(20); }
  uint32_t Position() { return Chance(4) ? Number(3u << 26) : Number(64); }
  template <typename T>
  T* Any(std::vector<T>* list) {
    if (list->empty()) list->emplace_back();
    return &(*list)[random_.Below(list->size())];
  }
  // Drops, repeats or swaps elements.
  template <typename T>
  void Shuffle(std::vector<T>* list) {
    if (list->empty()) return;
    const auto at = list->begin() + static_cast<ptrdiff_t>(random_.Below(list->size()));
    switch (random_.Below(3)) {
      case 0:
        list->erase(at);
        return;
      case 1: {
        T copy = *at;
        list->insert(list->begin() + static_cast<ptrdiff_t>(random_.Below(list->size())), copy);
        return;
      }
      default:
        std::swap(*at, *Any(list));
    }
  }

  void Markers() {
    static constexpr uint8_t kMarkers[] = {0xC0, 0xC1, 0xC2, 0xC4, 0xC9, 0xCA, 0xD0, 0xD7, 0xDA, 0xDA,
                                           0xDB, 0xDD, 0xE0, 0xE1, 0xE2, 0xEF, 0xFE, 0xFF, 0xC3, 0xDC};
    std::vector<uint8_t>& markers = fields_.markers;
    if (Chance(2)) return Shuffle(&markers);
    const auto at = markers.begin() + static_cast<ptrdiff_t>(random_.Below(markers.size() + 1));
    const size_t count = Chance(40) ? random_.Below(17000) : 1 + random_.Below(3);
    markers.insert(at, count, kMarkers[random_.Below(std::size(kMarkers))]);
  }
  void Segments() {
    if (Chance(2)) {
      *Any(&fields_.comment_lengths) = Length();
      return;
    }
    JbrdFields::App* app = Any(&fields_.apps);
    if (Chance(2)) app->type = Number(6);
    if (Chance(2)) app->length = Length();
  }
  void Tables() {
    if (Chance(4)) return Shuffle(&fields_.quant_tables);
    JbrdFields::Quant* table = Any(&fields_.quant_tables);
    if (Chance(2)) table->precision ^= 1;
    if (Chance(2)) table->index = Number(4);
    if (Chance(2)) table->is_last = !table->is_last;
  }
  void Components() {
    if (Chance(3)) Shuffle(&fields_.components);
    auto* component = Any(&fields_.components);
    if (Chance(2)) component->first = Number(256);
    if (Chance(2)) component->second = Number(4);
    if (Chance(4)) fields_.component_type = Number(4);
  }
  void HuffmanCodes() {
    if (Chance(3)) return Shuffle(&fields_.huffman_codes);
    JbrdFields::Huffman* code = Any(&fields_.huffman_codes);
    if (Chance(4)) code->is_ac = !code->is_ac;
    if (Chance(4)) code->id = Number(4);
    if (Chance(4)) code->is_last = !code->is_last;
    if (Chance(4)) Shuffle(&code->values);
    if (Chance(6)) *Any(&code->values) = Number(257);
    if (Chance(6)) code->values.clear();
    // The sum stays, so that the rest keeps its meaning.
    uint32_t* from = Any(&code->counts);
    if (Chance(2) && *from != 0) {
      --*from;
      ++*Any(&code->counts);
    }
    size_t sum = 0;
    for (const uint32_t count : code->counts) sum += count;
    if (!Chance(4) && sum > code->values.size()) {
      for (uint32_t& count : code->counts) {
        const uint32_t less = static_cast<uint32_t>(std::min<size_t>(count, sum - code->values.size()));
        count -= less;
        sum -= less;
      }
    }
  }
  void Scans() {
    if (Chance(4)) return Shuffle(&fields_.scans);
    JbrdFields::Scan* scan = Any(&fields_.scans);
    if (Chance(2)) scan->start = Number(Chance(2) ? 4 : 64);
    if (Chance(2)) scan->end = Number(Chance(2) ? 4 : 64);
    if (Chance(2)) scan->low = Number(Chance(2) ? 3 : 16);
    if (Chance(2)) scan->high = Number(Chance(2) ? 3 : 16);
    if (Chance(3)) Shuffle(&scan->parts);
    auto* part = Any(&scan->parts);
    if (Chance(2)) part->component = Number(4);
    if (Chance(4)) part->ac_table = Number(4);
    if (Chance(4)) part->dc_table = Number(4);
  }
  void BlockLists() {
    JbrdFields::Scan* scan = Any(&fields_.scans);
    const size_t count = Chance(20) ? random_.Below(5000) : 1 + random_.Below(5);
    const bool resets = Chance(2);
    for (size_t i = 0; i < count; ++i) {
      if (resets) {
        scan->resets.push_back(Position());
      } else {
        scan->zero_runs.emplace_back(Position(), 1 + Number(Chance(8) ? 200 : 4));
      }
    }
    std::sort(scan->resets.begin(), scan->resets.end());
    scan->resets.erase(std::unique(scan->resets.begin(), scan->resets.end()), scan->resets.end());
    std::sort(scan->zero_runs.begin(), scan->zero_runs.end());
    const auto same_block = [](const auto& a, const auto& b) { return a.first == b.first; };
    scan->zero_runs.erase(std::unique(scan->zero_runs.begin(), scan->zero_runs.end(), same_block),
                          scan->zero_runs.end());
  }
  void Padding() {
    fields_.has_padding = !Chance(5);
    fields_.padding.resize(Chance(10) ? random_.Below(100000) : random_.Below(20));
    for (size_t i = 0; i < fields_.padding.size(); ++i) fields_.padding[i] = Chance(2);
  }
  void Sizes() {
    if (Chance(2)) fields_.restart_interval = Chance(2) ? Number(65536) : Number(5);
    if (Chance(3)) *Any(&fields_.inter_marker_sizes) = Length();
    if (Chance(3)) fields_.tail_size = Chance(20) ? Number(1 << 22) : Length();
    if (Chance(3) && !fields_.data.empty()) *Any(&fields_.data) ^= static_cast<uint8_t>(1u << Number(8));
  }

  JbrdFields& fields_;
  Random& random_;
};

}  // namespace

void MutateFields(JbrdFields* fields, Random* random) {
  for (size_t i = 1 + random->Below(4); i > 0; --i) FieldMutator(fields, random).Mutate();
}

}  // namespace jxlpool::fuzz
