/* Files are read, not mapped: for thousands of small ones a read each costs an
 * eighth of a mapping each.  The size is asked for first, so that one read fetches the
 * whole; only where it is unknown or wrong is there a second.  A small file among others is
 * read without asking, where a read's end says whether it was the file's. */
#include "base/base.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/magic.h>
#include <sys/vfs.h>
#endif

enum {
    PAGE = 4096, /* or some of these */
    STREAM_ROOM = 64 * 1024,   /* for each read of what has no size: a pipe holds as much */
    STREAM_STEP = 1024 * 1024, /* put aside at once of that */
    FOLDER_PAYS = 40,          /* names looked up cost what opening and closing a folder does */
    SMALL_FILE = 1024 * 1024,
};

void file_reserve(FileText *text, size_t size)
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

int file_read_fd(FileText *text, int fd)
{
    text->len = 0;
    file_reserve(text, STREAM_ROOM);
    for (;;) {
        size_t room = text->cap - FILE_PADDING - text->len, count = 0;
        int error = read_some(fd, text->ptr + text->len, room, &count);
        text->len += count;
        if (error || count == 0) {
            memset(text->ptr + text->len, 0, FILE_PADDING);
            return error;
        }
        if (count == room)
            file_reserve(text, text->cap * 2);
    }
}

/* Asks an open file what it is. */
static int file_look(FileHandle *file)
{
    struct stat status;
    if (file->fd < 0)
        return errno;
    int error = fstat(file->fd, &status) ? errno : 0;
    if (!error && S_ISDIR(status.st_mode))
        error = EISDIR;
    if (error)
        file_close(file);
    file->regular = !error && S_ISREG(status.st_mode);
    file->size = file->regular && status.st_size > 0 ? (uint64_t)status.st_size : 0;
    return error;
}

int file_open(FileHandle *file, const char *path)
{
    *file = (FileHandle){.fd = open(path, O_RDONLY | O_CLOEXEC)};
    return file_look(file);
}

void file_close(FileHandle *file)
{
    if (file->fd >= 0)
        close(file->fd);
    file->fd = -1;
}

/* ---- many files of a folder ---- */

#ifdef O_PATH
enum { FOLDER_FLAGS = O_PATH | O_DIRECTORY | O_CLOEXEC };
#else
enum { FOLDER_FLAGS = O_RDONLY | O_DIRECTORY | O_CLOEXEC };
#endif

void folder_close(FileFolder *folder)
{
    if (folder->fd > 0)
        close(folder->fd);
    *folder = (FileFolder){.fd = 0};
}

/* Whether files there are read from the page cache, in which a file's end is within a page and
 * nothing else makes a read end there: of a few file systems that is known. */
static bool is_paged(int fd)
{
#if defined(__linux__) && defined(XFS_SUPER_MAGIC)
    struct statfs system;
    if (fd < 0 || fstatfs(fd, &system))
        return false;
    switch ((uint32_t)system.f_type) {
    case EXT4_SUPER_MAGIC:
    case XFS_SUPER_MAGIC:
    case BTRFS_SUPER_MAGIC:
    case TMPFS_MAGIC:
    case OVERLAYFS_SUPER_MAGIC: return true;
    default: break;
    }
#endif
    (void)fd;
    return false;
}

/* Begins anew where the path is of another folder.  Returns the file's name. */
static const char *folder_meet(FileFolder *folder, Str path)
{
    const char *slash = bytes_last(path.ptr, '/', path.len);
    Str prefix = str_slice(path.ptr, slash ? (size_t)(slash + 1 - path.ptr) : 0);
    if (!str_eq(folder->path, prefix)) {
        folder_close(folder);
        folder->path = prefix;
        for (size_t i = 0; i < prefix.len; i++)
            folder->depth += prefix.ptr[i] == '/';
    }
    return prefix.ptr + prefix.len;
}

/* As open(path), which it falls back to: so errors are the same. */
static int folder_open(FileFolder *folder, Str path)
{
    const char *name = folder_meet(folder, path);
    if (!folder->fd && folder->walked >= FOLDER_PAYS) {
        char *way = mem_resize(NULL, folder->path.len + 1);
        memcpy(way, folder->path.ptr, folder->path.len);
        way[folder->path.len] = '\0';
        folder->fd = open(way, FOLDER_FLAGS);
        mem_free(way);
    }
    if (folder->fd > 0) {
        int fd = openat(folder->fd, name, O_RDONLY | O_CLOEXEC);
        if (fd >= 0)
            return fd;
        if (errno == EMFILE) { /* it has the last one */
            close(folder->fd);
            folder->fd = -1;
        }
    }
    folder->walked += folder->depth;
    return open(path.ptr, O_RDONLY | O_CLOEXEC);
}

int file_open_small(FileHandle *file, FileFolder *folder, Str path, char *into, size_t most,
                    size_t *got)
{
    *file = (FileHandle){.fd = folder_open(folder, path), .regular = true};
    if (++folder->files == 2) /* for a single one it does not pay */
        folder->paged = is_paged(file->fd);
    ssize_t read = file->fd >= 0 && most && folder->paged ? pread(file->fd, into, most, 0) : 0;
    *got = read > 0 ? (size_t)read : 0;
    if (*got < most && *got % PAGE) {
        file->size = *got;
        return 0;
    }
    /* Where a small file ends costs less to ask than what it is. */
    off_t end = file->fd < 0 ? -1 : lseek(file->fd, 0, SEEK_END);
    if (end <= 0 || end > SMALL_FILE) {
        if (end > 0)
            (void)lseek(file->fd, 0, SEEK_SET);
        return file_look(file);
    }
    file->size = (uint64_t)end;
    return 0;
}

