/* Another day for every program that asks the time through the system's C library: what it reads of the wall clock and of
 * files' stamps is SHIFT seconds later, and what it stamps files with is as much earlier. Clocks that only measure stay.
 * Not libfaketime: it leaves statx to the kernel, which Node asks, and stat64, which git asks. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <utime.h>

typedef long system_call(long number, ...);

static system_call *kernel(void) {
  static system_call *next;
  if (next == NULL) next = (system_call *)dlsym(RTLD_NEXT, "syscall");
  return next;
}

/* The clock */

static int read_clock(clockid_t clock, struct timespec *at) {
  static __typeof__(&clock_gettime) next;
  if (next == NULL) next = (__typeof__(&clock_gettime))dlsym(RTLD_NEXT, "clock_gettime");
  int status = next(clock, at);
  int is_wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
  if (status == 0 && is_wall) at->tv_sec += SHIFT;
  return status;
}

int clock_gettime(clockid_t clock, struct timespec *at) { return read_clock(clock, at); }

int timespec_get(struct timespec *at, int base) {
  return base == TIME_UTC && read_clock(CLOCK_REALTIME, at) == 0 ? base : 0;
}

int gettimeofday(struct timeval *restrict at, void *restrict zone) {
  struct timespec now;
  read_clock(CLOCK_REALTIME, &now);
  *at = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
  if (zone != NULL) *(struct timezone *)zone = (struct timezone){0, 0};
  return 0;
}

time_t time(time_t *at) {
  struct timespec now;
  read_clock(CLOCK_REALTIME_COARSE, &now);
  if (at != NULL) *at = now.tv_sec;
  return now.tv_sec;
}

/* Stamps that are read */

static int read_stat(int folder, const char *path, struct stat *found, int flags) {
  int status = (int)kernel()(SYS_newfstatat, folder, path, found, flags);
  if (status == 0) {
    found->st_atim.tv_sec += SHIFT;
    found->st_mtim.tv_sec += SHIFT;
    found->st_ctim.tv_sec += SHIFT;
  }
  return status;
}

static void shift_statx(struct statx *found) {
  found->stx_atime.tv_sec += SHIFT;
  found->stx_mtime.tv_sec += SHIFT;
  found->stx_ctime.tv_sec += SHIFT;
  found->stx_btime.tv_sec += SHIFT;
}

int stat(const char *restrict path, struct stat *restrict found) { return read_stat(AT_FDCWD, path, found, 0); }
int lstat(const char *restrict path, struct stat *restrict found) {
  return read_stat(AT_FDCWD, path, found, AT_SYMLINK_NOFOLLOW);
}
int fstat(int file, struct stat *found) { return read_stat(file, "", found, AT_EMPTY_PATH); }
int fstatat(int folder, const char *restrict path, struct stat *restrict found, int flags) {
  return read_stat(folder, path, found, flags);
}

int __xstat(int version, const char *path, struct stat *found) { return (void)version, stat(path, found); }
int __lxstat(int version, const char *path, struct stat *found) { return (void)version, lstat(path, found); }
int __fxstat(int version, int file, struct stat *found) { return (void)version, fstat(file, found); }
int __fxstatat(int version, int folder, const char *path, struct stat *found, int flags) {
  return (void)version, fstatat(folder, path, found, flags);
}

/* On 64-bit machines programs that were built for large files call the same by another name */
__asm__(".globl stat64, lstat64, fstat64, fstatat64, __xstat64, __lxstat64, __fxstat64, __fxstatat64\n"
        ".set stat64, stat\n.set lstat64, lstat\n.set fstat64, fstat\n.set fstatat64, fstatat\n"
        ".set __xstat64, __xstat\n.set __lxstat64, __lxstat\n.set __fxstat64, __fxstat\n"
        ".set __fxstatat64, __fxstatat\n");

int statx(int folder, const char *restrict path, int flags, unsigned int mask, struct statx *restrict found) {
  int status = (int)kernel()(SYS_statx, folder, path, flags, mask, found);
  if (status == 0) shift_statx(found);
  return status;
}

/* Programs that ask the kernel without the library's function for it */
long syscall(long number, ...) {
  va_list rest;
  va_start(rest, number);
  long a = va_arg(rest, long), b = va_arg(rest, long), c = va_arg(rest, long);
  long d = va_arg(rest, long), e = va_arg(rest, long), f = va_arg(rest, long);
  va_end(rest);
  long result = kernel()(number, a, b, c, d, e, f);
  if (number == SYS_statx && result == 0) shift_statx((struct statx *)e);
  return result;
}

/* Stamps that are written */

static struct timespec earlier(struct timespec at) {
  if (at.tv_nsec != UTIME_NOW && at.tv_nsec != UTIME_OMIT) at.tv_sec -= SHIFT;
  return at;
}

static int stamp(int folder, const char *path, const struct timespec at[2], int flags) {
  if (at == NULL) return (int)kernel()(SYS_utimensat, folder, path, NULL, flags);
  struct timespec shifted[2] = {earlier(at[0]), earlier(at[1])};
  return (int)kernel()(SYS_utimensat, folder, path, shifted, flags);
}

static int stamp_roughly(const char *path, const struct timeval at[2], int flags) {
  if (at == NULL) return stamp(AT_FDCWD, path, NULL, flags);
  struct timespec fine[2] = {{at[0].tv_sec, at[0].tv_usec * 1000}, {at[1].tv_sec, at[1].tv_usec * 1000}};
  return stamp(AT_FDCWD, path, fine, flags);
}

int utimensat(int folder, const char *path, const struct timespec at[2], int flags) {
  return stamp(folder, path, at, flags);
}
int futimens(int file, const struct timespec at[2]) { return stamp(file, NULL, at, 0); }
int utimes(const char *path, const struct timeval at[2]) { return stamp_roughly(path, at, 0); }
int lutimes(const char *path, const struct timeval at[2]) { return stamp_roughly(path, at, AT_SYMLINK_NOFOLLOW); }
int utime(const char *path, const struct utimbuf *at) {
  if (at == NULL) return stamp(AT_FDCWD, path, NULL, 0);
  return stamp_roughly(path, (struct timeval[2]){{at->actime, 0}, {at->modtime, 0}}, 0);
}
