#include "tests/unit/modular/test_codestream.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "lib/headers/frame_dimensions.h"
#include "lib/headers/frame_header.h"
#include "lib/headers/icc_stream.h"
#include "lib/headers/image_header.h"
#include "lib/headers/toc.h"

namespace jxlpool {
namespace {

struct Headers {
  ImageHeader image;
  FrameHeader frame;
  FrameDimensions dimensions;
  Toc toc;
  const uint8_t* sections = nullptr;
  uint64_t base = 0;  // bytes before the sections
  size_t bytes = 0;

  BitReader Section(size_t index) const {
    const TocEntry& entry = toc.entries[index];
    const size_t offset = std::min<size_t>(entry.offset, bytes);
    const size_t size = std::min<size_t>(entry.size, bytes - offset);
    return BitReader(sections + offset, size, 8 * (base + offset));
  }
};

Status ReadHeaders(const std::vector<uint8_t>& codestream, const SizeLimits& limits, Memory* memory, Headers* headers) {
  BitReader reader(codestream.data(), codestream.size());
  JXLPOOL_RETURN_IF_ERROR(ReadImageHeader(&reader, memory, limits, &headers->image));
  if (headers->image.color_encoding.want_icc) {
    PoolVector<uint8_t> icc(memory, Category::kOther);
    JXLPOOL_RETURN_IF_ERROR(ReadIccStream(&reader, memory, limits, &icc));
  }
  JXLPOOL_RETURN_IF_ERROR(reader.ZeroPadToByte());
  JXLPOOL_RETURN_IF_ERROR(ReadFrameHeader(&reader, memory, headers->image, FrameRole::kMain, limits, &headers->frame));
  headers->dimensions = ComputeFrameDimensions(headers->image, headers->frame);
  JXLPOOL_RETURN_IF_ERROR(ReadToc(&reader, memory, headers->dimensions, headers->frame.passes, &headers->toc));
  headers->sections = codestream.data() + reader.BitsConsumed() / 8;
  headers->base = reader.BitsConsumed() / 8;
  headers->bytes = codestream.size() - reader.BitsConsumed() / 8;
  if (!headers->frame.is_modular) return Unsupported("not a Modular frame");
  if (headers->frame.HasFlag(kFlagPatches) || headers->frame.HasFlag(kFlagSplines) ||
      headers->frame.HasFlag(kFlagNoise)) {
    return Unsupported("frame with features");
  }
  return OkStatus();
}

std::vector<ChannelShape> ShapesOf(const Headers& headers) {
  const FrameDimensions& dimensions = headers.dimensions;
  std::vector<ChannelShape> shapes;
  for (uint32_t c = 0; c < dimensions.num_color_channels; ++c) {
    const uint32_t h = dimensions.hshift[c];
    const uint32_t v = dimensions.vshift[c];
    shapes.push_back(ChannelShape{static_cast<uint32_t>(CeilDiv<uint64_t>(dimensions.xsize, uint64_t{1} << h)),
                                  static_cast<uint32_t>(CeilDiv<uint64_t>(dimensions.ysize, uint64_t{1} << v)),
                                  static_cast<int32_t>(h), static_cast<int32_t>(v)});
  }
  for (size_t i = 0; i < headers.image.num_extra_channels; ++i) {
    const ChannelSize size = ExtraChannelSize(dimensions, headers.frame, i);
    const int32_t shift = static_cast<int32_t>(ExtraChannelShift(headers.frame, i));
    shapes.push_back(ChannelShape{static_cast<uint32_t>(size.width), static_cast<uint32_t>(size.height), shift, shift});
  }
  return shapes;
}

Status InitModular(const Headers& headers, const std::vector<ChannelShape>& shapes, const DecodeOptions& options,
                   Memory* memory, FrameModular* modular) {
  const FrameDimensions& dimensions = headers.dimensions;
  ModularFrameInfo info;
  info.channels = {shapes.data(), shapes.size()};
  info.dimensions = &dimensions;
  info.passes = &headers.frame.passes;
  info.bit_depth = headers.image.bit_depth.bits_per_sample;
  const bool grey =
      headers.image.NumColorChannels() == 1 && headers.frame.color_transform == FrameColorTransform::kNone;
  info.tree_samples =
      dimensions.xsize * dimensions.ysize * ((grey ? 1 : 3) + uint64_t{headers.image.num_extra_channels});
  info.int16_samples = options.allow_int16 && headers.image.modular_16bit_buffers;
  info.loops = options.loops;
  return modular->Init(info, memory);
}

// Up to and with GlobalModular.
Status DecodeLfGlobal(const DecodeOptions& options, BitReader* reader, FrameModular* modular) {
  if (!reader->ReadBool()) {
    for (int i = 0; i < 3; ++i) reader->Read(16);
  }
  JXLPOOL_RETURN_IF_ERROR(modular->ReadGlobal(reader));
  const bool by_groups = modular->groups_are_independent() && !options.force_full_frame;
  return modular->DecodeGlobal(reader, by_groups ? ModularStorage::kGroups : ModularStorage::kFrame);
}

void CopyGroup(const ModularImage& group, uint32_t g, const FrameDimensions& dimensions, DecodedFrame* frame) {
  const uint64_t gx = g % dimensions.groups_x;
  const uint64_t gy = g / dimensions.groups_x;
  for (size_t i = 0; i < group.size(); ++i) {
    const ModularChannel& from = group[i];
    DecodedFrame::Channel& to = frame->channels[i];
    const size_t x0 = (gx * dimensions.group_dim) >> from.shape().hshift;
    const size_t y0 = (gy * dimensions.group_dim) >> from.shape().vshift;
    for (size_t y = 0; y < from.height(); ++y) {
      for (size_t x = 0; x < from.width(); ++x) to.samples[(y0 + y) * to.width + x0 + x] = from.Get(x, y);
    }
  }
}

class FrameTester {
 public:
  FrameTester(const Headers& headers, const DecodeOptions& options, FrameModular* modular, DecodedFrame* frame)
      : headers_(headers), options_(options), modular_(modular), frame_(frame) {}

