// What the user asked djxl-pooled to do. Names and meanings follow djxl where it has the option.
#ifndef TOOLS_DJXL_POOLED_OPTIONS_H_
#define TOOLS_DJXL_POOLED_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace jxlpool::tools {

enum class StatsFormat { kNone, kText, kJson };
enum class InfoFormat { kNone, kText, kJson };

struct Options {
  std::string input;                     // "-": standard input
  std::string output;                    // "-": standard output; "": none
  std::string output_format;             // lower case; of OUTPUT's extension unless given
  InfoFormat info = InfoFormat::kNone;   // describe files instead of decoding one
  std::vector<std::string> info_inputs;  // all of them, the first included
  bool disable_output = false;
  bool reconstruct_jpeg = false;  // or fail
  bool pixels_to_jpeg = false;    // never reconstruct
  int jpeg_quality = -1;          // 0 to 100; -1: the default
  bool output_frames = false;
  bool output_extra_channels = false;
  bool layers = false;
  bool keep_spot_colors = false;
  bool allow_partial = false;
  int bits_per_sample = -1;  // -1: as the format likes; 0: as coded
  int png_compression = -1;  // 0 to 9; -1: the default
  int num_threads = -1;      // -1: one per CPU; 0: none but the main one
  int num_reps = 1;
  uint32_t downsampling = 1;
  std::string color_space;
  std::string preview_out;
  std::string progressive_out;  // pattern for the pictures of an image that arrives
  std::string icc_out;
  std::string original_icc_out;
  std::string metadata_out;
  std::string exif_out;
  std::string xmp_out;
  std::string jumbf_out;
  std::string gain_map_out;
  std::string gain_map_metadata_out;
  std::string gain_map_icc_out;
  uint64_t memory_limit = 0;  // bytes; 0: none
  bool disable_pool = false;
  bool prewarm = false;
  uint64_t feed = 0;                 // bytes of a piece; 0: the decoder gets or reads the file by itself
  std::string decode_mode = "auto";  // "auto", "streaming" or "parallel"
  StatsFormat stats = StatsFormat::kNone;
  std::string memory_profile;  // .svg or .json file; "": none
  bool quiet = false;
  int verbose = 0;
};

// Exit statuses of the program.
inline constexpr int kExitComplete = 0;
inline constexpr int kExitError = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitPartial = 3;

// Reads the command line. A value is the exit status to end with at once (help, version, wrong usage); everything there
// is to say was printed then.
std::optional<int> ParseOptions(int argc, char** argv, Options* options);

// Part of a path after the last dot of its last component, lower case; "" if there is none.
std::string ExtensionOf(const std::string& path);

}  // namespace jxlpool::tools

#endif  // TOOLS_DJXL_POOLED_OPTIONS_H_
