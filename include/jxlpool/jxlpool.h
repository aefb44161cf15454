/* libjxlpool: a JPEG XL (ISO/IEC 18181) decoder whose memory is bounded, counted and reused.
 *
 * The journey of one image (error handling left out; JXLPOOL_OK is 0):
 *
 *   JxlpoolDecoderOptions options;
 *   JXLPOOL_INIT(options);                       // all defaults
 *   options.memory_limit = 256u << 20;           // bytes; a hard limit
 *   JxlpoolDecoder* decoder;
 *   jxlpool_decoder_create(&options, &decoder);
 *   jxlpool_decoder_open_file(decoder, "photo.jxl");
 *   JxlpoolImageInfo image;
 *   JXLPOOL_INIT(image);
 *   jxlpool_decoder_get_image_info(decoder, &image);
 *   JxlpoolFrameInfo frame;
 *   JXLPOOL_INIT(frame);
 *   while (jxlpool_decoder_next_frame(decoder, &frame) == JXLPOOL_OK) {
 *     JxlpoolOutput output;
 *     JXLPOOL_INIT(output);
 *     output.channels = JXLPOOL_CHANNELS_COLOR_ALPHA;
 *     output.sample_type = JXLPOOL_UINT8;
 *     output.pixels = my_pixels;                 // or output.rows = my_callback: rows as they become final
 *     output.pixels_size = my_pixels_size;
 *     jxlpool_decoder_decode_frame(decoder, &output, 1);
 *   }
 *   jxlpool_decoder_destroy(decoder);
 *
 * The library never throws, aborts or prints, and keeps no global state that a caller could see.
 *
 * Structs carry their size in the first member so that they can grow in later versions. JXLPOOL_INIT sets it and clears
 * the rest; in every struct that the caller fills in, zero means the default. A function that gets a struct whose
 * struct_size is too small to be one fails with JXLPOOL_INVALID_ARGUMENT. JxlpoolPoolCounts and JxlpoolMemoryUse are
 * parts of other structs and have no such member: they never change, and what a later version adds to them will be
 * members of the structs around them.
 *
 * Threads: a JxlpoolPool may be used by any number of decoders in any threads at once. A JxlpoolDecoder may move
 * between threads, but is used by one thread at a time; the exceptions say so.
 *
 * Callbacks: while a call on a decoder runs, the decoder is busy. These calls are allowed then, for a callback to use:
 * jxlpool_decoder_cancel, get_error, get_statistics, pixel_size, get_image_info, get_extra_channel, get_icc,
 * get_color_encoding, get_box, get_raw_box and get_file_info. All others fail with JXLPOOL_INVALID_ARGUMENT and change
 * nothing; those that return nothing do nothing. In particular jxlpool_decoder_destroy does not destroy a busy decoder:
 * call it again afterwards, or the decoder leaks.
 *
 * Errors: functions return a JxlpoolStatus. After an error in the input the decoder stays usable: open another image,
 * or rewind this one. Output pointers are written only on success unless stated otherwise.
 */
#ifndef JXLPOOL_JXLPOOL_H_
#define JXLPOOL_JXLPOOL_H_

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define JXLPOOL_VERSION_MAJOR 0
#define JXLPOOL_VERSION_MINOR 1
#define JXLPOOL_VERSION_PATCH 0

#if defined(JXLPOOL_STATIC)
#define JXLPOOL_API
#elif defined(_WIN32)
#define JXLPOOL_API __declspec(dllimport)
#else
#define JXLPOOL_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Clears a struct of this header and sets its struct_size. `object` is the struct itself, not a pointer. */
#define JXLPOOL_INIT(object) jxlpool_init_struct(&(object), sizeof(object))
static inline void jxlpool_init_struct(void* object, size_t size) {
  memset(object, 0, size);
  memcpy(object, &size, sizeof(size));
}

/* ---- Version and errors ------------------------------------------------------------------------------------------ */

/* Version of the library that is linked: major << 16 | minor << 8 | patch. */
JXLPOOL_API uint32_t jxlpool_version(void);
/* The same as text, e.g. "0.1.0". Static storage. */
JXLPOOL_API const char* jxlpool_version_string(void);

typedef enum JxlpoolStatus {
  JXLPOOL_OK = 0,
  JXLPOOL_NEED_MORE_INPUT = 1, /* the input ends too early; of a stream: more has to come before the call can succeed */
  JXLPOOL_CORRUPT = 2,         /* the input violates the format */
  JXLPOOL_UNSUPPORTED = 3,     /* legal input, or a request, that this build cannot handle */
  JXLPOOL_MEMORY_LIMIT = 4,    /* memory_limit does not suffice, or the system has no more memory */
  JXLPOOL_SIZE_LIMIT = 5,      /* the image has more samples than max_samples, or asks for far more work than images
                                * of its size do */
  JXLPOOL_INVALID_ARGUMENT = 6, /* the caller broke a rule of this header */
  JXLPOOL_CANCELLED = 7,        /* jxlpool_decoder_cancel, or a callback asked to stop */
  JXLPOOL_IO = 8,               /* reading the file failed */
  /* Not errors: */
  JXLPOOL_END = 100,    /* there is no further frame, box or profile */
  JXLPOOL_PARTIAL = 101 /* delivered completely, but approximate where the input was missing (allow_partial) */
} JxlpoolStatus;

/* A few words in lower case, e.g. "memory limit reached"; for any value. Static storage. */
JXLPOOL_API const char* jxlpool_status_text(JxlpoolStatus status);

/* Value of JxlpoolError.bit_position if the position is not known or makes no sense. */
#define JXLPOOL_NO_POSITION UINT64_MAX

typedef struct JxlpoolError {
  size_t struct_size;
  JxlpoolStatus status;
  const char* message;   /* what is wrong, in words that a user understands; "" if nothing; static storage */
  uint64_t bit_position; /* in bits from the start of the codestream (not of the container), or JXLPOOL_NO_POSITION */
  uint64_t requested_bytes; /* JXLPOOL_MEMORY_LIMIT: the size of the request that was refused; else 0 */
  const char* category;     /* JXLPOOL_MEMORY_LIMIT: what the memory was for, e.g. "canvas"; else ""; static storage */
  uint64_t needed_limit; /* JXLPOOL_MEMORY_LIMIT: what the limit would have to be for that request, be it memory_limit
                            or, if the message says so, max_total_bytes of the pool; later ones may need more */
} JxlpoolError;

/* ---- Pools ------------------------------------------------------------------------------------------------------- */

/* Memory that decoders draw from and give back to, so that a later decode finds it ready. */
typedef struct JxlpoolPool JxlpoolPool;

typedef struct JxlpoolPoolOptions {
  size_t struct_size;
  uint64_t max_cached_bytes; /* bytes kept for reuse at most; 0: the library's default */
  int disable_caching;       /* non-zero: everything given back goes to the system at once (for comparison) */
  uint64_t max_total_bytes;  /* cap on what the pool holds at any moment, in use by all of its decoders and cached; what
                                is cached makes way, then requests fail; 0: none. For a cap on the process, let all
                                decoders share one pool */
  uint64_t min_cached_size;  /* sizes in bytes that are kept for reuse, the others go to the system; 0: no bound */
  uint64_t max_cached_size;
} JxlpoolPoolOptions;

