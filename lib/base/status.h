// Status and Result<T>: how every fallible function of the library reports failure.
//
// The library never throws, aborts or prints. A function that can fail returns Status (nothing else to deliver) or
// Result<T> (a value or an error). Both are [[nodiscard]]. An error carries a code that callers can act on, a message
// that is a string literal, and, where the input is to blame, the bit position in the codestream.
#ifndef LIB_BASE_STATUS_H_
#define LIB_BASE_STATUS_H_

#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

namespace jxlpool {

enum class ErrorCode : uint8_t {
  kOk = 0,
  kNeedMoreInput,    // the input is over and ends too early
  kCorrupt,          // the input violates the format
  kUnsupported,      // legal input that this build does not decode
  kMemoryLimit,      // the memory budget does not suffice
  kSizeLimit,        // the image exceeds a configured size limit, or asks for too much work for its size
  kInvalidArgument,  // the caller broke a contract
  kCancelled,        // the caller asked to stop
  kIo,               // reading or writing a file failed
  kWaiting,          // the input has not come so far yet; its position is the end of what is needed
  kPaused,           // rows were handed out that stay where they are until the call is repeated
};

// Marks an error whose position is not known (yet).
inline constexpr uint64_t kNoPosition = ~uint64_t{0};

class [[nodiscard]] Status {
 public:
  // Success.
  constexpr Status() = default;

  // An error. REQUIRES: code != kOk; `message` has static storage duration.
  constexpr Status(ErrorCode code, const char* message, uint64_t bit_position = kNoPosition)
      : message_(message), bit_position_(bit_position), code_(code) {}

  constexpr bool ok() const { return code_ == ErrorCode::kOk; }
  constexpr ErrorCode code() const { return code_; }
  // What is wrong, in words that a user understands; "" for success.
  constexpr const char* message() const { return message_; }
  // Bits from the start of the codestream, or kNoPosition.
  constexpr uint64_t bit_position() const { return bit_position_; }

  // The same status; an error without a position gets this one.
  constexpr Status At(uint64_t bit_position) const {
    if (ok() || bit_position_ != kNoPosition) return *this;
    return Status(code_, message_, bit_position);
  }

 private:
  const char* message_ = "";
  uint64_t bit_position_ = kNoPosition;
  ErrorCode code_ = ErrorCode::kOk;
};

inline constexpr Status OkStatus() { return Status(); }
inline constexpr Status Corrupt(const char* message, uint64_t bit_position = kNoPosition) {
  return Status(ErrorCode::kCorrupt, message, bit_position);
}
inline constexpr Status Unsupported(const char* message, uint64_t bit_position = kNoPosition) {
  return Status(ErrorCode::kUnsupported, message, bit_position);
}
inline constexpr Status NeedMoreInput(const char* message, uint64_t bit_position = kNoPosition) {
  return Status(ErrorCode::kNeedMoreInput, message, bit_position);
}
// `bit_position` is the end of what is needed of the codestream or file, in bits.
inline constexpr Status Waiting(const char* message, uint64_t bit_position = kNoPosition) {
  return Status(ErrorCode::kWaiting, message, bit_position);
}
inline constexpr Status Paused() { return Status(ErrorCode::kPaused, "rows are there"); }
inline constexpr Status InvalidArgument(const char* message) { return Status(ErrorCode::kInvalidArgument, message); }

// A T or the error that prevented it.
template <typename T>
class [[nodiscard]] Result {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): `return value;` is the point of the class.
  Result(T value) : has_value_(true) { new (&value_) T(std::move(value)); }
  // REQUIRES: !status.ok().
  // NOLINTNEXTLINE(google-explicit-constructor): `return Corrupt(...);` is the point of the class.
  Result(Status status) : status_(status), has_value_(false) {}
  Result(Result&& other) noexcept(std::is_nothrow_move_constructible_v<T>)
      : status_(other.status_), has_value_(other.has_value_) {
    if (has_value_) new (&value_) T(std::move(other.value_));
  }
  Result(const Result&) = delete;
  Result& operator=(const Result&) = delete;
  Result& operator=(Result&&) = delete;
  ~Result() {
    if (has_value_) value_.~T();
  }

  bool ok() const { return has_value_; }
  const Status& status() const { return status_; }

  // REQUIRES: ok().
  T& value() & { return value_; }
  const T& value() const& { return value_; }
  T&& value() && { return std::move(value_); }

 private:
  union {
    T value_;
  };
  Status status_;
  bool has_value_;
};

#define JXLPOOL_CONCAT_INNER(a, b) a##b
#define JXLPOOL_CONCAT(a, b) JXLPOOL_CONCAT_INNER(a, b)

// Returns from the enclosing function if `expression` (a Status) is an error.
#define JXLPOOL_RETURN_IF_ERROR(expression) \
  JXLPOOL_RETURN_IF_ERROR_INNER(JXLPOOL_CONCAT(jxlpool_status_, __COUNTER__), expression)
#define JXLPOOL_RETURN_IF_ERROR_INNER(status, expression) \
  do {                                                    \
    const ::jxlpool::Status status = (expression);        \
    if (!status.ok()) [[unlikely]]                        \
      return status;                                      \
  } while (0)

// `JXLPOOL_ASSIGN_OR_RETURN(auto x, F());` with F returning Result<X>.
#define JXLPOOL_ASSIGN_OR_RETURN(declaration, expression) \
  JXLPOOL_ASSIGN_OR_RETURN_INNER(JXLPOOL_CONCAT(jxlpool_result_, __COUNTER__), declaration, expression)
#define JXLPOOL_ASSIGN_OR_RETURN_INNER(result, declaration, expression) \
  auto result = (expression);                                           \
  if (!result.ok()) [[unlikely]]                                        \
    return result.status();                                             \
  declaration = std::move(result).value()

}  // namespace jxlpool

#endif  // LIB_BASE_STATUS_H_
