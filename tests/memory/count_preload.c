/* Counts calls into the heap of the program that it is preloaded into. Whenever the program reads the clock, the count
 * so far is noted; at its end all of them go to the file that JXLPOOL_COUNT_FILE names, one per line. glibc only. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* old, size_t size);
void* __libc_memalign(size_t alignment, size_t size);

enum { kMaxReadings = 4096 };

static atomic_ullong calls;
static atomic_uint num_readings;
static unsigned long long readings[kMaxReadings];

int clock_gettime(clockid_t clock, struct timespec* time) {
  const unsigned reading = num_readings++;
  if (reading < kMaxReadings) readings[reading] = calls;
  return (int)syscall(SYS_clock_gettime, clock, time);
}

void* malloc(size_t size) {
  ++calls;
  return __libc_malloc(size);
}
void* calloc(size_t count, size_t size) {
  ++calls;
  return __libc_calloc(count, size);
}
void* realloc(void* old, size_t size) {
  ++calls;
  return __libc_realloc(old, size);
}
void* aligned_alloc(size_t alignment, size_t size) {
  ++calls;
  return __libc_memalign(alignment, size);
}
void* memalign(size_t alignment, size_t size) {
  ++calls;
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** out, size_t alignment, size_t size) {
  ++calls;
  void* block = __libc_memalign(alignment, size);
  if (block == NULL) return ENOMEM;
  *out = block;
  return 0;
}
void* mmap(void* at, size_t size, int protection, int flags, int file, off_t offset) {
  ++calls;
  return (void*)syscall(SYS_mmap, at, size, protection, flags, file, offset);
}

__attribute__((destructor)) static void Report(void) {
  const char* path = getenv("JXLPOOL_COUNT_FILE");
  const int file = path == NULL ? -1 : open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (file < 0) return;
  for (unsigned i = 0; i < num_readings && i < kMaxReadings; ++i) {
    char text[32];
    const int length = snprintf(text, sizeof(text), "%llu\n", readings[i]);
    if (write(file, text, (size_t)length) != length) _exit(1);
  }
  close(file);
}