/* Creates a pool; `options` may be NULL. The caller owns it. Errors: JXLPOOL_INVALID_ARGUMENT, JXLPOOL_MEMORY_LIMIT. */
JXLPOOL_API JxlpoolStatus jxlpool_pool_create(const JxlpoolPoolOptions* options, JxlpoolPool** pool);

/* Gives up the caller's hold on the pool (NULL is fine); it disappears once no decoder uses it any more. */
JXLPOOL_API void jxlpool_pool_destroy(JxlpoolPool* pool);

/* Returns all cached memory that no decoder is using to the system. */
JXLPOOL_API void jxlpool_pool_trim(JxlpoolPool* pool);

/* The same, and the pool forgets its statistics and what it has learned about the sizes that decodes need: what
 * decoders hold apart, it is as new. */
JXLPOOL_API void jxlpool_pool_clear(JxlpoolPool* pool);

/* Requests for blocks of memory, and what became of them. requests == hits + misses. */
typedef struct JxlpoolPoolCounts {
  uint64_t requests;
  uint64_t requested_bytes;
  uint64_t hits;        /* allocations that were saved */
  uint64_t hit_bytes;   /* the bytes of those */
  uint64_t releases;    /* blocks given back */
  uint64_t live_blocks; /* in use now; not affected by a reset */
  uint64_t live_bytes;
} JxlpoolPoolCounts;

#define JXLPOOL_MAX_CATEGORIES 16
#define JXLPOOL_MAX_ELEMENT_TYPES 8

typedef struct JxlpoolPoolStatistics {
  size_t struct_size;
  uint64_t hits;                   /* requests served from the cache */
  uint64_t misses;                 /* requests that needed memory from the system */
  uint64_t live_bytes;             /* in use by decoders now */
  uint64_t peak_bytes;             /* largest live_bytes since creation or reset */
  uint64_t cached_bytes;           /* kept for reuse now, for whatever category and type */
  uint64_t system_bytes;           /* held now: in use or cached */
  uint64_t peak_system_bytes;      /* largest system_bytes since creation or reset */
  uint64_t system_allocations;     /* blocks that came from the system, also those that were not asked for yet */
  uint64_t system_allocated_bytes; /* the bytes of those */
  uint64_t system_releases;        /* blocks that went back */
  uint64_t overhead_bytes;         /* what the pool needs for itself now; not part of the others */
  JxlpoolPoolCounts total;         /* of everything */
  uint32_t num_categories;         /* see jxlpool_category_name */
  uint32_t num_types;              /* see jxlpool_element_type_name */
  JxlpoolPoolCounts categories[JXLPOOL_MAX_CATEGORIES];
  JxlpoolPoolCounts types[JXLPOOL_MAX_ELEMENT_TYPES];
  uint64_t cached_blocks;         /* the number of blocks in cached_bytes */
  uint64_t system_released_bytes; /* the bytes of system_releases */
  /* Why cached bytes went back to the system: */
  uint64_t aged_bytes;     /* unused for several decodes */
  uint64_t pressure_bytes; /* to make room for a block of another size */
  uint64_t overflow_bytes; /* beyond a bound on what is kept */
  uint64_t trimmed_bytes;  /* jxlpool_pool_trim, or max_total_bytes was reached */
} JxlpoolPoolStatistics;

/* May be called at any time; while decoders run, the numbers are a snapshot without a common moment. */
JXLPOOL_API JxlpoolStatus jxlpool_pool_get_statistics(const JxlpoolPool* pool, JxlpoolPoolStatistics* statistics);

/* Counts start anew; peaks start from what is live and held now. */
JXLPOOL_API void jxlpool_pool_reset_statistics(JxlpoolPool* pool);

/* ---- Decoders ---------------------------------------------------------------------------------------------------- */

/* Decodes one image after the other. Keeping a decoder (or its pool) is what makes the next decode cheap. */
typedef struct JxlpoolDecoder JxlpoolDecoder;

/* How much memory several threads take to be fast. The pixels are the same. */
typedef enum JxlpoolMode {
  JXLPOOL_MODE_AUTOMATIC = 0, /* parallel, unless memory_limit or max_total_bytes of the pool calls for streaming, or
                                 for a single thread */
  JXLPOOL_MODE_STREAMING = 1, /* the least memory that all threads can work with: about a group each */
  JXLPOOL_MODE_PARALLEL = 2   /* the most speed: threads hardly ever wait for each other */
} JxlpoolMode;

typedef struct JxlpoolDecoderOptions {
  size_t struct_size;
  JxlpoolPool* pool;          /* shared pool; NULL: the decoder makes one of its own */
  uint64_t memory_limit;      /* bytes whose amount depends on the input, at any moment; 0: no limit. Not counted: the
                                 caller's own buffers and mapped files */
  uint64_t max_samples;       /* width * height * channels of an image or frame; 0: 2^30 */
  uint32_t num_threads;       /* threads that work on a decode, the calling one included; 0: one per CPU */
  int keep_orientation;       /* deliver pixels as stored instead of turned upright */
  int keep_spot_colors;       /* do not mix spot colors into the color channels */
  int layers;                 /* deliver each layer by itself instead of composed frames */
  int unpremultiply;          /* divide color by associated alpha; only for formats with interleaved alpha */
  int allow_partial;          /* deliver truncated input as far as it goes, see JXLPOOL_PARTIAL */
  uint32_t downsampling;      /* 1, 2, 4, 8: stop after the pass that suffices for viewing at 1/n; full size; 0: 1 */
  const char* color_encoding; /* convert to this encoding, e.g. "RGB_D65_SRG_Rel_SRG" or "DisplayP3"; NULL: the image's
                                 own. Copied. Opening an image that cannot be converted: JXLPOOL_UNSUPPORTED */
  JxlpoolMode mode;           /* how threads share the work and the memory */
  uint64_t max_box_bytes;     /* what a compressed box may expand to where its contents are asked for, gain maps
                                 included; beyond it: JXLPOOL_SIZE_LIMIT; 0: 2^28 */
  int keep_input;             /* streams: keep all input until the image is closed, so that it can be rewound, sought,
                                 and looked at again; it counts as memory */
} JxlpoolDecoderOptions;

/* Creates a decoder; `options` may be NULL. The caller owns it. Errors: JXLPOOL_INVALID_ARGUMENT (also an unknown
 * color_encoding), JXLPOOL_MEMORY_LIMIT. */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_create(const JxlpoolDecoderOptions* options, JxlpoolDecoder** decoder);

/* Frees the decoder (NULL is fine) and gives its memory back to the pool. Does nothing while the decoder is busy. */
JXLPOOL_API void jxlpool_decoder_destroy(JxlpoolDecoder* decoder);

/* What the latest failed call on this decoder complained about; status JXLPOOL_OK if none failed since the image was
 * opened or rewound. A call that repeats an earlier error makes that the latest again. While the decoder is busy:
 * JXLPOOL_INVALID_ARGUMENT, with a message that says so; what a callback was refused leaves no trace afterwards. */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_get_error(const JxlpoolDecoder* decoder, JxlpoolError* error);

