/* A viewer of images that arrive slowly: the loop that such a program has, and nothing else. It reads an image from
 * standard input and, whenever enough has come for a better picture, "shows" it: here, that is to write step-000.ppm,
 * step-001.ppm and so on in the current folder. The last file is the complete picture. Only the first frame is shown.
 *
 *   curl --limit-rate 20k https://.../photo.jxl | viewer_loop
 *
 * The program owns the loop: the library never waits for input. The same works with a socket, an event loop, or one
 * piece per call from somebody else: whoever has bytes calls feed, and then goes on where it had to wait. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "jxlpool/jxlpool.h"

/* Calls on a decoder come in an order. This is the next one to be made; if it has to wait, it is made again later. */
enum next_call { GET_IMAGE_INFO, NEXT_FRAME, DECODE_FRAME, NONE };

struct viewer {
  JxlpoolDecoder* decoder;
  enum next_call next;
  JxlpoolImageInfo image;
  JxlpoolOutput output; /* the same for decode_frame and flush: they share the buffer `pixels` */
  uint32_t shown_steps; /* JxlpoolProgress.steps of what is on the screen */
  unsigned num_shown;
};

/* Prints why a call failed. The message is made for users; what fails outside of the decoder has none. */
static void print_error(const JxlpoolDecoder* decoder, JxlpoolStatus status) {
  JxlpoolError error;
  JXLPOOL_INIT(error);
  jxlpool_decoder_get_error(decoder, &error);
  fprintf(stderr, "viewer_loop: %s: %s\n", jxlpool_status_text(status), error.status == status ? error.message : "");
}

/* Chooses 8-bit RGB, which every image can be delivered as, in a buffer for a whole frame. An application that draws on
 * a screen would also set JxlpoolDecoderOptions.color_encoding to what the screen has. */
static JxlpoolStatus make_buffer(struct viewer* viewer) {
  const size_t row_bytes = (size_t)viewer->image.width * 3;
  JXLPOOL_INIT(viewer->output);
  viewer->output.channels = JXLPOOL_CHANNELS_RGB;
  viewer->output.sample_type = JXLPOOL_UINT8;
  viewer->output.pixels_size = row_bytes * viewer->image.height;
  viewer->output.pixels = calloc(viewer->image.height, row_bytes);
  return viewer->output.pixels != NULL ? JXLPOOL_OK : JXLPOOL_MEMORY_LIMIT;
}

/* Puts the buffer on the "screen". */
static void show(struct viewer* viewer, const char* what) {
  JxlpoolInputState input;
  char name[32];
  FILE* file;
  int is_written;
  JXLPOOL_INIT(input);
  jxlpool_decoder_get_input_state(viewer->decoder, &input);
  snprintf(name, sizeof(name), "step-%03u.ppm", viewer->num_shown++);
  file = fopen(name, "wb");
  is_written = file != NULL &&
               fprintf(file, "P6\n%" PRIu32 " %" PRIu32 "\n255\n", viewer->image.width, viewer->image.height) > 0 &&
               fwrite(viewer->output.pixels, viewer->output.pixels_size, 1, file) == 1;
  if (file == NULL || fclose(file) != 0 || !is_written) {
    fprintf(stderr, "viewer_loop: cannot write %s\n", name);
    exit(1);
  }
  printf("%s: after %" PRIu64 " bytes: %s\n", name, input.position, what);
  fflush(stdout);
}

/* Shows what has come of a frame, if that is more than before. A flush costs about as much as decoding what has come,
 * so it is worth asking get_progress first, which costs next to nothing. A program with little time would also skip
 * steps that follow each other too fast. */
