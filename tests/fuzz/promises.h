// What must hold whatever the bytes are: collects the first promise that is broken.
#ifndef TESTS_FUZZ_PROMISES_H_
#define TESTS_FUZZ_PROMISES_H_

#include <string>

#include "jxlpool/jxlpool.h"

namespace jxlpool::fuzz {

class Promises {
 public:
  // Returns the status after noting what must not be returned.
  JxlpoolStatus Note(const char* call, JxlpoolStatus status) {
    const bool known =
        (status >= JXLPOOL_OK && status <= JXLPOOL_IO) || status == JXLPOOL_END || status == JXLPOOL_PARTIAL;
    if (!known || status == JXLPOOL_INVALID_ARGUMENT || status == JXLPOOL_CANCELLED || status == JXLPOOL_IO) {
      Violate(std::string(call) + " returned " + std::to_string(status) + ", " + jxlpool_status_text(status));
    }
    return status;
  }

  void Violate(const std::string& what) {
    if (violation_.empty()) violation_ = what;
  }

  // Empty if none is broken.
  const std::string& violation() const { return violation_; }

 private:
  std::string violation_;
};

}  // namespace jxlpool::fuzz

#endif  // TESTS_FUZZ_PROMISES_H_
