// EntropySymbols: an entropy-coded stream as the source of a feature's integers.
#ifndef LIB_FEATURES_ENTROPY_SYMBOLS_H_
#define LIB_FEATURES_ENTROPY_SYMBOLS_H_

#include "lib/entropy/entropy_decoder.h"
#include "lib/features/symbol_source.h"

namespace jxlpool {

// Does not own what it is given.
class EntropySymbols final : public SymbolSource {
 public:
  EntropySymbols(EntropyDecoder* decoder, BitReader* reader) : decoder_(decoder), reader_(reader) {}
  uint32_t Next(size_t context) override { return decoder_->Read(reader_, context); }
  Status Check() override {
    JXLPOOL_RETURN_IF_ERROR(decoder_->error());
    return reader_->Check();
  }
  uint64_t Position() override { return reader_->Position(); }

 private:
  EntropyDecoder* decoder_;
  BitReader* reader_;
};

}  // namespace jxlpool

#endif  // LIB_FEATURES_ENTROPY_SYMBOLS_H_
