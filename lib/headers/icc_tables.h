// Constants of the ICC stream (ISO/IEC 18181-1 "ICC profile"). Generated from the tables of the standard by
//   tools/make_table.py icc_header_prediction.csv --name kIccHeaderPrediction --type uint8_t
//   tools/make_table.py icc_tag_strings.csv --name kIccTagStrings --type uint8_t --columns 1,2,3,4 --group 4
//   tools/make_table.py icc_type_strings.csv --name kIccTypeStrings --type uint8_t --columns 1,2,3,4 --group 4
#ifndef LIB_HEADERS_ICC_TABLES_H_
#define LIB_HEADERS_ICC_TABLES_H_

#include <cstdint>

namespace jxlpool {

inline constexpr uint8_t kIccHeaderPrediction[128] = {
    0,   0,  0, 0, 0, 0, 0, 0, 4, 0, 0,  0,  109, 110, 116, 114, 82, 71, 66,  32,  88, 89, 90, 32, 0, 0,
    0,   0,  0, 0, 0, 0, 0, 0, 0, 0, 97, 99, 115, 112, 0,   0,   0,  0,  0,   0,   0,  0,  0,  0,  0, 0,
    0,   0,  0, 0, 0, 0, 0, 0, 0, 0, 0,  0,  0,   0,   0,   0,   0,  0,  246, 214, 0,  1,  0,  0,  0, 0,
    211, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0,  0,  0,   0,   0,   0,   0,  0,  0,   0,   0,  0,  0,  0,  0, 0,
    0,   0,  0, 0, 0, 0, 0, 0, 0, 0, 0,  0,  0,   0,   0,   0,   0,  0,  0,   0,   0,  0,  0,  0};

// From tag code 2 on.
inline constexpr uint8_t kIccTagStrings[19][4] = {
    {114, 84, 82, 67},   {114, 88, 89, 90},    {99, 112, 114, 116},  {119, 116, 112, 116}, {98, 107, 112, 116},
    {114, 88, 89, 90},   {103, 88, 89, 90},    {98, 88, 89, 90},     {107, 88, 89, 90},    {114, 84, 82, 67},
    {103, 84, 82, 67},   {98, 84, 82, 67},     {107, 84, 82, 67},    {99, 104, 97, 100},   {100, 101, 115, 99},
    {99, 104, 114, 109}, {100, 109, 110, 100}, {100, 109, 100, 100}, {108, 117, 109, 105}};

// From command 16 on.
inline constexpr uint8_t kIccTypeStrings[8][4] = {{88, 89, 90, 32},    {100, 101, 115, 99}, {116, 101, 120, 116},
                                                  {109, 108, 117, 99}, {112, 97, 114, 97},  {99, 117, 114, 118},
                                                  {115, 102, 51, 50},  {103, 98, 100, 32}};

}  // namespace jxlpool

#endif  // LIB_HEADERS_ICC_TABLES_H_
