// The exception that the tool's code throws when it cannot go on; main() turns it into one line and an exit status.
#ifndef TOOLS_WRITERS_ERROR_H_
#define TOOLS_WRITERS_ERROR_H_

#include <stdexcept>
#include <string>

namespace jxlpool::tools {

// what() names the file or option at fault and says what is wrong with it.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace jxlpool::tools

#endif  // TOOLS_WRITERS_ERROR_H_