  Status Decode() {
    const uint32_t num_lf_groups = static_cast<uint32_t>(headers_.dimensions.num_lf_groups);
    const uint32_t num_groups = static_cast<uint32_t>(headers_.dimensions.num_groups);
    const Toc& toc = headers_.toc;
    BitReader first = headers_.Section(0);
    JXLPOOL_RETURN_IF_ERROR(DecodeLfGlobal(options_, &first, modular_));
    if (toc.IsSingleSection()) {
      JXLPOOL_RETURN_IF_ERROR(modular_->DecodeLfGroup(0, &first));
      JXLPOOL_RETURN_IF_ERROR(DecodeGroups(0, 1, &first));
    } else {
      JXLPOOL_RETURN_IF_ERROR(Run(num_lf_groups, [&](uint32_t g, uint32_t) {
        BitReader reader = headers_.Section(toc.LfGroup(g));
        return modular_->DecodeLfGroup(g, &reader);
      }));
      const uint32_t at_a_time = options_.groups_at_a_time;
      JXLPOOL_RETURN_IF_ERROR(Run(CeilDiv(num_groups, at_a_time), [&](uint32_t task, uint32_t) {
        const uint32_t begin = task * at_a_time;
        return DecodeGroups(begin, std::min(at_a_time, num_groups - begin), nullptr);
      }));
    }
    if (modular_->group_local()) return OkStatus();
    JXLPOOL_RETURN_IF_ERROR(modular_->Finish(options_.threads));
    if (!options_.keep_samples) return OkStatus();
    for (uint32_t g = 0; g < num_groups; ++g) {
      JXLPOOL_ASSIGN_OR_RETURN(ModularImage view, modular_->GroupView(g));
      CopyGroup(view, g, headers_.dimensions, frame_);
    }
    return OkStatus();
  }

 private:
  Status Run(uint32_t count, TaskFunction task) {
    if (options_.threads != nullptr) return options_.threads->Run(count, task);
    for (uint32_t i = 0; i < count; ++i) JXLPOOL_RETURN_IF_ERROR(task(i, 0));
    return OkStatus();
  }

