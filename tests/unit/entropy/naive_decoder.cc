#include "tests/unit/entropy/naive_decoder.h"

#include <algorithm>
#include <numeric>

#include "lib/entropy/entropy_tables.h"

namespace jxlpool::naive {
namespace {

uint32_t BitsFor(uint32_t x) {
  uint32_t k = 0;
  while ((uint64_t{1} << k) < x) ++k;
  return k;
}

uint32_t ReadSymbol(Bits* bits, const Codewords& code) {
  uint32_t word = 0;
  for (uint32_t length = 0; length <= 15; ++length) {
    const auto found = code.find({length, word});
    if (found != code.end()) return found->second;
    word = word * 2 + bits->Bit();
  }
  return 0;
}

}  // namespace

bool ReadConfig(Bits* bits, uint32_t log_alphabet_size, Config* config) {
  *config = Config();
  config->e = bits->U(BitsFor(log_alphabet_size + 1));
  if (config->e == log_alphabet_size) return true;
  config->m = bits->U(BitsFor(config->e + 1));
  if (config->m > config->e) return false;
  config->l = bits->U(BitsFor(config->e - config->m + 1));
  return config->m + config->l <= config->e;
}

uint32_t ReadInteger(Bits* bits, const Config& config, uint32_t token) {
  if (token < (1u << config.e)) return token;
  const uint32_t k = config.m + config.l;
  const uint32_t n = (config.e - k + ((token - (1u << config.e)) >> k)) & 31;
  const uint64_t low = token & ((1u << config.l) - 1);
  const uint64_t high = (1u << config.m) | ((token >> config.l) & ((1u << config.m) - 1));
  const uint64_t x = bits->U(n);
  return static_cast<uint32_t>((((high << n) | x) << config.l) | low);
}

bool ReadDistribution(Bits* bits, uint32_t table_size, std::vector<uint32_t>* d) {
  d->assign(std::max<uint32_t>(table_size, 512), 0);
  if (bits->U(1) == 1) {
    if (bits->U(1) == 0) {
      const uint32_t x = bits->VarU8();
      (*d)[x] = 4096;
      return x < table_size;
    }
    const uint32_t x = bits->VarU8();
    const uint32_t y = bits->VarU8();
    if (x == y || std::max(x, y) >= table_size) return false;
    (*d)[x] = bits->U(12);
    (*d)[y] = 4096 - (*d)[x];
    return true;
  }
  if (bits->U(1) == 1) {
    const uint32_t alphabet = bits->VarU8() + 1;
    for (uint32_t i = 0; i < 4096; ++i) (*d)[i % alphabet] += 1;
    return alphabet <= table_size;
  }
  uint32_t n = 0;
  while (n < 3 && bits->U(1) == 1) ++n;
  const uint32_t shift = bits->U(n) + (1u << n) - 1;
  if (shift > 13) return false;
  const uint32_t alphabet = bits->VarU8() + 3;
  if (alphabet > table_size) return false;
  const Codewords log_code = [] {
    const char* words[14] = {"10001", "1101", "1111", "1100", "1001",   "1110",    "001",
                             "010",   "101",  "011",  "000",  "100001", "1000000", "1000001"};
    Codewords code;
    for (uint32_t s = 0; s < 14; ++s) {
      uint32_t value = 0;
      uint32_t length = 0;
      for (const char* c = words[s]; *c != 0; ++c, ++length) value = 2 * value + (*c == '1');
      code[{length, value}] = s;
    }
    return code;
  }();
  std::map<uint32_t, uint32_t> logs;
  std::map<uint32_t, uint32_t> runs;
  for (uint32_t i = 0; i < alphabet;) {
    const uint32_t c = ReadSymbol(bits, log_code);
    if (c == 13) {
      runs[i] = bits->VarU8() + 4;
      i += runs[i];
    } else {
      logs[i++] = c;
    }
  }
  if (logs.empty()) return false;
  uint32_t omit = logs.begin()->first;
  for (const auto& [i, c] : logs) {
    if (c > logs[omit]) omit = i;
  }
  if (runs.count(omit + 1) != 0) return false;
  int64_t total = 0;
  for (uint32_t i = 0; i < alphabet;) {
    if (runs.count(i) != 0) {
      const uint32_t value = i == 0 ? 0 : (*d)[i - 1];
      const uint32_t end = std::min(alphabet, i + runs[i]);
      for (; i < end; ++i) {
        (*d)[i] = value;
        total += value;
      }
      continue;
    }
    const uint32_t c = logs[i];
    if (i != omit && c > 0) {
      const int z = static_cast<int>(c) - 1;
      const int b = std::min(z, std::max(0, static_cast<int>(shift) - ((12 - z) >> 1)));
      (*d)[i] = (1u << z) + (bits->U(static_cast<uint32_t>(b)) << (z - b));
      total += (*d)[i];
    }
    ++i;
  }
  if (total >= 4096) return false;
  (*d)[omit] = static_cast<uint32_t>(4096 - total);
  return true;
}

AliasMap MakeAliasMap(const std::vector<uint32_t>& d, uint32_t log_alphabet_size) {
  const uint32_t size = 1u << log_alphabet_size;
  const uint32_t bucket = 4096 / size;
  AliasMap map(4096);
  for (uint32_t s = 0; s < size; ++s) {
    if (d[s] != 4096) continue;
    for (uint32_t r = 0; r < 4096; ++r) map[r] = {s, r};
    return map;
  }
  std::vector<int> cutoff(size), offset(size, 0);
  std::vector<uint32_t> alias(size), over, under;
  for (uint32_t i = 0; i < size; ++i) {
    cutoff[i] = static_cast<int>(d[i]);
    alias[i] = i;
    if (d[i] > bucket) over.push_back(i);
    if (d[i] < bucket) under.push_back(i);
  }
  while (!over.empty()) {
    const uint32_t o = over.back();
    const uint32_t u = under.back();
    over.pop_back();
    under.pop_back();
    cutoff[o] -= static_cast<int>(bucket) - cutoff[u];
    alias[u] = o;
    offset[u] = cutoff[o];
    if (cutoff[o] < static_cast<int>(bucket)) under.push_back(o);
    if (cutoff[o] > static_cast<int>(bucket)) over.push_back(o);
  }
  for (uint32_t r = 0; r < 4096; ++r) {
    const uint32_t i = r / bucket;
    const int at = static_cast<int>(r % bucket);
    if (at < cutoff[i]) {
      map[r] = {i, static_cast<uint32_t>(at)};
    } else {
      map[r] = {alias[i], static_cast<uint32_t>(offset[i] - cutoff[i] + at)};
    }
  }
  return map;
}

Codewords MakeCodewords(const std::vector<uint32_t>& lengths) {
  std::vector<std::pair<uint32_t, uint32_t>> used;
  for (uint32_t s = 0; s < lengths.size(); ++s) {
    if (lengths[s] != 0) used.push_back({lengths[s], s});
  }
  std::sort(used.begin(), used.end());
  Codewords code;
  uint32_t word = 0;
  for (size_t i = 0; i < used.size(); ++i) {
    if (i > 0) word = (word + 1) << (used[i].first - used[i - 1].first);
    code[{used[i].first, word}] = used[i].second;
  }
  return code;
}

bool ReadPrefixCode(Bits* bits, uint32_t alphabet_size, Codewords* code) {
  code->clear();
  if (alphabet_size == 1) {
    (*code)[{0, 0}] = 0;
    return true;
  }
  std::vector<uint32_t> lengths(alphabet_size, 0);
  const uint32_t skip = bits->U(2);
  if (skip == 1) {
    const uint32_t n = bits->U(2) + 1;
    std::vector<uint32_t> s(n);
    for (uint32_t i = 0; i < n; ++i) {
      s[i] = bits->U(BitsFor(alphabet_size));
      if (s[i] >= alphabet_size || std::count(s.begin(), s.begin() + i, s[i]) != 0) return false;
    }
    if (n == 1) {
      (*code)[{0, 0}] = s[0];
      return true;
    }
    std::vector<uint32_t> l = n == 2   ? std::vector<uint32_t>{1, 1}
                              : n == 3 ? std::vector<uint32_t>{1, 2, 2}
                                       : std::vector<uint32_t>{2, 2, 2, 2};
    if (n == 4 && bits->U(1) == 1) l = {1, 2, 3, 3};
    for (uint32_t i = 0; i < n; ++i) lengths[s[i]] = l[i];
    *code = MakeCodewords(lengths);
    return true;
  }
  const Codewords length_code = {{{2, 0}, 0}, {{4, 14}, 1}, {{3, 6}, 2}, {{2, 1}, 3}, {{2, 2}, 4}, {{4, 15}, 5}};
  const uint32_t order[18] = {1, 2, 3, 4, 0, 5, 17, 6, 16, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  std::vector<uint32_t> cl(18, 0);
  int space = 32;
  int used = 0;
  uint32_t last = 0;
  for (uint32_t k = skip; k < 18 && space > 0; ++k) {
    const uint32_t v = ReadSymbol(bits, length_code);
    cl[order[k]] = v;
    if (v != 0) {
      space -= 32 >> v;
      ++used;
      last = order[k];
    }
  }
  if (used != 1 && space != 0) return false;
  Codewords symbols = MakeCodewords(cl);
  if (used == 1) symbols = {{{0, 0}, last}};
  space = 32768;
  uint32_t i = 0;
  uint32_t previous = 8;
  uint64_t rep = 0;
  int rep_len = -1;
  while (i < alphabet_size && space > 0) {
    const uint32_t s = ReadSymbol(bits, symbols);
    if (s <= 15) {
      lengths[i++] = s;
      rep = 0;
      if (s != 0) {
        previous = s;
        space -= 32768 >> s;
      }
      continue;
    }
    const uint32_t value = s == 16 ? previous : 0;
    if (static_cast<int>(value) != rep_len) rep = 0;
    rep_len = static_cast<int>(value);
    const uint64_t old = rep;
    if (rep > 0) rep = (rep - 2) << (s - 14);
    rep += 3 + bits->U(s - 14);
    if (i + (rep - old) > alphabet_size) return false;
    for (uint64_t k = old; k < rep; ++k) {
      lengths[i++] = value;
      if (value != 0) space -= 32768 >> value;
    }
  }
  *code = MakeCodewords(lengths);
  return space == 0;
}

bool ReadClusterMap(Bits* bits, size_t n, std::vector<uint8_t>* map) {
  map->assign(n, 0);
  if (bits->U(1) == 1) {
    const uint32_t width = bits->U(2);
    for (uint8_t& entry : *map) entry = static_cast<uint8_t>(bits->U(width));
  } else {
    const bool mtf = bits->U(1) == 1;
    Code code;
    if (!code.Read(bits, 1, n > 2)) return false;
    Stream stream(code, bits, 0);
    for (uint8_t& entry : *map) {
      const uint32_t value = stream.Read(bits, 0);
      if (value > 255) return false;
      entry = static_cast<uint8_t>(value);
    }
    if (!stream.Finish()) return false;
    std::vector<uint8_t> recent(256);
    std::iota(recent.begin(), recent.end(), uint8_t{0});
    for (size_t i = 0; mtf && i < n; ++i) {
      const uint8_t rank = (*map)[i];
      (*map)[i] = recent[rank];
      recent.erase(recent.begin() + rank);
      recent.insert(recent.begin(), (*map)[i]);
    }
  }
  const uint8_t largest = *std::max_element(map->begin(), map->end());
  for (uint32_t c = 0; c <= largest; ++c) {
    if (std::count(map->begin(), map->end(), static_cast<uint8_t>(c)) == 0) return false;
  }
  return true;
}

bool Code::Read(Bits* bits, size_t num_contexts, bool lz77_allowed) {
  lz77 = bits->U(1) == 1;
  if (lz77) {
    if (!lz77_allowed) return false;
    const uint32_t symbols[3] = {224, 512, 4096};
    const uint32_t a = bits->U(2);
    min_symbol = a < 3 ? symbols[a] : 8 + bits->U(15);
    const uint32_t b = bits->U(2);
    min_length = b < 2 ? 3 + b : b == 2 ? 5 + bits->U(2) : 9 + bits->U(8);
    if (!ReadConfig(bits, 8, &length_config)) return false;
  }
  const size_t n = num_contexts + (lz77 ? 1 : 0);
  map.assign(n, 0);
  if (n > 1 && !ReadClusterMap(bits, n, &map)) return false;
  const size_t clusters = *std::max_element(map.begin(), map.end()) + size_t{1};
  prefix = bits->U(1) == 1;
  log_alphabet_size = prefix ? 15 : 5 + bits->U(2);
  configs.resize(clusters);
  for (Config& config : configs) {
    if (!ReadConfig(bits, log_alphabet_size, &config)) return false;
  }
  if (prefix) {
    std::vector<uint32_t> sizes(clusters);
    for (uint32_t& size : sizes) {
      size = 1 + bits->VarU16();
      if (size > 32768) return false;
    }
    codewords.resize(clusters);
    for (size_t c = 0; c < clusters; ++c) {
      if (!ReadPrefixCode(bits, sizes[c], &codewords[c])) return false;
    }
    return true;
  }
  distributions.resize(clusters);
  for (std::vector<uint32_t>& d : distributions) {
    if (!ReadDistribution(bits, 1u << log_alphabet_size, &d)) return false;
    alias.push_back(MakeAliasMap(d, log_alphabet_size));
  }
  return true;
}

Stream::Stream(const Code& code, Bits* bits, uint32_t distance_multiplier)
    : code_(code), multiplier_(distance_multiplier) {
  if (!code.prefix) state_ = bits->U(32);
}

uint32_t Stream::Token(Bits* bits, uint32_t cluster) {
  if (code_.prefix) return ReadSymbol(bits, code_.codewords[cluster]);
  const auto [symbol, offset] = code_.alias[cluster][state_ % 4096];
  state_ = code_.distributions[cluster][symbol] * (state_ / 4096) + offset;
  if (state_ < 65536) state_ = (state_ << 16) | bits->U(16);
  return symbol;
}

uint32_t Stream::ReadCluster(Bits* bits, uint32_t cluster) {
  if (copy_left_ == 0) {
    const uint32_t token = Token(bits, cluster);
    if (!code_.lz77 || token < code_.min_symbol) {
      values_.push_back(ReadInteger(bits, code_.configs[cluster], token));
      return values_.back();
    }
    copy_left_ = uint64_t{ReadInteger(bits, code_.length_config, token - code_.min_symbol)} + code_.min_length;
    if (copy_left_ > 0xFFFFFFFFu) {
      too_long_ = true;
      copy_left_ = 0xFFFFFFFFu;
    }
    const uint32_t dist_cluster = code_.map.back();
    const uint32_t token2 = Token(bits, dist_cluster);
    const int64_t dc = ReadInteger(bits, code_.configs[dist_cluster], token2);
    int64_t distance = dc - 119;
    if (multiplier_ == 0) {
      distance = dc + 1;
    } else if (dc < 120) {
      distance =
          std::max<int64_t>(1, kLz77SpecialDistances[dc][0] + int64_t{multiplier_} * kLz77SpecialDistances[dc][1]);
    }
    distance_ = std::min<uint64_t>({static_cast<uint64_t>(distance), 1u << 20, values_.size()});
  }
  --copy_left_;
  values_.push_back(distance_ == 0 ? 0 : values_[values_.size() - distance_]);
  return values_.back();
}

bool ReadPermutation(Stream* stream, Bits* bits, size_t size, size_t skip, std::vector<uint32_t>* permutation) {
  const auto context = [](uint32_t x) { return std::min<uint32_t>(7, BitsFor(x + 1)); };
  std::vector<uint32_t> rest(size);
  std::iota(rest.begin(), rest.end(), 0u);
  permutation->assign(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(skip));
  rest.erase(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(skip));
  const uint32_t end = stream->Read(bits, context(static_cast<uint32_t>(size)));
  if (end > rest.size()) return false;
  uint32_t previous = 0;
  for (uint32_t i = 0; i < end; ++i) {
    previous = stream->Read(bits, context(previous));
    if (previous >= rest.size()) return false;
    permutation->push_back(rest[previous]);
    rest.erase(rest.begin() + previous);
  }
  permutation->insert(permutation->end(), rest.begin(), rest.end());
  return true;
}

}  // namespace jxlpool::naive