/* Asks a running decode to stop soon with JXLPOOL_CANCELLED. May be called from any thread and from a signal handler.
 * Holds until the next open or rewind. */
JXLPOOL_API void jxlpool_decoder_cancel(JxlpoolDecoder* decoder);

/* ---- Opening an image -------------------------------------------------------------------------------------------- */

/* Each open closes the image before and reads everything up to the first frame. Errors: all of the input's. On failure
 * no image is open. */

/* Bytes of the caller, a bare codestream or a container. Not copied: they must stay valid and unchanged until the next
 * open, close or destroy. */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_open_memory(JxlpoolDecoder* decoder, const void* data, size_t size);

/* A file by name; mapped, not read. It must not be truncated while it is open: if another process does so, the system
 * sends SIGBUS to the thread that decodes, or to any other that reads what the decoder handed out, which ends the
 * process unless it handles the signal. The library installs no handler, because signals are the application's. Read
 * files that others may change into memory (jxlpool_decoder_open_memory), or give open_fd a pipe. Errors also:
 * JXLPOOL_IO. */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_open_file(JxlpoolDecoder* decoder, const char* path);

/* A file descriptor: a regular file is mapped (from its start), with the same danger; anything else, e.g. a pipe, is a
 * stream that the decoder reads when it needs more, as by jxlpool_decoder_open_source. The descriptor stays the
 * caller's and may be closed after the call. Errors also: JXLPOOL_IO. */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_open_fd(JxlpoolDecoder* decoder, int fd);

/* ---- Streams ----------------------------------------------------------------------------------------------------- */

/* Input that is fed as it arrives, in pieces of any size:
 *
 *   jxlpool_decoder_open_stream(decoder);
 *   for each piece:
 *     jxlpool_decoder_feed(decoder, piece, size);          // after the last one: jxlpool_decoder_end_input
 *     while ((status = next_step(decoder)) == JXLPOOL_OK) {}
 *     if (status != JXLPOOL_NEED_MORE_INPUT) break;        // an error, or the end
 *
 * where a step is the next call that an application makes on an image: get_image_info, next_frame, decode_frame,
 * get_box and so on, each again if it had to wait. Who would rather be asked for bytes uses
 * jxlpool_decoder_open_source: then no call has to be repeated.
 *
 * Waiting: a call that needs more than has come returns JXLPOOL_NEED_MORE_INPUT, and is repeated after the next feed.
 * It may have done a part of its work, but nothing of what this header promises has changed, with two exceptions:
 * decode_frame delivers what can be delivered (rows, or a part of `pixels`), and next_frame has given up the frame
 * before. decode_frame has to be repeated with the same outputs until it returns something else; next_frame is refused
 * meanwhile. Pixels, boxes and errors do not depend on the pieces.
 *
 * What is kept: pieces are copied, and what is needed later stays in pooled memory (category "input") until it has been
 * used; boxes other than the codestream until the image is closed. Frames are decoded in their order and once. So
 * rewind and seek_frame fail with JXLPOOL_INVALID_ARGUMENT, and functions that look at frames which have been passed
 * (get_frame_header, reconstruct_jpeg, decode_preview, estimate_memory, prewarm) may do so. With keep_input, all of
 * these work as for a file in memory; seek_frame waits for the end of the input.
 *
 * Who wants metadata that may follow the image, such as Exif for the head of another file, has to read on to it before
 * the frames: get_box waits until the box has come, or it is certain that there is none. */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_open_stream(JxlpoolDecoder* decoder);

/* The next bytes of the file, copied. Does not decode. Errors: JXLPOOL_CORRUPT (this is no JPEG XL file),
 * JXLPOOL_MEMORY_LIMIT; they are final: no image is open if its headers were not complete, else the frames have failed.
 * REQUIRES: the image was opened by open_stream, and its input has not ended. */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_feed(JxlpoolDecoder* decoder, const void* data, size_t size);

/* There is no more. What the calls say from now on is what they say of a file in memory: if it ends too early,
 * JXLPOOL_NEED_MORE_INPUT is an error, or with allow_partial what there is gets delivered. REQUIRES, and errors: as
 * feed. */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_end_input(JxlpoolDecoder* decoder);

/* Puts up to `size` bytes at `buffer` and returns how many: at least one, unless the input is over (0). Negative: the
 * input has failed (JXLPOOL_IO). */
typedef int64_t (*JxlpoolReadCallback)(void* opaque, void* buffer, size_t size);

/* Makes the next read begin at byte `position` of the input, which may lie behind its end. Not 0: that failed
 * (JXLPOOL_IO). */
typedef int (*JxlpoolSeekCallback)(void* opaque, uint64_t position);

/* A stream that the decoder reads by itself, on the calling thread, whenever it needs more: a FILE, a socket, an entry
 * of an archive. Reads everything up to the first frame, as other opens do. No call returns JXLPOOL_NEED_MORE_INPUT
 * before the input is over. `seek` may be NULL; with it, large frames that are not needed are not read, and the image
 * can be rewound, which then reads it from its beginning and ends the life of what it has handed out. The functions and
 * `opaque` must stay valid until the image is closed; `read` may wait, and after
 * jxlpool_decoder_cancel it is not called again. What it may call on this decoder is said at the top; that waits for
 * nothing. What is kept is that of other streams. Errors also: JXLPOOL_IO. */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_open_source(JxlpoolDecoder* decoder, JxlpoolReadCallback read,
                                                      JxlpoolSeekCallback seek, void* opaque);

typedef struct JxlpoolInputState {
  size_t struct_size;
  uint64_t position;     /* bytes of the file that have come */
  uint64_t needed_bytes; /* feed so many more, or the end, before the call that returned JXLPOOL_NEED_MORE_INPUT last is
                            repeated: with fewer it gets no further. It may then need still more. 0 if no call has
                            returned that yet, or the input has ended */
  int has_ended;         /* end_input, or the source is at its end */
} JxlpoolInputState;

/* REQUIRES: the image is a stream. */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_get_input_state(JxlpoolDecoder* decoder, JxlpoolInputState* state);

/* ---- Closing and rewinding --------------------------------------------------------------------------------------- */

/* Lets go of the image and of everything that belongs to it. Does nothing while the decoder is busy. */
JXLPOOL_API void jxlpool_decoder_close(JxlpoolDecoder* decoder);

/* Back to before the first frame of the same image. REQUIRES: an image is open; it is no stream, unless with
 * keep_input or a source that can seek. */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_rewind(JxlpoolDecoder* decoder);

/* ---- About the image --------------------------------------------------------------------------------------------- */

/* All of this needs an open image (else JXLPOOL_INVALID_ARGUMENT). Pointers that are handed out belong to the decoder
 * and stay valid until the next open, close or destroy. Texts are UTF-8, NUL-terminated, and may contain further NULs:
 * their length is given as well. */

