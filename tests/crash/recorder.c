/* Notes what a program asks of the file system, in the order in which it was done. Loaded before the C library
 * (LD_PRELOAD). RECORD_TO names the file of the notes, RECORD_BELOW the folder whose files are of interest.
 *
 * A note: kind (1 byte), then three parts, each with its length before it (8 bytes, little-endian): path, second
 * path or nothing, bytes written; then one number (8 bytes): the offset of a write, or a size.
 * Calls that copy between files inside the kernel are refused, so that their bytes come by as writes. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define FILES 1024

static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static char *paths[FILES];
static int notes = -1;
static const char *below;
static size_t below_length;
static struct stat standard_output;

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void) {
    const char *to = getenv("RECORD_TO");
    below = getenv("RECORD_BELOW");
    if (to == NULL || below == NULL) return;
    below_length = strlen(below);
    if (fstat(STDOUT_FILENO, &standard_output) != 0) abort();
    int file = (int)syscall(SYS_openat, AT_FDCWD, to, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    /* Out of the way of the numbers that the program gets. */
    notes = fcntl(file, F_DUPFD_CLOEXEC, FILES);
    syscall(SYS_close, file);
    if (notes < 0) abort();
}

static int wanted(const char *path) {
    return notes >= 0 && path != NULL && strncmp(path, below, below_length) == 0;
}

static void put(const void *bytes, size_t length) {
    const char *next = bytes;
    while (length > 0) {
        long wrote = syscall(SYS_write, notes, next, length);
        if (wrote < 0 && errno != EINTR) abort();
        if (wrote > 0) { next += wrote; length -= (size_t)wrote; }
    }
}

static void put_part(const void *bytes, uint64_t length) {
    put(&length, sizeof length);
    put(bytes, length);
}

static void note(char kind, const char *path, const char *second, const void *bytes, size_t length, uint64_t number) {
    int before = errno;
    put(&kind, 1);
    put_part(path, strlen(path));
    put_part(second ? second : "", second ? strlen(second) : 0);
    put_part(bytes ? bytes : "", length);
    put(&number, sizeof number);
    errno = before;
}

/* The path that a path leads to; paths relative to other folders than the present one are not used by the program. */
static char *absolute(const char *path) {
    if (path[0] == '/') return strdup(path);
    char folder[PATH_MAX];
    if (getcwd(folder, sizeof folder) == NULL) abort();
    char *whole = malloc(strlen(folder) + strlen(path) + 2);
    if (whole == NULL) abort();
    strcpy(whole, folder);
    strcat(whole, "/");
    strcat(whole, path);
    return whole;
}

/* Also through a copy of the descriptor. */
static int is_standard_output(int file) {
    struct stat found;
    return notes >= 0 && fstat(file, &found) == 0 && found.st_dev == standard_output.st_dev &&
           found.st_ino == standard_output.st_ino;
}

static const char *path_of(int file) { return file >= 0 && file < FILES ? paths[file] : NULL; }

static int opened(int file, const char *path, int flags) {
    if (file < 0 || notes < 0) return file;
    char *whole = absolute(path);
    if (wanted(whole) && file < FILES) {
        free(paths[file]);
        paths[file] = whole;
        if (flags & O_CREAT) note('c', whole, NULL, NULL, 0, 0);
        if (flags & O_TRUNC) note('t', whole, NULL, NULL, 0, 0);
    } else {
        free(whole);
    }
    return file;
}

