/* base: what every room stands on: slices, arenas, interned strings, growable
 * arrays and buffers, checked output, files.  Nothing here knows YAML or
 * Kubernetes.
 *
 * Ownership: an Arena owns what was allocated in it until arena_reset or
 * arena_free.  A Str owns nothing.  Buf, Vec, Interner, Out and FileText own
 * their memory and have a *_free.
 * Errors: running out of memory is our own failure and ends the program through
 * fatal(); everything a user can cause is returned to the caller.
 * Units: every length is in bytes. */
#ifndef PLIMSOLL_BASE_H
#define PLIMSOLL_BASE_H

#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#if defined(__GNUC__)
#define BASE_PRINTF(string, first) __attribute__((format(printf, string, first)))
#define BASE_NORETURN __attribute__((noreturn))
/* Kept out of its caller, whose own way stays short. */
#define BASE_APART __attribute__((noinline))
/* Called where something is wrong: what leads there is laid out of the way. */
#define BASE_COLD __attribute__((cold))
#else
#define BASE_APART
#define BASE_COLD
#define BASE_PRINTF(string, first)
#define BASE_NORETURN
#endif

/* An id or index that names nothing. */
#define BASE_NONE UINT32_MAX

/* A word of eight bytes that are all that one. */
#define BASE_EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))

#define BASE_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- fatal.c: our own failure; prints "plimsoll: …" and exits with 2 ---- */
BASE_NORETURN void fatal(const char *format, ...) BASE_PRINTF(1, 2);

/* ---- memory.c: never NULL; what comes from here goes back by mem_free ---- */
void *mem_resize(void *old, size_t size); /* as realloc */
void *mem_zeroed(size_t size);            /* as calloc */
void *mem_sparse(size_t size); /* the same, of which little is written: pages come when they are */
/* Memory of a table that grows: at least so many bytes, of which `room` may be used, and is made
 * to grow up to `wanted` in place. */
void *mem_table(void *old, size_t least, size_t wanted, size_t *room);
/* The same in place: how many bytes may be used; 0 where there is no room for so many. */
size_t mem_extend(void *memory, size_t least);
void mem_free(void *memory);

/* ---- str.c: slices ---- */
typedef struct Str {
    const char *ptr;
    size_t len;
} Str;

#define STR(literal) ((Str){(literal), sizeof(literal) - 1})
#define STR_INIT(literal) {(literal), sizeof(literal) - 1}
/* For printf's "%.*s". */
#define STR_ARG(s) (int)(s).len, (s).ptr

static inline Str str_slice(const char *ptr, size_t len) { return (Str){ptr, len}; }
static inline Str str_of(const char *c_string) /* NULL gives the empty slice */
{
    return c_string ? str_slice(c_string, strlen(c_string)) : str_slice("", 0);
}
/* Whether two texts of one length are the same, where they mostly are, and short: eight or
 * four bytes a step, the last overlapping those before, without a call. */