  // `reader` is that of the only section, or null.
  Status DecodeGroups(uint32_t begin, uint32_t count, BitReader* reader) {
    ModularImage images[FrameModular::kMaxGroupsAtATime];
    for (uint32_t i = 0; i < count && modular_->group_local(); ++i) {
      JXLPOOL_ASSIGN_OR_RETURN(images[i], modular_->NewGroupImage(begin + i));
    }
    for (uint32_t pass = 0; pass < headers_.frame.passes.num_passes; ++pass) {
      BitReader sections[FrameModular::kMaxGroupsAtATime];
      ModularGroupPart parts[FrameModular::kMaxGroupsAtATime];
      for (uint32_t i = 0; i < count; ++i) {
        if (reader == nullptr) sections[i] = headers_.Section(headers_.toc.PassGroup(pass, begin + i));
        parts[i] = {begin + i, reader == nullptr ? &sections[i] : reader, &images[i], OkStatus()};
      }
      Budget* budget = options_.group_budget;
      if (budget != nullptr) budget->set_limit(budget->total().live + options_.group_bytes);
      modular_->DecodeGroups(pass, {parts, count});
      if (budget != nullptr) budget->set_limit(Budget::kUnlimited);
      for (uint32_t i = 0; i < count; ++i) {
        if (budget != nullptr && parts[i].status.code() == ErrorCode::kMemoryLimit) {
          frame_->refused_groups.push_back(begin + i);
        } else {
          JXLPOOL_RETURN_IF_ERROR(parts[i].status);
        }
      }
    }
    for (uint32_t i = 0; i < count && modular_->group_local(); ++i) {
      if (std::ranges::count(frame_->refused_groups, begin + i) != 0) continue;
      JXLPOOL_RETURN_IF_ERROR(modular_->FinishGroup(&images[i]));
      if (options_.keep_samples) CopyGroup(images[i], begin + i, headers_.dimensions, frame_);
    }
    return OkStatus();
  }

  const Headers& headers_;
  const DecodeOptions& options_;
  FrameModular* modular_;
  DecodedFrame* frame_;
};

}  // namespace

Status DecodeTestFrame(const std::vector<uint8_t>& codestream, const DecodeOptions& options, Memory* memory,
                       DecodedFrame* frame) {
  Headers headers;
  SizeLimits limits;
  limits.max_samples = options.max_samples;
  JXLPOOL_RETURN_IF_ERROR(ReadHeaders(codestream, limits, memory, &headers));
  FrameModular modular;
  const std::vector<ChannelShape> shapes = ShapesOf(headers);
  JXLPOOL_RETURN_IF_ERROR(InitModular(headers, shapes, options, memory, &modular));
  *frame = DecodedFrame();
  for (const ChannelShape& shape : shapes) {
    DecodedFrame::Channel channel{shape.width, shape.height, {}};
    if (options.keep_samples) channel.samples.resize(shape.area());
    frame->channels.push_back(std::move(channel));
  }
  frame->group_dim = headers.dimensions.group_dim;
  frame->groups_x = static_cast<uint32_t>(headers.dimensions.groups_x);
  FrameTester tester(headers, options, &modular, frame);
  const Status status = tester.Decode();
  frame->group_local = modular.group_local();
  frame->type = modular.sample_type();
  return status;
}

std::string CrcOfSamples(const DecodedFrame& frame) {
  static const std::vector<uint32_t> table = [] {
    std::vector<uint32_t> result(256);
    for (uint32_t i = 0; i < 256; ++i) {
      uint32_t crc = i;
      for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1)));
      result[i] = crc;
    }
    return result;
  }();
  uint32_t crc = ~0u;
  for (const DecodedFrame::Channel& channel : frame.channels) {
    for (const int32_t sample : channel.samples) {
      for (int shift = 0; shift < 32; shift += 8) {
        crc = (crc >> 8) ^ table[(crc ^ (static_cast<uint32_t>(sample) >> shift)) & 0xFF];
      }
    }
  }
  char text[12];
  std::snprintf(text, sizeof(text), "%08x", ~crc);
  return text;
}

std::vector<uint8_t> FromHex(const std::string& hex) {
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

const std::vector<TestVector>& TestVectors() {
  static const std::vector<TestVector> vectors = [] {
    std::vector<TestVector> result;
    std::ifstream file(std::string(JXLPOOL_TESTDATA) + "/vectors/modular_test_vectors.csv");
    for (std::string line; std::getline(file, line);) {
      if (line.empty() || line[0] == '#') continue;
      std::vector<std::string> cells;
      std::istringstream stream(line);
      for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
      if (cells.size() < 6) continue;
      result.push_back(TestVector{cells[0], cells[5], FromHex(cells.back())});
    }
    return result;
  }();
  return vectors;
}

}  // namespace jxlpool