#define OPEN(name)                                                       \
    int name(const char *path, int flags, ...) {                         \
        va_list more;                                                    \
        va_start(more, flags);                                           \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0; \
        va_end(more);                                                    \
        pthread_mutex_lock(&lock);                                       \
        int file = opened(NEXT(name)(path, flags, mode), path, flags);   \
        pthread_mutex_unlock(&lock);                                     \
        return file;                                                     \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                     \
    int name(int folder, const char *path, int flags, ...) {             \
        va_list more;                                                    \
        va_start(more, flags);                                           \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0; \
        va_end(more);                                                    \
        pthread_mutex_lock(&lock);                                       \
        int file = NEXT(name)(folder, path, flags, mode);                \
        if (folder == AT_FDCWD || path[0] == '/') opened(file, path, flags); \
        pthread_mutex_unlock(&lock);                                     \
        return file;                                                     \
    }
OPENAT(openat)
OPENAT(openat64)

int close(int file) {
    pthread_mutex_lock(&lock);
    if (file >= 0 && file < FILES) {
        free(paths[file]);
        paths[file] = NULL;
    }
    int result = NEXT(close)(file);
    pthread_mutex_unlock(&lock);
    return result;
}

ssize_t write(int file, const void *bytes, size_t length) {
    pthread_mutex_lock(&lock);
    ssize_t wrote = NEXT(write)(file, bytes, length);
    if (wrote > 0 && path_of(file)) {
        note('w', path_of(file), NULL, bytes, (size_t)wrote, (uint64_t)(lseek(file, 0, SEEK_CUR) - wrote));
    } else if (wrote > 0 && is_standard_output(file)) {
        /* What the program says. */
        note('a', "", NULL, bytes, (size_t)wrote, 0);
    }
    pthread_mutex_unlock(&lock);
    return wrote;
}

#define PWRITE(name, offset_type)                                        \
    ssize_t name(int file, const void *bytes, size_t length, offset_type offset) { \
        pthread_mutex_lock(&lock);                                       \
        ssize_t wrote = NEXT(name)(file, bytes, length, offset);         \
        if (wrote > 0 && path_of(file)) note('w', path_of(file), NULL, bytes, (size_t)wrote, (uint64_t)offset); \
        pthread_mutex_unlock(&lock);                                     \
        return wrote;                                                    \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define TRUNCATE(name, size_type)                                        \
    int name(int file, size_type size) {                                 \
        pthread_mutex_lock(&lock);                                       \
        int result = NEXT(name)(file, size);                             \
        if (result == 0 && path_of(file)) note('t', path_of(file), NULL, NULL, 0, (uint64_t)size); \
        pthread_mutex_unlock(&lock);                                     \
        return result;                                                   \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define SYNC(name)                                                       \
    int name(int file) {                                                 \
        pthread_mutex_lock(&lock);                                       \
        int result = NEXT(name)(file);                                   \
        if (result == 0 && path_of(file)) note('s', path_of(file), NULL, NULL, 0, 0); \
        pthread_mutex_unlock(&lock);                                     \
        return result;                                                   \
    }
SYNC(fsync)
SYNC(fdatasync)

static void named(char kind, const char *from, const char *to) {
    char *first = absolute(from);
    char *second = to ? absolute(to) : NULL;
    if (wanted(first) || wanted(second)) note(kind, first, second, NULL, 0, 0);
    free(first);
    free(second);
}

int rename(const char *from, const char *to) {
    pthread_mutex_lock(&lock);
    int result = NEXT(rename)(from, to);
    if (result == 0) named('r', from, to);
    pthread_mutex_unlock(&lock);
    return result;
}

int link(const char *from, const char *to) {
    pthread_mutex_lock(&lock);
    int result = NEXT(link)(from, to);
    if (result == 0) named('l', from, to);
    pthread_mutex_unlock(&lock);
    return result;
}

int linkat(int a, const char *from, int b, const char *to, int flags) {
    pthread_mutex_lock(&lock);
    int result = NEXT(linkat)(a, from, b, to, flags);
    if (result == 0) named('l', from, to);
    pthread_mutex_unlock(&lock);
    return result;
}

int unlink(const char *path) {
    pthread_mutex_lock(&lock);
    int result = NEXT(unlink)(path);
    if (result == 0) named('u', path, NULL);
    pthread_mutex_unlock(&lock);
    return result;
}

static int refuse(void) {
    errno = ENOSYS;
    return -1;
}

ssize_t copy_file_range(int a, off64_t *b, int c, off64_t *d, size_t e, unsigned int f) {
    (void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
    return refuse();
}

ssize_t sendfile64(int a, int b, off64_t *c, size_t d) {
    (void)a, (void)b, (void)c, (void)d;
    return refuse();
}