static inline bool bytes_same(const char *a, const char *b, size_t len)
{
    uint64_t x, y;
    uint32_t u, v;
    if (len >= 8) {
        for (size_t at = 0; at + 8 < len; at += 8) {
            memcpy(&x, a + at, 8);
            memcpy(&y, b + at, 8);
            if (x != y)
                return false;
        }
        memcpy(&x, a + len - 8, 8);
        memcpy(&y, b + len - 8, 8);
        return x == y;
    }
    if (len >= 4) {
        memcpy(&u, a, 4);
        memcpy(&v, b, 4);
        if (u != v)
            return false;
        memcpy(&u, a + len - 4, 4);
        memcpy(&v, b + len - 4, 4);
        return u == v;
    }
    return len == 0 || (a[0] == b[0] && a[len / 2] == b[len / 2] && a[len - 1] == b[len - 1]);
}
/* The last such byte, or NULL. */
static inline const char *bytes_last(const char *bytes, char byte, size_t len)
{
#ifdef __APPLE__ /* whose C library has no memrchr */
    while (len && bytes[len - 1] != byte)
        len--;
    return len ? bytes + len - 1 : NULL;
#else
    return memrchr(bytes, byte, len);
#endif
}
static inline bool str_eq(Str a, Str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}
/* Characters of ASCII, whatever the locale. */
static inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
static inline bool is_alnum(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
/* What a hexadecimal digit stands for, in either case; -1: it is none. */
static inline int hex_value(char c)
{
    if (is_digit(c))
        return c - '0';
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}
static inline bool is_hex(char c) { return hex_value(c) >= 0; }
uint32_t hex_number(Str digits); /* all of them known to be such digits */
/* Of a literal the compiler knows the length, and compares in place. */
static inline bool str_is(Str s, const char *c_string) { return str_eq(s, str_of(c_string)); }
int str_compare(Str a, Str b); /* by bytes; a prefix comes first */
static inline bool str_starts(Str s, Str prefix)
{
    return s.len >= prefix.len && str_eq(str_slice(s.ptr, prefix.len), prefix);
}
static inline bool str_ends(Str s, Str suffix)
{
    return s.len >= suffix.len && str_eq(str_slice(s.ptr + s.len - suffix.len, suffix.len), suffix);
}
bool str_contains(Str s, Str part);
size_t str_find(Str s, char byte); /* its index, or s.len */
/* Takes what stands before the first such byte off the front of rest, and the byte with it;
 * all, where there is none. */
Str str_until(Str *rest, char byte);
Str str_until_text(Str *rest, Str mark); /* the same of a mark of several bytes */
Str str_trim(Str s);               /* without spaces, tabs, CR and LF at both ends */
/* A text in two words: all of one of up to STR_WORDS bytes, so that two of one length are the
 * same where their words are.  Of a longer one its last eight bytes, and all before them mixed. */
enum { STR_WORDS = 16 };
typedef struct StrWords {
    uint64_t low, high;
} StrWords;

#define HASH_FACTOR UINT64_C(0xD6E8FEB86659FD93)
/* One step of a hash: what it says of all before, and a word more. */
static inline uint64_t hash_mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * HASH_FACTOR;
    return hash ^ hash >> 32;
}

static inline uint32_t str_load4(const char *bytes)
{
    uint32_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}
static inline uint64_t str_load8(const char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}
static inline StrWords str_words(Str s)
{
    if (s.len - 4 <= STR_WORDS - 4) {
        /* Four times four bytes, which overlap as they have to: no branch on the length. */
        const char *end = s.ptr + s.len - 4;
        size_t step = s.len / 8 * 4;
        return (StrWords){str_load4(s.ptr) | (uint64_t)str_load4(s.ptr + step) << 32,
                          str_load4(end) | (uint64_t)str_load4(end - step) << 32};
    }
    StrWords words = {0, 0};
    if (s.len > STR_WORDS) {
        for (size_t at = 0; at + 8 < s.len; at += 8)
            words.low = hash_mix(words.low, str_load8(s.ptr + at));
        words.high = str_load8(s.ptr + s.len - 8);
    } else if (s.len)
        words.low = (uint64_t)(unsigned char)s.ptr[0] |
                    (uint64_t)(unsigned char)s.ptr[s.len / 2] << 8 |
                    (uint64_t)(unsigned char)s.ptr[s.len - 1] << 16;
    return words;
}
/* Each word times a number of its own, and the sum mixed once more.  It is not meant to
 * withstand an attacker: tables that take users' strings probe linearly and stay half empty. */
static inline uint32_t str_words_hash(StrWords words, size_t len)
{
    uint64_t hash = (words.low ^ len) * HASH_FACTOR + words.high * UINT64_C(0x9E3779B97F4A7C15);
    hash ^= hash >> 32;
    return (uint32_t)(hash * HASH_FACTOR >> 32);
}
static inline uint32_t str_hash(Str s) { return str_words_hash(str_words(s), s.len); }
/* Edits between two strings (insert, delete, replace, swap of neighbours),
 * counted up to limit; limit + 1 when there are more. */
unsigned str_distance(Str a, Str b, unsigned limit);
/* Whether candidate is close enough to wrong to be offered as "did you mean". */
bool str_is_typo(Str wrong, Str candidate, unsigned *distance);
/* Length in bytes of the UTF-8 sequence at s, or 0 where it is not valid. */
unsigned utf8_length(const unsigned char *s, size_t available);
/* Code points in the bytes; an invalid byte counts as one. */
size_t utf8_count(Str s);

