// FrameDecoder: from decoded groups or planes to the composer and the output.
#include <algorithm>

#include "lib/base/bits.h"
#include "lib/frame/frame_decoder.h"
#include "lib/frame/frame_renderer.h"

namespace jxlpool {
namespace {

OutputPlanes DescribePlanes(const FrameState& state, uint32_t width, uint32_t height) {
  const ImageHeader& image = state.image();
  OutputPlanes planes;
  planes.width = width;
  planes.height = height;
  planes.orientation = state.context->orientation;
  planes.num_color = state.context->color->num_color;
  planes.num_extra = image.num_extra_channels;
  planes.alpha = image.FindExtraChannel(ExtraChannelType::kAlpha);
  planes.alpha_associated = planes.alpha >= 0 && image.ec_info[static_cast<size_t>(planes.alpha)].alpha_associated;
  return planes;
}

}  // namespace

Status FrameDecoder::BeginDelivery(const FrameDelivery& delivery, uint32_t max_segment, uint32_t band_rows) {
  const FrameDimensions& dimensions = state_.dimensions;
  const uint32_t workers = state_.context->threads->num_workers();
  const bool on_canvas = state_.header.IsNormalFrame() && state_.context->coalescing;
  const bool shows = delivery.num_targets != 0 || delivery.is_rehearsal;
  if (shows) {
    const uint32_t width = on_canvas ? delivery.canvas.width : static_cast<uint32_t>(dimensions.width);
    const uint32_t height = on_canvas ? delivery.canvas.height : static_cast<uint32_t>(dimensions.height);
    const OutputPlanes planes = DescribePlanes(state_, width, height);
    JXLPOOL_RETURN_IF_ERROR(delivery.is_rehearsal
                                ? output_.BeginRehearsal(planes, delivery.streamed_pixel_bytes, workers, max_segment,
                                                         band_rows, state_.memory())
                                : output_.Begin(planes, delivery.targets, delivery.num_targets, workers, max_segment,
                                                band_rows, state_.memory()));
  }
  ComposeSettings settings;
  settings.image = &state_.image();
  settings.frame = &state_.header;
  settings.dimensions = &dimensions;
  settings.color = state_.context->color;
  settings.canvas = delivery.canvas;
  settings.slots = &state_.slots;
  settings.coalescing = state_.context->coalescing;
  settings.render_spot_colors = state_.context->render_spot_colors;
  settings.output = shows ? &output_ : nullptr;
  settings.num_workers = workers;
  settings.max_segment = max_segment;
  settings.band_rows = band_rows;
  JXLPOOL_RETURN_IF_ERROR(composer_.Begin(settings, state_.memory()));

  emits_integers_ = false;
  if (ChoosePlan() == Plan::kGroups && shows && composer_.passes_samples_through() && samples_.plain_integers()) {
    uint32_t coded_bits[1 + kMaxPlanes];
    for (size_t i = 0; i <= state_.num_extra(); ++i) coded_bits[i] = samples_.CodedBits(i);
    emits_integers_ = output_.PrepareIntegers(coded_bits);
  }
  return OkStatus();
}

uint32_t FrameDecoder::TileRowsPerBand(uint32_t tile_width) const {
  const uint32_t workers = state_.context->threads->num_workers();
  const uint64_t tiles_x = CeilDiv<uint64_t>(state_.dimensions.width, tile_width);
  return workers == 1 ? 1 : static_cast<uint32_t>(CeilDiv<uint64_t>(4 * uint64_t{workers}, tiles_x));
}

Status FrameDecoder::ForEachTile(uint32_t tile_width, uint32_t tile_height, uint32_t rows_per_band,
                                 TaskFunction deliver) {
  ThreadPool* threads = state_.context->threads;
  const uint32_t tiles_x = static_cast<uint32_t>(CeilDiv<uint64_t>(state_.dimensions.width, tile_width));
  const uint32_t tiles_y = static_cast<uint32_t>(CeilDiv<uint64_t>(state_.dimensions.height, tile_height));
  const uint32_t rows_at_once = composer_.in_order() ? rows_per_band : tiles_y;
  for (uint32_t first = 0; first < tiles_y; first += rows_at_once) {
    const uint32_t rows = std::min(rows_at_once, tiles_y - first);
    JXLPOOL_RETURN_IF_ERROR(threads->Run(rows * tiles_x, [&](uint32_t tile, uint32_t worker) -> Status {
      JXLPOOL_RETURN_IF_ERROR(state_.CheckCancelled());
      return deliver(first * tiles_x + tile, worker);
    }));
    const uint64_t done = std::min<uint64_t>(state_.dimensions.height, uint64_t{first + rows} * tile_height);
    JXLPOOL_RETURN_IF_ERROR(composer_.FinishRows(static_cast<uint32_t>(done)));
    if (ChoosePlan() == Plan::kGroups) {
      const uint32_t groups_x = static_cast<uint32_t>(state_.dimensions.groups_x);
      ReleaseGroups(first * groups_x, rows * groups_x);
    }
  }
  return OkStatus();
}

template <typename T>
void FrameDecoder::EmitIntegers(const ModularImage& image, const Rect& rect, uint32_t worker) {
  const size_t num_planes = 3 + size_t{state_.num_extra()};
  const T* planes[kMaxPlanes];
  for (size_t y = 0; y < static_cast<size_t>(rect.height); ++y) {
    for (size_t plane = 0; plane < num_planes; ++plane) planes[plane] = image[samples_.ChannelOfPlane(plane)].Row<T>(y);
    output_.StoreIntegers(worker, static_cast<uint32_t>(rect.y0) + static_cast<uint32_t>(y),
                          static_cast<uint32_t>(rect.x0), static_cast<size_t>(rect.width), planes);
  }
}

void FrameDecoder::EmitFloats(const ModularImage& image, const Rect& rect, uint32_t worker) {
  const size_t num_planes = 3 + size_t{state_.num_extra()};
  const size_t width = static_cast<size_t>(rect.width);
  Matrix2D<float>& rows = state_.workers[worker].rows;
  float* planes[kMaxPlanes];
  for (size_t y = 0; y < static_cast<size_t>(rect.height); ++y) {
    for (size_t plane = 0; plane < num_planes; ++plane) {
      planes[plane] = rows.Row(plane);
      if (samples_.replicates_grey() && (plane == 1 || plane == 2)) {
        std::copy_n(planes[0], width, planes[plane]);
      } else {
        samples_.ToFloat(image, plane, y, 0, width, planes[plane]);
      }
    }
    composer_.Row(worker, static_cast<uint32_t>(rect.y0) + static_cast<uint32_t>(y), static_cast<uint32_t>(rect.x0),
                  width, planes);
  }
}

Status FrameDecoder::BeginGroups(const FrameDelivery& delivery) {
  const uint32_t group_dim = state_.dimensions.group_dim;
  JXLPOOL_RETURN_IF_ERROR(BeginDelivery(delivery, group_dim, group_dim * TileRowsPerBand(group_dim)));
  if (emits_integers_) return OkStatus();
  for (FrameWorker& worker : state_.workers) {
    JXLPOOL_ASSIGN_OR_RETURN(worker.rows, Matrix2D<float>::Create(state_.memory(), Category::kTile,
                                                                  3 + size_t{state_.num_extra()}, group_dim));
  }
  return OkStatus();
}

Status FrameDecoder::DeliverGroups(const FrameDelivery& delivery) {
  const FrameDimensions& dimensions = state_.dimensions;
  const uint32_t group_dim = dimensions.group_dim;
  JXLPOOL_RETURN_IF_ERROR(BeginGroups(delivery));
  const uint32_t groups_x = static_cast<uint32_t>(dimensions.groups_x);
  const uint32_t at_a_time = ModularGroupsAtATime();
  const uint32_t tiles_x = CeilDiv(groups_x, at_a_time);
  return ForEachTile(group_dim * at_a_time, group_dim, TileRowsPerBand(group_dim),
                     [&](uint32_t tile, uint32_t worker) -> Status {
                       const uint32_t gx = tile % tiles_x * at_a_time;
                       const uint32_t first = tile / tiles_x * groups_x + gx;
                       const uint32_t count = std::min(at_a_time, groups_x - gx);
                       ModularImage images[kMaxGroupsAtATime];
                       JXLPOOL_RETURN_IF_ERROR(ModularGroups(first, count, images));
                       for (uint32_t i = 0; i < count; ++i)
                         EmitGroup(images[i], dimensions.GroupRect(first + i), worker);
                       return OkStatus();
                     });
}

void FrameDecoder::EmitGroup(const ModularImage& image, const Rect& rect, uint32_t worker) {
  if (!emits_integers_) {
    EmitFloats(image, rect, worker);
  } else if (state_.modular.sample_type() == SampleType::kInt16) {
    EmitIntegers<int16_t>(image, rect, worker);
  } else {
    EmitIntegers<int32_t>(image, rect, worker);
  }
}

Status FrameDecoder::BeginFrame(const FrameDelivery& delivery, uint32_t tile_width, uint32_t tile_height,
                                FrameRenderer* renderer) {
  JXLPOOL_RETURN_IF_ERROR(renderer->Begin(&state_, &samples_));
  const Rect frame{0, 0, static_cast<int64_t>(state_.dimensions.width), static_cast<int64_t>(state_.dimensions.height)};
  JXLPOOL_RETURN_IF_ERROR(renderer->ReserveTiles(frame, tile_width, tile_height));
  return BeginDelivery(delivery, tile_width, tile_height * TileRowsPerBand(tile_width));
}

Status FrameDecoder::DeliverFrame(const FrameDelivery& delivery) {
  const Rect frame{0, 0, static_cast<int64_t>(state_.dimensions.width), static_cast<int64_t>(state_.dimensions.height)};
  const bool one_tile = state_.context->one_tile;
  const uint32_t tile_width = one_tile ? static_cast<uint32_t>(frame.width) : FrameRenderer::kTileWidth;
  const uint32_t tile_height = one_tile ? static_cast<uint32_t>(frame.height) : FrameRenderer::kTileHeight;
  FrameRenderer renderer;
  JXLPOOL_RETURN_IF_ERROR(BeginFrame(delivery, tile_width, tile_height, &renderer));
  const uint32_t tiles_x = static_cast<uint32_t>(CeilDiv<uint64_t>(state_.dimensions.width, tile_width));
  return ForEachTile(
      tile_width, tile_height, TileRowsPerBand(tile_width), [&](uint32_t tile, uint32_t worker) -> Status {
        const Rect whole_tile{int64_t{tile % tiles_x} * tile_width, int64_t{tile / tiles_x} * tile_height, tile_width,
                              tile_height};
        return renderer.Render(worker, whole_tile.Intersection(frame), [&](const OutputRow& row) {
          composer_.Row(worker, static_cast<uint32_t>(row.y), static_cast<uint32_t>(row.x0), row.width, row.rows);
          return OkStatus();
        });
      });
}

}  // namespace jxlpool