typedef struct JxlpoolImageInfo {
  size_t struct_size;
  uint32_t width; /* pixels, as delivered: upright unless keep_orientation */
  uint32_t height;
  uint32_t orientation;        /* as coded: 1 to 8 with the meaning of the Exif tag, however pixels are delivered */
  uint32_t num_color_channels; /* 1 or 3, as delivered */
  uint32_t bits_per_sample;    /* of the color channels as coded, 1 to 32 */
  uint32_t exponent_bits;      /* of these; 0: samples are integers, else floating point */
  uint32_t num_extra_channels;
  int32_t alpha_channel; /* index of the first extra channel that is alpha, or -1 */
  int alpha_associated;  /* whether color is premultiplied by that alpha, as coded */
  int xyb_encoded;       /* lossy in the decoder's own color space; the original profile is history */
  int is_container;
  int has_jpeg_reconstruction; /* the file has data to turn it back into the JPEG it was made from */
  int have_animation;
  uint32_t ticks_per_second_numerator; /* animations: a tick lasts denominator / numerator seconds */
  uint32_t ticks_per_second_denominator;
  uint32_t num_loops; /* animations: 0: forever */
  int have_timecodes;
  int have_preview;
  uint32_t preview_width; /* 0 without a preview; delivered as `width` is */
  uint32_t preview_height;
  uint32_t intrinsic_width; /* the size to show the image at, a hint; equal to width and height if not coded */
  uint32_t intrinsic_height;
  float intensity_target; /* nits of the brightest sample value 1.0 */
  float min_nits;
  float linear_below; /* nits, or a fraction of the display's peak if relative_to_max_display */
  int relative_to_max_display;
} JxlpoolImageInfo;

JXLPOOL_API JxlpoolStatus jxlpool_decoder_get_image_info(JxlpoolDecoder* decoder, JxlpoolImageInfo* info);

typedef enum JxlpoolExtraChannelType {
  JXLPOOL_EXTRA_ALPHA = 0,
  JXLPOOL_EXTRA_DEPTH = 1,
  JXLPOOL_EXTRA_SPOT_COLOR = 2,
  JXLPOOL_EXTRA_SELECTION_MASK = 3,
  JXLPOOL_EXTRA_BLACK = 4,
  JXLPOOL_EXTRA_CFA = 5,
  JXLPOOL_EXTRA_THERMAL = 6,
  JXLPOOL_EXTRA_OPTIONAL = 16 /* meaning unknown, may be ignored */
} JxlpoolExtraChannelType;

typedef struct JxlpoolExtraChannelInfo {
  size_t struct_size;
  JxlpoolExtraChannelType type;
  uint32_t bits_per_sample;
  uint32_t exponent_bits; /* 0: integers */
  uint32_t dim_shift;     /* coded at 1 / 2^dim_shift of the image's size; delivered at full size */
  int alpha_associated;   /* alpha: color is premultiplied */
  float spot_color[4];    /* spot colors: red, green, blue, solidity */
  uint32_t cfa_channel;   /* color filter arrays: which one */
  const char* name;
  size_t name_length;
} JxlpoolExtraChannelInfo;

/* REQUIRES: index < num_extra_channels. */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_get_extra_channel(JxlpoolDecoder* decoder, uint32_t index,
                                                            JxlpoolExtraChannelInfo* info);

typedef enum JxlpoolProfile {
  JXLPOOL_PROFILE_ORIGINAL = 0, /* what the file says about the image it was made from */
  JXLPOOL_PROFILE_DATA = 1      /* what the delivered pixels are in */
} JxlpoolProfile;

/* The ICC profile: the embedded one, or one made from the enumerated encoding. JXLPOOL_END: there is none. */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_get_icc(JxlpoolDecoder* decoder, JxlpoolProfile profile, const uint8_t** data,
                                                  size_t* size);

/* Values of JxlpoolColorEncoding; those of primaries, white point and transfer function follow ITU-T H.273 where it
 * knows them. */
enum {
  JXLPOOL_COLOR_SPACE_RGB = 0,
  JXLPOOL_COLOR_SPACE_GRAY = 1,
  JXLPOOL_COLOR_SPACE_XYB = 2,
  JXLPOOL_COLOR_SPACE_UNKNOWN = 3,
  JXLPOOL_WHITE_POINT_D65 = 1,
  JXLPOOL_WHITE_POINT_CUSTOM = 2,
  JXLPOOL_WHITE_POINT_E = 10,
  JXLPOOL_WHITE_POINT_DCI = 11,
  JXLPOOL_PRIMARIES_SRGB = 1,
  JXLPOOL_PRIMARIES_CUSTOM = 2,
  JXLPOOL_PRIMARIES_2100 = 9,
  JXLPOOL_PRIMARIES_P3 = 11,
  JXLPOOL_TRANSFER_GAMMA = 0,
  JXLPOOL_TRANSFER_709 = 1,
  JXLPOOL_TRANSFER_UNKNOWN = 2,
  JXLPOOL_TRANSFER_LINEAR = 8,
  JXLPOOL_TRANSFER_SRGB = 13,
  JXLPOOL_TRANSFER_PQ = 16,
  JXLPOOL_TRANSFER_DCI = 17,
  JXLPOOL_TRANSFER_HLG = 18,
  JXLPOOL_INTENT_PERCEPTUAL = 0,
  JXLPOOL_INTENT_RELATIVE = 1,
  JXLPOOL_INTENT_SATURATION = 2,
  JXLPOOL_INTENT_ABSOLUTE = 3
};

typedef struct JxlpoolColorEncoding {
  size_t struct_size;
  int from_icc;         /* the file embeds an ICC profile: that is what counts; the fields are its best description */
  uint32_t color_space; /* JXLPOOL_COLOR_SPACE_* */
  uint32_t white_point; /* JXLPOOL_WHITE_POINT_* */
  uint32_t primaries;   /* JXLPOOL_PRIMARIES_*; 0 for grey */
  uint32_t transfer;    /* JXLPOOL_TRANSFER_* */
  uint32_t rendering_intent; /* JXLPOOL_INTENT_* */
  double white_xy[2];        /* chromaticities of the white point */
  double primaries_xy[6];    /* of red, green and blue; 0 for grey */
  double gamma;              /* JXLPOOL_TRANSFER_GAMMA: the encoding exponent, e.g. 0.45455; else 0 */
  int has_cicp;              /* whether ITU-T H.273 code points describe it exactly */
  uint8_t cicp[4];           /* color primaries, transfer characteristics, matrix coefficients (0), full range (1) */
  char name[192];            /* e.g. "RGB_D65_SRG_Rel_SRG", as JxlpoolDecoderOptions.color_encoding takes it */
} JxlpoolColorEncoding;

/* The profile as fields. JXLPOOL_END: it cannot be expressed so; use the ICC profile. */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_get_color_encoding(JxlpoolDecoder* decoder, JxlpoolProfile profile,
                                                             JxlpoolColorEncoding* encoding);

/* ---- Frames ------------------------------------------------------------------------------------------------------ */

/* Frame duration of a page of a multi-page document: it is shown until the reader turns it. */
#define JXLPOOL_DURATION_PAGE UINT32_MAX