/* Growable bytes: buf.c, below. */
typedef struct Buf {
    char *ptr;
    size_t len;
    size_t cap;
} Buf;

/* ---- arena.c: bump allocation with one lifetime ---- */
typedef struct ArenaBlock ArenaBlock;
typedef struct Arena {
    ArenaBlock *first;   /* kept over a reset, so that a warm arena never asks malloc */
    ArenaBlock *current;
    size_t used;         /* of the current block */
    Buf draft;           /* of the text that is being written */
} Arena;

void *arena_alloc(Arena *arena, size_t size); /* aligned for any type, not zeroed */
void *arena_zero(Arena *arena, size_t size);  /* the same, zeroed */
/* Moves a growing array to a place for new_count elements; may extend in place. */
void *arena_grow(Arena *arena, void *old, size_t old_size, size_t new_size);
Str arena_str(Arena *arena, Str s); /* a copy, with a NUL behind it that len does not count */
/* What stands between quotes in a message: where the text has quotes itself, they and its
 * backslashes get a backslash, as kubectl writes them.  Most texts are returned as they are. */
Str arena_quoted(Arena *arena, Str text);
Str arena_format(Arena *arena, const char *format, ...) BASE_PRINTF(2, 3);
Str arena_concat(Arena *arena, const Str *parts, size_t count);
Str arena_vformat(Arena *arena, const char *format, va_list args) BASE_PRINTF(2, 0);
/* A text of many pieces: an empty Buf, the arena's own, and then a copy of what it holds. */
Buf *arena_draft(Arena *arena);
Str arena_draft_end(Arena *arena);
void arena_reset(Arena *arena);
void arena_free(Arena *arena);
/* Takes over another arena's memory, which keeps its place; the other is empty then. */
void arena_adopt(Arena *arena, Arena *other);
size_t arena_size(const Arena *arena); /* bytes held; tests ask */

/* ---- vec: growable arrays:  VEC(Object) objects = {0}; ---- */
#define VEC(type) struct { type *at; uint32_t len; uint32_t cap; }
#define vec_spare(vec) /* room for one more */                                    \
    ((vec)->len == (vec)->cap                                                      \
         ? (void)((vec)->at = vec_more((vec)->at, &(vec)->cap, sizeof *(vec)->at)) \
         : (void)0)
#define vec_push(vec, item) (vec_spare(vec), (vec)->at[(vec)->len++] = (item))
#define vec_clear(vec) ((vec)->len = 0)
#define vec_free(vec) (mem_free((vec)->at), (vec)->at = NULL, (vec)->len = (vec)->cap = 0)
#define vec_reserve(vec, count) /* room for so many more */ \
    ((vec)->at = vec_room((vec)->at, &(vec)->cap, (vec)->len, (count), sizeof *(vec)->at))
/* Adds count items at once. */
#define vec_append(vec, items, count)                                                  \
    (vec_reserve(vec, count),                                                              \
     (count) ? (void)memcpy((vec)->at + (vec)->len, (items), sizeof *(vec)->at * (count)) : (void)0, \
     (vec)->len += (count))
void *vec_room(void *at, uint32_t *cap, uint32_t len, uint32_t more, size_t item_size);
void *vec_more(void *at, uint32_t *cap, size_t item_size);
/* Below, above or at 0, for the comparisons of sorts. */
static inline int compare_uint(uint64_t a, uint64_t b) { return (a > b) - (a < b); }
/* A stable sort whose comparison gets a context (qsort_r differs between systems). */
void sort_with(void *items, size_t count, size_t size,
               int (*compare)(const void *, const void *, void *), void *context);
/* Ascending. */
void sort_numbers(uint32_t *numbers, size_t count);

/* ---- intern.c: each distinct string once, under a dense id; 0 is "" ---- */
enum { INTERNER_RECENT = 256 };
typedef struct InternRecent {
    StrWords words;
    uint32_t len, id;
} InternRecent;

