/* Files are read, not mapped: for thousands of small ones a read each costs an
 * eighth of a mapping each.  The size from fstat lets one read fetch the whole;
 * only where the size is unknown or wrong is there a second. */
#include "base/base.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void file_reserve(FileText *text, size_t size)
{
    if (size > SIZE_MAX / 2)
        fatal("a file of %zu bytes is too large", size);
    if (text->cap < size + FILE_PADDING) {
        /* The old bytes are of no use: freeing first spares the copy. */
        if (text->len == 0) {
            mem_free(text->ptr);
            text->ptr = NULL;
        }
        text->cap = size + FILE_PADDING;
        text->ptr = mem_resize(text->ptr, text->cap);
    }
}

static int read_some(int fd, char *into, size_t size, size_t *count)
{
    ssize_t got = read(fd, into, size);
    *count = got >= 0 ? (size_t)got : 0;
    return got >= 0 ? 0 : errno;
}

int file_read_fd(FileText *text, int fd, size_t expected)
{
    text->len = 0;
    file_reserve(text, expected ? expected : 64 * 1024);
    for (;;) {
        size_t room = text->cap - FILE_PADDING - text->len;
        /* One byte more than expected fits into the padding: a full read of the
         * expected size plus nothing says "this was the end". */
        size_t count = 0;
        int error = read_some(fd, text->ptr + text->len, room + 1, &count);
        if (error) {
            file_reserve(text, text->len);
            memset(text->ptr + text->len, 0, FILE_PADDING);
            return error;
        }
        text->len += count;
        if (count == 0 || (expected && text->len == expected))
            break;
        if (text->len + FILE_PADDING > text->cap || count == room + 1)
            file_reserve(text, text->cap * 2);
    }
    file_reserve(text, text->len);
    memset(text->ptr + text->len, 0, FILE_PADDING);
    return 0;
}

int file_read(FileText *text, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    text->len = 0;
    text->regular = false;
    if (fd < 0)
        return errno;
    struct stat status;
    int error = fstat(fd, &status) ? errno : 0;
    if (!error && S_ISDIR(status.st_mode))
        error = EISDIR;
    text->regular = !error && S_ISREG(status.st_mode);
    if (!error)
        error = file_read_fd(text, fd,
                             text->regular && status.st_size > 0 ? (size_t)status.st_size : 0);
    close(fd);
    return error;
}

int file_read_at(FileText *text, const char *path, uint64_t offset, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    text->len = 0;
    file_reserve(text, size);
    int error = 0;
    while (text->len < size && !error) {
        ssize_t got = pread(fd, text->ptr + text->len, size - text->len,
                            (off_t)(offset + text->len));
        if (got > 0)
            text->len += (size_t)got;
        else if (got == 0)
            error = EIO;
        else if (errno != EINTR)
            error = errno;
    }
    close(fd);
    memset(text->ptr + text->len, 0, FILE_PADDING);
    return error;
}

void file_free(FileText *text)
{
    mem_free(text->ptr);
    *text = (FileText){0};
}