typedef enum JxlpoolBlendMode {
  JXLPOOL_BLEND_REPLACE = 0,
  JXLPOOL_BLEND_ADD = 1,
  JXLPOOL_BLEND_ALPHA = 2,
  JXLPOOL_BLEND_MULTIPLY_ADD = 3,
  JXLPOOL_BLEND_MULTIPLY = 4
} JxlpoolBlendMode;

typedef struct JxlpoolFrameInfo {
  size_t struct_size;
  uint32_t index; /* counts what next_frame delivers, from 0 */
  uint32_t width; /* pixels, as delivered; the image's, but for layers */
  uint32_t height;
  int32_t x0; /* where the top left pixel lies on the canvas; 0 but for layers */
  int32_t y0;
  uint32_t duration; /* ticks, see JxlpoolImageInfo, or JXLPOOL_DURATION_PAGE */
  uint32_t timecode; /* 0xHHMMSSFF if have_timecodes, else 0 */
  int is_last;       /* no frame follows */
  const char* name;  /* valid until the next next_frame, rewind, open, close or destroy */
  size_t name_length;
  /* Layers only: how the color channels are meant to be combined with what is below. */
  JxlpoolBlendMode blend_mode;
  uint32_t blend_source; /* slot 0 to 3 that holds what is below */
  uint32_t blend_alpha;  /* extra channel that serves as alpha, for modes that need one */
  int blend_clamp;       /* alpha is clamped to 0..1 */
  uint32_t save_slot;    /* where the result is meant to go */
} JxlpoolFrameInfo;

/* Moves on to the next frame that is to be shown (or the next layer). A frame that is not decoded is skipped; that
 * costs little unless a later one needs it. `info` may be NULL. JXLPOOL_END: there are no more.
 * JXLPOOL_PARTIAL: there are no more because the file ends early (allow_partial, and at least one frame was there). */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_next_frame(JxlpoolDecoder* decoder, JxlpoolFrameInfo* info);

/* Which channels a pixel holds, side by side in this order. */
typedef enum JxlpoolChannels {
  JXLPOOL_CHANNELS_COLOR = 0,       /* num_color_channels: 1 or 3 */
  JXLPOOL_CHANNELS_COLOR_ALPHA = 1, /* the same and the first alpha channel, or opaque if there is none */
  JXLPOOL_CHANNELS_RGB = 2,         /* always 3: grey is repeated */
  JXLPOOL_CHANNELS_RGBA = 3,        /* always 4 */
  JXLPOOL_CHANNELS_ALL = 4,         /* num_color_channels, then every extra channel in file order */
  JXLPOOL_CHANNELS_EXTRA = 5        /* one extra channel, see JxlpoolOutput.extra_channel */
} JxlpoolChannels;

typedef enum JxlpoolSampleType {
  JXLPOOL_UINT8 = 0,
  JXLPOOL_UINT16 = 1,
  JXLPOOL_FLOAT16 = 2,
  JXLPOOL_FLOAT32 = 3 /* nominally 0 to 1, not clamped */
} JxlpoolSampleType;

typedef enum JxlpoolEndianness {
  JXLPOOL_ENDIAN_NATIVE = 0,
  JXLPOOL_ENDIAN_LITTLE = 1,
  JXLPOOL_ENDIAN_BIG = 2
} JxlpoolEndianness;

/* Receives rows [y, y + num_rows), `stride` bytes apart, valid during the call only. Rows come from top to bottom, each
 * once, on the thread that called the decode. Returning non-zero stops the decode with JXLPOOL_CANCELLED. What it may
 * call on this decoder is said at the top. */
typedef int (*JxlpoolRowsCallback)(void* opaque, uint32_t y, uint32_t num_rows, const void* rows, size_t stride);

/* What is wanted of a frame, in which form, and where it goes: to `pixels` or, if that is NULL, to `rows`. */
typedef struct JxlpoolOutput {
  size_t struct_size;
  JxlpoolChannels channels;
  uint32_t extra_channel; /* JXLPOOL_CHANNELS_EXTRA: its index */
  JxlpoolSampleType sample_type;
  JxlpoolEndianness endianness; /* of samples wider than a byte */
  uint32_t bits_per_sample;     /* integer types: samples go from 0 to 2^n - 1; 0: the full range of the type */
  void* pixels;                 /* the caller's, at least stride * (height - 1) bytes and one row */
  size_t pixels_size;           /* bytes at `pixels` */
  size_t stride;                /* bytes from row to row of `pixels`; 0: rows follow each other without a gap */
  JxlpoolRowsCallback rows;
  void* rows_opaque; /* handed to `rows` */
} JxlpoolOutput;

/* Bytes of one pixel of `output` for the open image: its channels times bytes per sample; 0 without an image or if the
 * format is not valid. */
JXLPOOL_API size_t jxlpool_decoder_pixel_size(const JxlpoolDecoder* decoder, const JxlpoolOutput* output);

/* Decodes the frame that next_frame moved to, into `num_outputs` outputs at once (an array; all elements have the
 * struct_size of the first). After an error the contents of `pixels` are not specified. Returns JXLPOOL_PARTIAL only
 * with allow_partial. Errors: all; those of the input (not JXLPOOL_INVALID_ARGUMENT) repeat themselves until a rewind
 * or open. REQUIRES: next_frame returned JXLPOOL_OK; once per frame. */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_decode_frame(JxlpoolDecoder* decoder, const JxlpoolOutput* outputs,
                                                       size_t num_outputs);

/* How far a frame of a stream has come: the frame that next_frame moved to or, while next_frame waits, one that comes
 * before it and is needed for it. */
typedef struct JxlpoolProgress {
  size_t struct_size;
  uint32_t steps;     /* grows whenever a flush would give a better picture of this frame: with the first data, the
                         low-frequency image, and each pass of as many groups as a row has; of a Modular frame in one
                         section, with each eighth. 0: there is nothing to show. Each frame has steps of its own: count
                         anew when next_frame returns JXLPOOL_OK */
  uint32_t reduction; /* what has come suffices for the image reduced by this factor: 8, 4, 2 or 1; 0: not known */
  uint64_t num_groups;
  uint64_t complete_groups; /* of which everything has come */
  uint32_t num_passes;
  uint32_t complete_passes; /* that have come of all groups */
  int has_lf;               /* the low-frequency image has come */
  uint32_t final_rows;      /* rows from the top that decode_frame or next_rows has decoded for good; 0 if the image is
                               turned */
} JxlpoolProgress;

/* Tells what the input that was fed holds of the frame, whether it has been decoded or not. Decodes nothing: cheap
 * enough for every piece. All zero between frames. REQUIRES: an image is open. Errors: what the frames failed with. */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_get_progress(JxlpoolDecoder* decoder, JxlpoolProgress* progress);