typedef struct Interner {
    Arena text;
    VEC(Str) strings;
    uint32_t *slots; /* open addressing; id + 1 with the hash's upper bits above it, 0 is free */
    VEC(uint32_t) hashes;
    uint32_t slot_count;
    uint32_t round;  /* how often it was cleared: ids of an earlier round mean nothing */
    InternRecent *recent; /* by their hash */
} Interner;

void interner_init(Interner *interner);
uint32_t intern(Interner *interner, Str s);
uint32_t intern_hashed(Interner *interner, Str s, uint32_t hash); /* its str_hash is known */
/* Asks for the line of the table that what hashes so is looked for in, some time before. */
static inline void interner_expect(const Interner *interner, uint32_t hash)
{
    __builtin_prefetch(&interner->slots[hash & (interner->slot_count - 1)]);
}
uint32_t interner_find(const Interner *interner, Str s); /* BASE_NONE if never interned */
static inline Str interned(const Interner *interner, uint32_t id) /* valid until interner_free */
{
    return id < interner->strings.len ? interner->strings.at[id] : str_slice("", 0);
}
void interner_clear(Interner *interner); /* to "" alone; keeps the memory */
void interner_free(Interner *interner);

/* ---- base64.c ---- */
static inline int base64_digit(char c) /* 0 to 63; -1: it is none */
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (is_digit(c))
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}
/* The bytes, on the arena, with a NUL behind them that len does not count.  False where the
 * text is no base64 as Go's StdEncoding has it; line ends are passed over. */
bool base64_decode(Str text, Arena *arena, Str *bytes);
void base64_encode(Str bytes, Buf *out);

/* ---- clock.c: since some moment, the same for the whole run ---- */
uint64_t clock_ns(void);
int64_t clock_ms(void);
/* Less where a signal comes. */
void clock_pause_ms(long ms);

/* ---- buf.c: growable bytes, and checked output ---- */
void buf_grow(Buf *buf, size_t more); /* buf_reserve, where there is no room */
static inline void buf_reserve(Buf *buf, size_t more)
{
    if (buf->cap - buf->len < more)
        buf_grow(buf, more);
}
static inline void buf_byte(Buf *buf, char byte)
{
    buf_reserve(buf, 1);
    buf->ptr[buf->len++] = byte;
}
static inline void buf_str(Buf *buf, Str s)
{
    if (!s.len)
        return;
    buf_reserve(buf, s.len);
    memcpy(buf->ptr + buf->len, s.ptr, s.len);
    buf->len += s.len;
}
static inline void buf_text(Buf *buf, const char *c_string) { buf_str(buf, str_of(c_string)); }
/* As printf, but for "%.*s": so many bytes, also behind a zero, as a Str may have them. */
void buf_format(Buf *buf, const char *format, ...) BASE_PRINTF(2, 3); /* format.c */
void buf_vformat(Buf *buf, const char *format, va_list args) BASE_PRINTF(2, 0);
void buf_uint(Buf *buf, uint64_t value);
void buf_repeat(Buf *buf, char byte, size_t count);
/* A JSON string with its quotes.  Bytes that are no UTF-8 become U+FFFD. */
void buf_json(Buf *buf, Str s);
/* The same with <, > and & as \u003c and so on, as Go's encoder writes them. */
void buf_json_go(Buf *buf, Str s);
/* As URLs and headers take it: letters, digits and what is `plain` as they are, each other
 * byte as %XX. */
void buf_percent(Buf *buf, Str s, const char *plain);
Str buf_slice(const Buf *buf);
void buf_free(Buf *buf);

/* Bytes on their way to a file descriptor.  A write that fails is remembered;
 * out_close says so: a failed write to stdout is a failed run. */
typedef struct Out {
    int fd;    /* -1: all is kept in buf, for another to take */
    int error; /* errno of the first write that failed, else 0 */
    Buf buf;
} Out;

void out_init(Out *out, int fd);
void out_spill(Out *out);  /* writes when enough has gathered; call it between records */
void out_flush(Out *out);
void out_through(Out *out, Str s); /* writes s, without a copy where it is long */
bool out_close(Out *out);  /* flushes and frees; false if any write failed */