int file_open_found(FileHandle *file, FileFolder *folder, Str path)
{
    size_t got;
    return file_open_small(file, folder, path, NULL, 0, &got);
}

int file_read_open(FileText *text, const FileHandle *file)
{
    text->len = 0;
    text->regular = file->regular;
    return file->size ? file_read_more(text, file->fd, 0, (size_t)file->size)
                      : file_read_fd(text, file->fd);
}

int file_read(FileText *text, const char *path)
{
    FileHandle file;
    text->len = 0;
    text->regular = false;
    int error = file_open(&file, path);
    if (error)
        return error;
    error = file_read_open(text, &file);
    file_close(&file);
    return error;
}

int file_read_more(FileText *text, int fd, uint64_t offset, size_t size)
{
    file_reserve(text, text->len + size);
    int error = 0;
    while (size && !error) {
        ssize_t got = pread(fd, text->ptr + text->len, size, (off_t)offset);
        if (got == 0)
            break;
        if (got > 0) {
            text->len += (size_t)got;
            offset += (uint64_t)got;
            size -= (size_t)got;
        } else if (errno != EINTR) {
            error = errno;
        }
    }
    memset(text->ptr + text->len, 0, FILE_PADDING);
    return error;
}

int file_read_span(FileText *text, int fd, uint64_t offset, size_t least, size_t most)
{
    text->len = 0;
    file_reserve(text, most);
    int error = 0;
    while (text->len < least && !error) {
        ssize_t got = pread(fd, text->ptr + text->len, most - text->len,
                            (off_t)(offset + text->len));
        if (got > 0)
            text->len += (size_t)got;
        else if (got == 0)
            error = EIO;
        else if (errno != EINTR)
            error = errno;
    }
    memset(text->ptr + text->len, 0, FILE_PADDING);
    return error;
}

int file_read_at(FileText *text, const char *path, uint64_t offset, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    int error = file_read_span(text, fd, offset, size, size);
    close(fd);
    return error;
}

/* ---- what cannot be read twice ---- */

int file_stream(FileText *text, int fd, size_t most, bool *ended)
{
    int error = 0;
    *ended = false;
    while (text->len < most && !*ended && !error) {
        if (text->cap < text->len + STREAM_ROOM + FILE_PADDING)
            file_reserve(text, text->len + (text->len > STREAM_ROOM ? text->len : STREAM_ROOM));
        size_t room = text->cap - FILE_PADDING - text->len, wanted = most - text->len, count;
        error = read_some(fd, text->ptr + text->len, room < wanted ? room : wanted, &count);
        text->len += count;
        *ended = !error && count == 0;
    }
    file_reserve(text, text->len);
    memset(text->ptr + text->len, 0, FILE_PADDING);
    return error;
}

static bool write_all(int fd, const char *bytes, size_t size)
{
    while (size) {
        ssize_t put = write(fd, bytes, size);
        if (put < 0 && errno != EINTR)
            return false;
        if (put > 0) {
            bytes += put;
            size -= (size_t)put;
        }
    }
    return true;
}

/* A file without a name, which goes with its descriptor; -1 where none can be had.  That it may
 * not be as large as we want is an error of the write then, and does not end the program. */
static int nameless_file(void)
{
    (void)signal(SIGXFSZ, SIG_IGN);
    const char *folder = getenv("TMPDIR");
    char path[4096];
    if (!folder || !*folder)
        folder = "/tmp";
    int length = snprintf(path, sizeof path, "%s/plimsoll-XXXXXX", folder);
    if (length < 0 || (size_t)length >= sizeof path)
        return -1;
    int fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        unlink(path);
    return fd;
}

/* The text again as it was: what was put aside, and what was read since. */
static int spill_undo(FileText *text, FileHandle *spilled)
{
    FileText whole = {0};
    size_t size = (size_t)spilled->size;
    int error = file_read_span(&whole, spilled->fd, 0, size, size);
    file_close(spilled);
    if (!error && text->len) {
        file_reserve(&whole, whole.len + text->len);
        memcpy(whole.ptr + whole.len, text->ptr, text->len + FILE_PADDING);
        whole.len += text->len;
    }
    file_free(text);
    *text = whole;
    return error;
}

int file_spill(FileText *text, int fd, size_t most, FileHandle *spilled)
{
    bool ended;
    *spilled = (FileHandle){.fd = -1};
    int error = file_stream(text, fd, most, &ended);
    if (error || ended)
        return error;
    *spilled = (FileHandle){.fd = nameless_file(), .regular = true};
    while (spilled->fd >= 0) {
        if (!write_all(spilled->fd, text->ptr, text->len)) {
            error = spill_undo(text, spilled);
            break;
        }
        spilled->size += text->len;
        text->len = 0;
        if (ended)
            return 0;
        error = file_stream(text, fd, STREAM_STEP, &ended);
        if (error) {
            int lost = spill_undo(text, spilled);
            return lost ? lost : error;
        }
    }
    return error ? error : file_stream(text, fd, SIZE_MAX, &ended);
}

void file_free(FileText *text)
{
    mem_free(text->ptr);
    *text = (FileText){0};
}

void file_table_apart(void)
{
/* Where it is refused the table stays shared, which is as good; ThreadSanitizer knows only one. */
#if defined(CLONE_FILES) && !defined(__SANITIZE_THREAD__)
    (void)unshare(CLONE_FILES);
#endif
}