/* Delivers a provisional picture of a frame that has not come to its end, where a call waits for more input:
 *
 *   status = jxlpool_decoder_decode_frame(decoder, &output, 1);
 *   if (status == JXLPOOL_NEED_MORE_INPUT) status = jxlpool_decoder_flush(decoder, &output, 1);
 *
 * Rows from final_rows on are delivered with what is known of them. Rows above, which decode_frame has delivered, are
 * left alone: its buffer holds a whole picture afterwards, and decode_frame goes on to replace what is not final.
 * Outputs of another format, place or number do as well. Rows callbacks get the rows from final_rows on; they are
 * refused with JXLPOOL_UNSUPPORTED if the image is turned.
 *
 * What is known: groups that have not come are shown by the low-frequency image, smoothly enlarged, or, in images coded
 * by Squeeze, by the levels that have come; passes that have not come by the ones before. VarDCT frames of a single
 * group and pass are shown when they have come. While next_frame still waits for the first frame, a low-frequency frame
 * that comes before it is shown, of the size of the image, if that has no extra channels. What nothing is known of is
 * black. With allow_partial, decode_frame delivers the same of a truncated file.
 *
 * A flush does not disturb the decode: the final pixels are the same, and an error of this call leaves the frame as it
 * was. It keeps no samples for later: each flush decodes what has come below final_rows once more, in memory of its own
 * as large as that of a decode, which counts as all memory does. So flush when `steps` of the progress has grown and
 * time allows.
 *
 * JXLPOOL_NEED_MORE_INPUT: there is nothing to show (yet), and nothing was delivered. Other errors: all. REQUIRES: an
 * image is open. */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_flush(JxlpoolDecoder* decoder, const JxlpoolOutput* outputs,
                                                size_t num_outputs);

/* Rows of a frame that belong to the decoder. */
typedef struct JxlpoolRows {
  size_t struct_size;
  uint32_t y;        /* the first one */
  uint32_t num_rows; /* at least 1 */
  const void* data;
  size_t stride; /* bytes from row to row at `data` */
} JxlpoolRows;

/* Instead of decode_frame, for applications that ask for rows: gives the next rows of the frame, from top to bottom,
 * each once, with the pixels, the memory and the speed of a callback. How many come at a time is up to the decoder; it
 * does no work between the calls. `output` tells the format; its `pixels` and `rows` are NULL, and it is the same for
 * all calls of a frame.
 *
 *   while ((status = jxlpool_decoder_next_rows(decoder, &output, &rows)) == JXLPOOL_OK) use(&rows);
 *
 * JXLPOOL_OK: there are rows, which stay until the next call of this function, or of one that moves to another frame or
 * closes the image. JXLPOOL_END: the frame is over, all its rows have come. JXLPOOL_PARTIAL: the same, with
 * allow_partial. JXLPOOL_NEED_MORE_INPUT, of a stream: call again after the next feed; until then a flush may show the
 * rest. Errors: as decode_frame. REQUIRES: next_frame returned JXLPOOL_OK, and decode_frame was not called for this
 * frame.
 *
 * A caller that needs no more rows just goes on to next_frame, seek_frame, rewind or close. What is left of the frame
 * is then decoded only if a later one may need it. */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_next_rows(JxlpoolDecoder* decoder, const JxlpoolOutput* output,
                                                    JxlpoolRows* rows);

/* Decodes the preview image, of size preview_width x preview_height; at any time while an image is open, without
 * disturbing the frames unless it fails: then they, too, need a rewind. Returns JXLPOOL_PARTIAL only with
 * allow_partial. JXLPOOL_END: there is none. */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_decode_preview(JxlpoolDecoder* decoder, const JxlpoolOutput* outputs,
                                                         size_t num_outputs);

/* ---- Metadata ---------------------------------------------------------------------------------------------------- */

typedef struct JxlpoolBox {
  size_t struct_size;
  char type[5];        /* four characters and NUL, e.g. "Exif", "xml ", "jumb"; of a compressed box the inner type */
  int is_compressed;   /* stored as `brob` */
  const uint8_t* data; /* payload as stored, without box header (and without the inner type): in the caller's bytes or
                          the mapped file; of a stream a copy */
  size_t size;         /* of that */
  uint64_t position;   /* of the payload, in bytes from the start of the file */
} JxlpoolBox;

/* The index-th box of the container that is neither codestream nor structure, in file order, from 0. JXLPOOL_END: there
 * are fewer (a bare codestream has none). */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_get_box(JxlpoolDecoder* decoder, uint32_t index, JxlpoolBox* box);

/* The contents of that box, decompressed if need be. At most one decompressed box is held at a time: `data` is valid
 * until the next call of this function or the end of the image. Errors: JXLPOOL_CORRUPT, JXLPOOL_MEMORY_LIMIT,
 * JXLPOOL_SIZE_LIMIT; they do not affect the image. */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_get_box_contents(JxlpoolDecoder* decoder, uint32_t index,
                                                           const uint8_t** data, size_t* size);

/* ---- What a file consists of ------------------------------------------------------------------------------------- */

/* Everything here looks at structure only: no pixels are decoded, and the frames of next_frame are not disturbed.
 * Errors of frames and boxes that are looked at here are reported, but the image stays usable. */

typedef struct JxlpoolFileInfo {
  size_t struct_size;
  uint64_t file_size; /* bytes */
  int is_container;
  uint32_t num_boxes;       /* of the container, all types */
  uint32_t level;           /* of the format as declared: 5 (also if nothing is) or 10 */
  uint64_t codestream_size; /* bytes that are there */
  /* Whether something is wrong with the boxes: JXLPOOL_NEED_MORE_INPUT or JXLPOOL_CORRUPT; the image may be complete
     nevertheless. */
  JxlpoolStatus box_status;
  const char* box_message; /* the same in words, or ""; static storage */
} JxlpoolFileInfo;

JXLPOOL_API JxlpoolStatus jxlpool_decoder_get_file_info(JxlpoolDecoder* decoder, JxlpoolFileInfo* info);

typedef struct JxlpoolRawBox {
  size_t struct_size;
  char type[5];         /* four characters and NUL, as in the file */
  char content_type[5]; /* of a compressed box the inner type, else the same */
  uint64_t offset;      /* of the box header, in bytes from the start of the file */
  uint64_t size;        /* bytes with the header, as announced; up to the end of the file if unbounded */
  uint32_t header_size; /* 8 or 16 */
  int is_unbounded;     /* reaches to the end of the file, whatever its length */
  int is_truncated;     /* the file ends before the box does */
} JxlpoolRawBox;

/* The index-th of all boxes, in file order, from 0. JXLPOOL_END: there are fewer. */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_get_raw_box(JxlpoolDecoder* decoder, uint32_t index, JxlpoolRawBox* box);

typedef enum JxlpoolFrameType {
  JXLPOOL_FRAME_REGULAR = 0,
  JXLPOOL_FRAME_LF = 1,             /* the low frequencies of another frame */
  JXLPOOL_FRAME_REFERENCE_ONLY = 2, /* for patches and blending of later frames */
  JXLPOOL_FRAME_SKIP_PROGRESSIVE = 3
} JxlpoolFrameType;

typedef enum JxlpoolFrameEncoding { JXLPOOL_ENCODING_VARDCT = 0, JXLPOOL_ENCODING_MODULAR = 1 } JxlpoolFrameEncoding;