/* ---- file.c ---- */
typedef struct FileText {
    char *ptr;       /* followed by at least FILE_PADDING zero bytes */
    size_t len;
    size_t cap;
    bool regular;    /* a regular file, which can be read again */
} FileText;

enum { FILE_PADDING = 64 };

/* Makes room for so many bytes, and padding. */
void file_reserve(FileText *text, size_t size);
/* Reads a whole file into text, whose memory is used again.  Returns 0 or errno. */
int file_read(FileText *text, const char *path);
/* The same with what the descriptor still holds; after EINTR, which only a signal with a handler
 * gives, text holds what was read so far. */
int file_read_fd(FileText *text, int fd);
/* A file that is open for reading; fd -1 where it could not be opened. */
typedef struct FileHandle {
    int fd;
    bool regular;
    uint64_t size; /* of a regular file */
} FileHandle;
int file_open(FileHandle *file, const char *path);
void file_close(FileHandle *file);
int file_read_open(FileText *text, const FileHandle *file); /* as file_read */
/* The folder of the file that one thread opened last.  Many files of one folder are opened by
 * their names in it: the system looks up each name of a longer way. */
typedef struct FileFolder {
    Str path;        /* with its slash; a part of that file's */
    uint32_t depth;  /* names in it */
    uint32_t walked; /* names that were looked up to get there */
    uint32_t files;  /* that were opened in it */
    int fd;          /* open; 0: not yet, -1: it cannot be had */
    bool paged;      /* a read there that ends within a page has ended with the file */
} FileFolder;
/* Opens what was found to be a regular file; its path lives until the folder is closed. */
int file_open_found(FileHandle *file, FileFolder *folder, Str path);
/* The same, and reads so much of its beginning as `most` bytes have room for, where that may be
 * all: then nobody is asked for its size. */
int file_open_small(FileHandle *file, FileFolder *folder, Str path, char *into, size_t most,
                    size_t *got);
void folder_close(FileFolder *folder);
/* Reads size bytes at offset.  Returns 0, errno, or EIO where the file is shorter. */
int file_read_at(FileText *text, const char *path, uint64_t offset, size_t size);
/* The same of an open file: `least` bytes, and up to `most` where one read has them. */
int file_read_span(FileText *text, int fd, uint64_t offset, size_t least, size_t most);
/* Reads what cannot be read twice (a pipe) until text holds `most` bytes, or it has no more.
 * Returns as file_read_fd does. */
int file_stream(FileText *text, int fd, size_t most, bool *ended);
/* Goes on so to its end.  Up to `most` bytes are in text then; of more, all, with what text held
 * before, are in a file without a name, which is open in `spilled` (else its fd is -1), and text
 * holds nothing.  Where no such file can be written text holds all. */
int file_spill(FileText *text, int fd, size_t most, FileHandle *spilled);
/* Adds up to size bytes at offset to what text holds: fewer only at the end of the file. */
int file_read_more(FileText *text, int fd, uint64_t offset, size_t size);
void file_free(FileText *text);
/* Gives the calling thread a table of descriptors of its own, where the system can: threads
 * that open many files wait for each other's locks otherwise.  What it has open goes with it,
 * and nobody else can use what it opens. */
void file_table_apart(void);

/* ---- threads.c ---- */
/* Of a lock that is held for moments: who waits for it tries again for a while, before it sleeps
 * and is woken late, on whatever processor. */
#ifdef PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP
#define SHORT_LOCK_INITIALIZER PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP
#else
#define SHORT_LOCK_INITIALIZER PTHREAD_MUTEX_INITIALIZER
#endif
typedef void ThreadWork(void *context);
typedef struct Thread Thread;
/* Does the work on a thread of its own; NULL where none can be had.  apart: it has a table of
 * descriptors of its own. */
Thread *thread_start(bool apart, ThreadWork *work, void *context);
/* Waits until it has done its work, and frees it. */
void thread_join(Thread *thread);
/* Does the work on the calling thread, and at the same time on others, so that there are as many
 * as jobs, or as many as can be had; back when all have done it.  They know by the context who
 * does what.  apart: the others have tables of descriptors of their own. */
void threads_work(uint32_t jobs, bool apart, ThreadWork *work, void *context);

#endif
