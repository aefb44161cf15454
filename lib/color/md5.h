// MD5 (RFC 1321), for the identifier inside ICC profiles. Not for anything that needs security.
#ifndef LIB_COLOR_MD5_H_
#define LIB_COLOR_MD5_H_

#include <cstddef>
#include <cstdint>

namespace jxlpool {

void Md5(const uint8_t* data, size_t size, uint8_t digest[16]);

}  // namespace jxlpool

#endif  // LIB_COLOR_MD5_H_