#define JXLPOOL_MAX_PASSES 11
#define JXLPOOL_MAX_DOWNSAMPLE_STEPS 4

/* The header and the table of contents of one frame as coded: sizes and positions before orientation. */
typedef struct JxlpoolFrameHeader {
  size_t struct_size;
  JxlpoolFrameType type;
  JxlpoolFrameEncoding encoding;
  int is_shown; /* the composed canvas is shown after this frame */
  /* Frames shown before this one: if is_shown, its number for next_frame and seek_frame (unless layers). */
  uint32_t num_shown_before;
  uint64_t offset;       /* of the header, in bytes from the start of the codestream */
  uint32_t header_bytes; /* header and table of contents */

  int have_crop;
  int32_t x0; /* position on the canvas, pixels */
  int32_t y0;
  uint32_t width; /* pixels on the canvas */
  uint32_t height;
  uint32_t coded_width; /* samples of color as coded: before upsampling, and of LF frames */
  uint32_t coded_height;
  uint32_t upsampling;           /* 1, 2, 4, 8 */
  uint32_t lf_level;             /* LF frames: 1 to 4, else 0 */
  int ycbcr;                     /* color is coded as Cb, Y, Cr */
  uint32_t chroma_subsampling_h; /* log2 of the largest horizontal (vertical) subsampling of Cb, Y, Cr: 0 or 1 */
  uint32_t chroma_subsampling_v;

  JxlpoolBlendMode blend_mode; /* of color; extra channels: jxlpool_decoder_get_frame_extra_channel */
  uint32_t blend_source;
  uint32_t blend_alpha;
  int blend_clamp;
  uint32_t duration; /* ticks */
  uint32_t timecode;
  int is_last;
  int is_stored; /* kept in save_slot for later frames */
  uint32_t save_slot;
  int save_before_color_transform;
  const char* name; /* valid until the next call for a frame header, open, close or destroy */
  size_t name_length;

  int has_noise; /* flags */
  int has_patches;
  int has_splines;
  int uses_lf_frame;
  int adaptive_lf_smoothing; /* VarDCT frames only */
  int gaborish;
  uint32_t epf_iterations; /* of the edge-preserving filter, 0 to 3 */

  uint32_t num_passes;
  uint32_t pass_shift[JXLPOOL_MAX_PASSES];
  uint32_t num_downsample_steps; /* after pass last_pass[i] a view at 1/downsample[i] is complete */
  uint32_t downsample[JXLPOOL_MAX_DOWNSAMPLE_STEPS];
  uint32_t last_pass[JXLPOOL_MAX_DOWNSAMPLE_STEPS];

  uint32_t group_size; /* pixels per side */
  uint32_t num_groups;
  uint32_t num_lf_groups;
  uint32_t num_sections;
  uint64_t section_bytes; /* of all sections */
  int toc_permuted;
  int is_complete; /* all sections are in the file */
} JxlpoolFrameHeader;

/* As an index: the preview's frame. */
#define JXLPOOL_PREVIEW_FRAME UINT32_MAX

/* The header of the index-th frame of the codestream (from 0), shown or not. Headers before it are read once and
 * remembered by their place. JXLPOOL_END: there are fewer frames, or no preview. Errors: those of headers, also of
 * frames before. */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_get_frame_header(JxlpoolDecoder* decoder, uint32_t index,
                                                           JxlpoolFrameHeader* header);

typedef struct JxlpoolFrameExtraChannel {
  size_t struct_size;
  uint32_t upsampling; /* from coded samples to pixels: 1, 2, 4, 8 */
  JxlpoolBlendMode blend_mode;
  uint32_t blend_source;
  uint32_t blend_alpha;
  int blend_clamp;
} JxlpoolFrameExtraChannel;

/* The same frame's treatment of extra channel `channel`. REQUIRES: channel < num_extra_channels. */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_get_frame_extra_channel(JxlpoolDecoder* decoder, uint32_t index,
                                                                  uint32_t channel, JxlpoolFrameExtraChannel* info);

/* ---- Seeking ----------------------------------------------------------------------------------------------------- */

/* A file may list entry points to its frames (the jxli box). Whatever it says is on its word alone. */
typedef struct JxlpoolFrameIndex {
  size_t struct_size;
  uint64_t num_entries;
  uint32_t tick_numerator; /* a tick lasts numerator / denominator seconds */
  uint32_t tick_denominator;
} JxlpoolFrameIndex;

typedef struct JxlpoolFrameIndexEntry {
  size_t struct_size;
  uint64_t offset;      /* of the frame, in bytes from the start of the codestream */
  uint64_t duration;    /* ticks until the next entry; unreliable in practice */
  uint64_t num_frames;  /* shown until the next entry, or all that remain */
  uint64_t first_frame; /* number of the first shown frame from there on: the sum of the entries before */
} JxlpoolFrameIndexEntry;

/* JXLPOOL_END: the file has none. JXLPOOL_CORRUPT: it has one that makes no sense. */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_get_frame_index(JxlpoolDecoder* decoder, JxlpoolFrameIndex* index);
/* JXLPOOL_END: there are fewer entries. */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_get_frame_index_entry(JxlpoolDecoder* decoder, uint64_t index,
                                                                JxlpoolFrameIndexEntry* entry);

typedef enum JxlpoolSeek {
  JXLPOOL_SEEK_EXACT = 0, /* reads the headers of all frames before */
  /* Starts at an entry of the file's frame index, if that agrees with the frames from this entry to the next and if
     they need no frame before; else as above. If the counts of earlier entries are wrong, it is another frame. */
  JXLPOOL_SEEK_USE_INDEX = 1
} JxlpoolSeek;

/* Makes next_frame deliver frame `index` (JxlpoolFrameInfo.index), forwards or backwards, with the same pixels as if
 * all frames before had been decoded, and so on from there. Only frames that it is made from are decoded. JXLPOOL_END:
 * there are fewer frames; nothing changed then. Errors: all; they repeat themselves as those of decode_frame do. */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_seek_frame(JxlpoolDecoder* decoder, uint32_t index, JxlpoolSeek how);

/* ---- Gain maps --------------------------------------------------------------------------------------------------- */

/* An HDR gain map (the jhgm box): an image that tells how to brighten the main one. This library takes it apart; the
 * map itself is one more image to decode, and applying it is the caller's. */
typedef struct JxlpoolGainMap {
  size_t struct_size;
  const uint8_t* metadata; /* as in ISO 21496-1; this and the following may have no bytes */
  size_t metadata_size;
  const uint8_t* icc; /* profile of the gain map's application space */
  size_t icc_size;
  const uint8_t* codestream; /* the map: a bare codestream, for jxlpool_decoder_open_memory of another decoder */
  size_t codestream_size;
  int has_color_encoding; /* see jxlpool_decoder_get_gain_map_color_encoding */
} JxlpoolGainMap;

/* The first gain map of the file. JXLPOOL_END: there is none. Errors: JXLPOOL_CORRUPT, JXLPOOL_UNSUPPORTED,
 * JXLPOOL_NEED_MORE_INPUT, JXLPOOL_MEMORY_LIMIT, JXLPOOL_SIZE_LIMIT; they do not affect the image. */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_get_gain_map(JxlpoolDecoder* decoder, JxlpoolGainMap* gain_map);