static JxlpoolStatus show_if_better(struct viewer* viewer) {
  JxlpoolProgress progress;
  JxlpoolStatus status;
  JXLPOOL_INIT(progress);
  status = jxlpool_decoder_get_progress(viewer->decoder, &progress);
  if (status != JXLPOOL_OK || progress.steps <= viewer->shown_steps) return status;
  viewer->shown_steps = progress.steps;
  /* Rows that decode_frame has finished are in the buffer; the flush fills in the rest. */
  status = jxlpool_decoder_flush(viewer->decoder, &viewer->output, 1);
  if (status == JXLPOOL_OK) show(viewer, progress.has_lf ? "a part of the details" : "a first look");
  return status == JXLPOOL_NEED_MORE_INPUT ? JXLPOOL_OK : status; /* that is no error: there is nothing to show yet */
}

/* Makes the call whose turn it is. */
static JxlpoolStatus call_next(struct viewer* viewer) {
  JxlpoolStatus status;
  switch (viewer->next) {
    case GET_IMAGE_INFO:
      JXLPOOL_INIT(viewer->image);
      status = jxlpool_decoder_get_image_info(viewer->decoder, &viewer->image);
      if (status != JXLPOOL_OK) return status;
      viewer->next = NEXT_FRAME;
      return make_buffer(viewer);
    case NEXT_FRAME:
      status = jxlpool_decoder_next_frame(viewer->decoder, NULL);
      if (status != JXLPOOL_OK) return status;
      viewer->shown_steps = 0; /* the steps of a frame that came before it do not count any more */
      viewer->next = DECODE_FRAME;
      return JXLPOOL_OK;
    case DECODE_FRAME:
      /* Decodes what has come since the last time, so that little is left to do when the last byte comes. */
      status = jxlpool_decoder_decode_frame(viewer->decoder, &viewer->output, 1);
      if (status != JXLPOOL_OK) return status;
      show(viewer, "complete");
      viewer->next = NONE;
      return JXLPOOL_OK;
    default:
      return JXLPOOL_END;
  }
}

/* Goes on as far as the input allows. JXLPOOL_NEED_MORE_INPUT: until the next piece. JXLPOOL_END: the picture is
 * complete. Others: errors. */
static JxlpoolStatus go_on(struct viewer* viewer) {
  JxlpoolStatus status = JXLPOOL_OK;
  while (status == JXLPOOL_OK) status = call_next(viewer);
  if (status == JXLPOOL_NEED_MORE_INPUT && viewer->next != GET_IMAGE_INFO) {
    const JxlpoolStatus shown = show_if_better(viewer);
    if (shown != JXLPOOL_OK) return shown;
  }
  return status;
}

/* The loop. Returns JXLPOOL_END when the picture is complete. */
static JxlpoolStatus view(struct viewer* viewer) {
  uint8_t piece[4096];
  JxlpoolStatus status = jxlpool_decoder_open_stream(viewer->decoder);
  while (status == JXLPOOL_OK) {
    const ssize_t size = read(STDIN_FILENO, piece, sizeof(piece)); /* whatever has come, be it a byte */
    if (size > 0) {
      status = jxlpool_decoder_feed(viewer->decoder, piece, (size_t)size); /* a copy: `piece` is free again */
      if (status != JXLPOOL_OK) break;
      status = go_on(viewer);
      if (status == JXLPOOL_NEED_MORE_INPUT) status = JXLPOOL_OK; /* the usual case: on to the next piece */
    } else {
      /* The end, or a pipe that failed. From here on JXLPOOL_NEED_MORE_INPUT is an error: the file is truncated. */
      status = jxlpool_decoder_end_input(viewer->decoder);
      if (status == JXLPOOL_OK) status = go_on(viewer);
      break;
    }
  }
  return status;
}

int main(void) {
  struct viewer viewer = {0};
  JxlpoolStatus status;
  if (jxlpool_decoder_create(NULL, &viewer.decoder) != JXLPOOL_OK) return 1;
  status = view(&viewer);
  if (status != JXLPOOL_END) print_error(viewer.decoder, status);
  jxlpool_decoder_destroy(viewer.decoder); /* before the buffer, which the decoder may still refer to */
  free(viewer.output.pixels);
  return status == JXLPOOL_END ? 0 : 1;
}
