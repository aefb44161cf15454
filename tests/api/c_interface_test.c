/* The public header is C99, and a C program can decode with it: prints nothing and returns 0 if all is well.
 * usage: c_interface_test FILE.jxl WIDTH HEIGHT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jxlpool/jxlpool.h"

static int failures = 0;

#define CHECK(condition)                                                            \
  do {                                                                              \
    if (!(condition)) {                                                             \
      fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition); \
      ++failures;                                                                   \
    }                                                                               \
  } while (0)

struct received {
  uint8_t* pixels;
  size_t row_bytes;
  uint32_t next_row;
};

static int receive(void* opaque, uint32_t y, uint32_t num_rows, const void* rows, size_t stride) {
  struct received* received = (struct received*)opaque;
  uint32_t i;
  if (y != received->next_row) return 1;
  for (i = 0; i < num_rows; ++i) {
    memcpy(received->pixels + (y + i) * received->row_bytes, (const uint8_t*)rows + i * stride, received->row_bytes);
  }
  received->next_row += num_rows;
  return 0;
}

/* Decodes the first frame twice, into a buffer and by rows: the same pixels. */
static void decode(JxlpoolDecoder* decoder, uint32_t width, uint32_t height) {
  JxlpoolOutput output;
  struct received received;
  uint8_t* pixels;
  size_t size;
  JXLPOOL_INIT(output);
  output.channels = JXLPOOL_CHANNELS_RGBA;
  CHECK(jxlpool_decoder_pixel_size(decoder, &output) == 4);
  size = (size_t)width * height * 4;
  pixels = (uint8_t*)malloc(2 * size);
  if (pixels == NULL) exit(2);

  output.pixels = pixels;
  output.pixels_size = size;
  CHECK(jxlpool_decoder_decode_frame(decoder, &output, 1) == JXLPOOL_INVALID_ARGUMENT);
  CHECK(jxlpool_decoder_next_frame(decoder, NULL) == JXLPOOL_OK);
  CHECK(jxlpool_decoder_decode_frame(decoder, &output, 1) == JXLPOOL_OK);
  CHECK(jxlpool_decoder_decode_frame(decoder, &output, 1) == JXLPOOL_INVALID_ARGUMENT);

  CHECK(jxlpool_decoder_rewind(decoder) == JXLPOOL_OK);
  CHECK(jxlpool_decoder_next_frame(decoder, NULL) == JXLPOOL_OK);
  received.pixels = pixels + size;
  received.row_bytes = (size_t)width * 4;
  received.next_row = 0;
  output.pixels = NULL;
  output.rows = receive;
  output.rows_opaque = &received;
  CHECK(jxlpool_decoder_decode_frame(decoder, &output, 1) == JXLPOOL_OK);
  CHECK(received.next_row == height);
  CHECK(memcmp(pixels, pixels + size, size) == 0);
  free(pixels);
}

static int64_t read_file(void* opaque, void* buffer, size_t size) {
  return (int64_t)fread(buffer, 1, size, (FILE*)opaque);
}

/* Decodes the first frame of the open image, feeding pieces of `file` where more is needed. */
static void decode_fed(JxlpoolDecoder* decoder, FILE* file, const JxlpoolImageInfo* info) {
  JxlpoolOutput output;
  JxlpoolInputState state;
  JxlpoolStatus status = JXLPOOL_NEED_MORE_INPUT;
  uint8_t piece[100];
  int at_frame = 0;
  JXLPOOL_INIT(output);
  output.channels = JXLPOOL_CHANNELS_RGBA;
  output.pixels_size = (size_t)info->width * info->height * 4;
  output.pixels = malloc(output.pixels_size);
  if (output.pixels == NULL) exit(2);
  while (status == JXLPOOL_NEED_MORE_INPUT) {
    const size_t size = fread(piece, 1, sizeof(piece), file);
    CHECK((size == 0 ? jxlpool_decoder_end_input(decoder) : jxlpool_decoder_feed(decoder, piece, size)) == JXLPOOL_OK);
    if (!at_frame) at_frame = (status = jxlpool_decoder_next_frame(decoder, NULL)) == JXLPOOL_OK;
    if (at_frame) status = jxlpool_decoder_decode_frame(decoder, &output, 1);
  }
  CHECK(status == JXLPOOL_OK);
  JXLPOOL_INIT(state);
  CHECK(jxlpool_decoder_get_input_state(decoder, &state) == JXLPOOL_OK);
  CHECK(state.position != 0);
  free(output.pixels);
}

static int seek_file(void* opaque, uint64_t position) { return fseek(opaque, (long)position, SEEK_SET); }

static void decode_streams(JxlpoolDecoder* decoder, const char* path, const JxlpoolImageInfo* info) {
  JxlpoolImageInfo streamed;
  FILE* file = fopen(path, "rb");
  if (file == NULL) exit(2);
  CHECK(jxlpool_decoder_open_stream(decoder) == JXLPOOL_OK);
  decode_fed(decoder, file, info);
  rewind(file);
  CHECK(jxlpool_decoder_open_source(decoder, read_file, seek_file, file) == JXLPOOL_OK);
  JXLPOOL_INIT(streamed);
  CHECK(jxlpool_decoder_get_image_info(decoder, &streamed) == JXLPOOL_OK);
  CHECK(memcmp(&streamed, info, sizeof(streamed)) == 0);
  CHECK(jxlpool_decoder_next_frame(decoder, NULL) == JXLPOOL_OK);
  CHECK(jxlpool_decoder_rewind(decoder) == JXLPOOL_OK);
  CHECK(jxlpool_decoder_next_frame(decoder, NULL) == JXLPOOL_OK);
  fclose(file);
}

int main(int argc, char** argv) {
  JxlpoolPool* pool = NULL;
  JxlpoolDecoder* decoder = NULL;
  JxlpoolDecoderOptions options;
  JxlpoolImageInfo info;
  JxlpoolError error;
  if (argc != 4) return 2;

  CHECK(jxlpool_version() == 0x000100);
  CHECK(jxlpool_pool_create(NULL, &pool) == JXLPOOL_OK);
  JXLPOOL_INIT(options);
  CHECK(options.struct_size == sizeof(options));
  options.pool = pool;
  options.num_threads = 1;
  CHECK(jxlpool_decoder_create(&options, &decoder) == JXLPOOL_OK);
  jxlpool_pool_destroy(pool); /* the decoder keeps it */

  JXLPOOL_INIT(info);
  CHECK(jxlpool_decoder_get_image_info(decoder, &info) == JXLPOOL_INVALID_ARGUMENT);
  JXLPOOL_INIT(error);
  CHECK(jxlpool_decoder_open_file(decoder, "/no/such/file") == JXLPOOL_IO);
  CHECK(jxlpool_decoder_get_error(decoder, &error) == JXLPOOL_OK);
  CHECK(error.status == JXLPOOL_IO && strcmp(error.message, "no such file") == 0);

  CHECK(jxlpool_decoder_open_file(decoder, argv[1]) == JXLPOOL_OK);
  CHECK(jxlpool_decoder_get_image_info(decoder, &info) == JXLPOOL_OK);
  CHECK(info.width == (uint32_t)atoi(argv[2]) && info.height == (uint32_t)atoi(argv[3]));
  decode(decoder, info.width, info.height);
  decode_streams(decoder, argv[1], &info);
  jxlpool_decoder_destroy(decoder);
  return failures == 0 ? 0 : 1;
}