/* Its color encoding as fields. JXLPOOL_END: there is none. Errors: as above. */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_get_gain_map_color_encoding(JxlpoolDecoder* decoder,
                                                                      JxlpoolColorEncoding* encoding);

/* ---- JPEG reconstruction ----------------------------------------------------------------------------------------- */

/* Receives the next `size` bytes of a file, valid during the call only, on the thread that called. Returning non-zero
 * stops with JXLPOOL_CANCELLED. What it may call on this decoder is said at the top. */
typedef int (*JxlpoolBytesCallback)(void* opaque, const uint8_t* data, size_t size);

/* Writes the JPEG file that the image was losslessly made from, byte for byte, from front to back; at any time while an
 * image is open, without disturbing the frames. JXLPOOL_END: the file holds no data for that, and nothing was written.
 * Errors: all; JXLPOOL_CORRUPT and JXLPOOL_UNSUPPORTED mean that the data does not make a JPEG of this image, and say
 * nothing about its pixels. A part of the file may have been written then. Memory: a JPEG with one scan (baseline) is
 * written while it is decoded, row by row of groups; the nonzero coefficients of others are kept, which take about
 * twice the size of the JPEG. */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_reconstruct_jpeg(JxlpoolDecoder* decoder, JxlpoolBytesCallback write,
                                                           void* opaque);

/* ---- Statistics -------------------------------------------------------------------------------------------------- */

typedef struct JxlpoolMemoryUse {
  uint64_t live_bytes; /* now */
  uint64_t peak_bytes; /* at most, since creation or reset */
} JxlpoolMemoryUse;

typedef struct JxlpoolDecoderStatistics {
  size_t struct_size;
  uint64_t memory_limit; /* bytes, 0: none */
  JxlpoolMemoryUse total;
  uint32_t num_categories;
  JxlpoolMemoryUse categories[JXLPOOL_MAX_CATEGORIES]; /* peaks of different categories need not coincide */
  uint64_t copied_input_bytes;                         /* input that could not be used where it lay */
  uint64_t matrices_created; /* two- and three-dimensional arrays of samples or coefficients */
  uint64_t matrices_released;
  uint64_t matrices_active; /* now; 0 without an open image: else there is a leak */
  uint64_t matrices_peak;
} JxlpoolDecoderStatistics;

/* What this decoder holds of its pool's memory. */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_get_statistics(const JxlpoolDecoder* decoder,
                                                         JxlpoolDecoderStatistics* statistics);

/* Peaks start from what is live now; copied_input_bytes and matrices from 0. */
JXLPOOL_API void jxlpool_decoder_reset_statistics(JxlpoolDecoder* decoder);

/* Bounds, for files as encoders write them, of what decoding all frames in their order takes with the decoder's
 * options, in bytes as memory_limit counts them. They are no promise: a file that was built to need more exceeds them,
 * and if the bound is its memory_limit, it ends with JXLPOOL_MEMORY_LIMIT. Only memory_limit bounds every file. Not
 * included are the preview, contents of boxes that are asked for later, gain maps and JPEG reconstruction. */
typedef struct JxlpoolMemoryEstimate {
  size_t struct_size;
  uint64_t parallel;   /* with JXLPOOL_MODE_PARALLEL */
  uint64_t streaming;  /* with JXLPOOL_MODE_STREAMING */
  uint64_t one_thread; /* the least: what JXLPOOL_MODE_AUTOMATIC can make do with */
} JxlpoolMemoryEstimate;

/* Reads the headers and tables of contents of all frames, what all groups of a frame share (LfGlobal, HfGlobal), and
 * how Modular groups begin; no samples. Where that is missing or damaged, the headers alone are judged.
 * `streamed_pixel_bytes` is the number of bytes per pixel of all outputs that will be delivered through callbacks; 0 if
 * none is. REQUIRES: an image is open. Errors: those of damaged or truncated headers. */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_estimate_memory(JxlpoolDecoder* decoder, uint32_t streamed_pixel_bytes,
                                                          JxlpoolMemoryEstimate* estimate);

/* Makes the pool hold what decoding the first frame will take, in physical memory, so that the decode itself finds its
 * blocks in the pool and causes no page faults: for applications that have time between opening an image and showing
 * it. Reads and decodes a few sections for that, in the calling thread: up to a fifth of the time of the decode, less
 * of larger images. The blocks are charged to memory_limit meanwhile, as those of the decode will be.
 * `streamed_pixel_bytes` as above: the number of bytes per pixel of the output, if it is delivered through a callback.
 * Frames that refer to others are left out. REQUIRES: an image is open. Errors: all, of which none affects the image;
 * JXLPOOL_MEMORY_LIMIT also if the pool may not keep as much (max_cached_bytes): what fits is kept then. */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_prewarm(JxlpoolDecoder* decoder, uint32_t streamed_pixel_bytes);

/* What a category is called, e.g. "coefficients"; "" for index >= num_categories. Static storage. */
JXLPOOL_API const char* jxlpool_category_name(uint32_t index);
/* The same for element types, e.g. "float". */
JXLPOOL_API const char* jxlpool_element_type_name(uint32_t index);

/* ---- Memory over time -------------------------------------------------------------------------------------------- */

typedef struct JxlpoolMemorySample {
  size_t struct_size;
  uint64_t time_ns;     /* since the start of the profile */
  uint64_t total_bytes; /* in use by the decoder: the sum of the categories */
  uint64_t category_bytes[JXLPOOL_MAX_CATEGORIES];
} JxlpoolMemorySample;

typedef struct JxlpoolMemoryStage {
  size_t struct_size;
  const char* name; /* e.g. "open", "decode frame"; static storage */
  uint32_t frame;   /* decode frame: JxlpoolFrameInfo.index; else 0 */
  uint64_t begin_ns;
  uint64_t end_ns;
} JxlpoolMemoryStage;

/* Records from now on what the decoder has in use, in at most `max_samples` samples: of intervals that become longer as
 * time goes by, each the highest of its interval. Costs time; for tools. 0 samples: stops. Errors:
 * JXLPOOL_MEMORY_LIMIT, JXLPOOL_INVALID_ARGUMENT. */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_start_profile(JxlpoolDecoder* decoder, uint32_t max_samples);

/* Sample `index` in the order of time. JXLPOOL_END: there are fewer. */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_get_profile_sample(const JxlpoolDecoder* decoder, uint32_t index,
                                                             JxlpoolMemorySample* sample);
/* The highest of all. JXLPOOL_END: there is none. */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_get_profile_peak(const JxlpoolDecoder* decoder, JxlpoolMemorySample* sample);
/* Stage `index` in the order of their beginnings. JXLPOOL_END: there are fewer. */
JXLPOOL_API JxlpoolStatus jxlpool_decoder_get_profile_stage(const JxlpoolDecoder* decoder, uint32_t index,
                                                            JxlpoolMemoryStage* stage);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* JXLPOOL_JXLPOOL_H_ */
