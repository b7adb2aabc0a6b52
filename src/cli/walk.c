/* The walk: paths as the user gave them become a list of files, each once.
 *
 * A folder is read whole, its names sorted, before anything in it is entered, so
 * that the order is that of the whole paths' bytes and no descriptor stays open on
 * the way down.  A file that was named twice, or found again through another folder
 * or link, is recognised by device and inode.  What a name is and its inode come
 * with the folder; since some layered file systems give another inode there, each
 * file is asked itself where it can be met again: with several paths or --changed.
 *
 * Where a folder holds many, a second thread reads them from the last one on while the walk
 * goes from the first, until they meet: what they hold is taken in its order all the same.
 *
 * A link to a folder is followed where the user named it, never inside: a tree
 * may hold links to itself.  Reading files is left to run.c. */
#include "cli/options.h"
#include "cli/run.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

/* Files that were met, by device and inode: open addressing, half empty. */
typedef struct FileId {
    uint64_t device, inode;
    bool used;
    bool taken;   /* stands in the list */
    bool changed; /* stood after --changed */
} FileId;

typedef struct FileSet {
    FileId *slots;
    uint32_t slot_count;
    uint32_t count;
} FileSet;

/* Where the walk stands. */
typedef struct Walk {
    InputList *list;
    const Exclusion *excluded;
    uint32_t excluded_count;
    FileSet files;
    PlaceMemo place;
    Options *options;
    bool ahead;     /* a thread reads ahead */
    bool ask_files; /* for their inodes, rather than believe the folder */
    bool stdin_taken;
    uint32_t argument;
} Walk;

/* A name in a folder; a folder's has a slash behind it, which sorts it where its
 * files' paths belong. */
typedef struct Entry {
    Str name;
    uint64_t device, inode;
    int error; /* errno: a link that leads nowhere */
    bool is_folder;
} Entry;

typedef VEC(Entry) Entries;

/* What a folder holds, sorted. */
typedef struct Listing {
    const Entry *entries;
    uint32_t count;
    bool is_chart;
    int error; /* errno: it could not be read, or not to its end */
} Listing;

static FileId *slot_of(FileId *slots, uint32_t slot_count, uint64_t device, uint64_t inode)
{
    uint64_t key[2] = {device, inode};
    uint32_t mask = slot_count - 1;
    uint32_t at = str_hash(str_slice((const char *)key, sizeof key)) & mask;
    while (slots[at].used && (slots[at].device != device || slots[at].inode != inode))
        at = (at + 1) & mask;
    return &slots[at];
}

static void files_grow(FileSet *set)
{
    uint32_t wider = set->slot_count ? set->slot_count * 4 : 16;
    FileId *slots = mem_resize(NULL, wider * sizeof *slots);
    memset(slots, 0, wider * sizeof *slots);
    for (uint32_t i = 0; i < set->slot_count; i++)
        if (set->slots[i].used)
            *slot_of(slots, wider, set->slots[i].device, set->slots[i].inode) = set->slots[i];
    mem_free(set->slots);
    set->slots = slots;
    set->slot_count = wider;
}

static FileId *files_get(FileSet *set, uint64_t device, uint64_t inode)
{
    if (set->count * 2 >= set->slot_count)
        files_grow(set);
    FileId *file = slot_of(set->slots, set->slot_count, device, inode);
    if (!file->used) {
        *file = (FileId){.device = device, .inode = inode, .used = true};
        set->count++;
    }
    return file;
}

static void report_path(Walk *walk, Str path, int error)
{
    Arena scratch = {0};
    struct stat status;
    const char *what = strerror(error);
    Str guess = {0};
    if (error == ENOENT && lstat(path.ptr, &status) == 0 && S_ISLNK(status.st_mode))
        what = "the symbolic link leads to nothing";
    else if (error == ENOENT || error == ENOTDIR)
        guess = path_guess(path, &scratch);
    cli_error("%.*s: %s%.*s", STR_ARG(path), what,
              STR_ARG(guess_text(&(Guess){.best = guess}, &scratch)));
    arena_free(&scratch);
    walk->list->errors++;
}

static void add_file(Walk *walk, Input input, uint64_t device, uint64_t inode)
{
    FileId *file = files_get(&walk->files, device, inode);
    if (file->taken)
        return;
    file->taken = true;
    input.changed = file->changed;
    input.argument = walk->argument;
    vec_push(&walk->list->inputs, input);
}

/* Whether one of the globs matches an absolute path; with `upward`, any folder
 * that it lies in counts too.  For what is found in a folder these were asked
 * before. */
static bool is_excluded(const Walk *walk, Str absolute, bool is_folder, bool upward)
{
    for (uint32_t i = 0; i < walk->excluded_count; i++) {
        const Exclusion *exclusion = &walk->excluded[i];
        Str path;
        if (path_below(absolute, exclusion->folder, &path) &&
            (upward ? glob_match_upward : glob_match)(exclusion->glob, path, is_folder))
            return true;
    }
    return false;
}

bool inputs_takes_name(Str name)
{
    /* The configuration is ours, and no input. */
    if (str_eq(name, STR(".plimsoll.yaml")) || str_eq(name, STR(".plimsoll.yml")))
        return false;
    return str_ends(name, STR(".yaml")) || str_ends(name, STR(".yml")) ||
           str_ends(name, STR(".json")) || str_is(name, "Kustomization");
}

typedef struct Folder {
    int fd;
    uint64_t device;
} Folder;

/* What a name stands for.  False for what the walk passes over. */
static bool look_at(const Walk *walk, const Folder *folder, const struct dirent *found, Entry *entry)
{
    const char *name = found->d_name;
    unsigned char type = found->d_type;
    struct stat status;
    if (type == DT_UNKNOWN) {
        if (fstatat(folder->fd, name, &status, AT_SYMLINK_NOFOLLOW))
            return false; /* it went away between two looks */
        type = S_ISDIR(status.st_mode)   ? DT_DIR
               : S_ISLNK(status.st_mode) ? DT_LNK
               : S_ISREG(status.st_mode) ? DT_REG
                                         : DT_FIFO;
    }
    entry->is_folder = type == DT_DIR;
    if (entry->is_folder)
        return strcmp(name, ".git") != 0;
    if ((type != DT_REG && type != DT_LNK) || !inputs_takes_name(str_of(name)))
        return false;
    if (type == DT_REG && !walk->ask_files) {
        entry->device = folder->device;
        entry->inode = (uint64_t)found->d_ino;
        return true;
    }
    if (fstatat(folder->fd, name, &status, 0)) {
        entry->error = errno;
        /* An editor's lock on a file is a link that leads nowhere. */
        return type == DT_REG || name[0] != '.' || name[1] != '#';
    }
    entry->device = (uint64_t)status.st_dev;
    entry->inode = (uint64_t)status.st_ino;
    return S_ISREG(status.st_mode);
}

static int entry_compare(const void *left, const void *right, void *context)
{
    (void)context;
    return str_compare(((const Entry *)left)->name, ((const Entry *)right)->name);
}

/* Reads the folder of a path with its slash, or empty: the working directory.  Names and
 * entries live in the arena, room is used again. */
static Listing list_folder(const Walk *walk, Str prefix, Entries *room, Arena *arena)
{
    Listing listing = {0};
    DIR *dir = opendir(prefix.len ? prefix.ptr : ".");
    struct stat status;
    if (!dir || fstat(dirfd(dir), &status)) {
        listing.error = errno;
        if (dir)
            closedir(dir);
        return listing;
    }
    Folder folder = {.fd = dirfd(dir), .device = (uint64_t)status.st_dev};
    vec_clear(room);
    for (const struct dirent *found; errno = 0, (found = readdir(dir)) != NULL;) {
        const char *name = found->d_name;
        Entry entry = {0};
        if (!strcmp(name, ".") || !strcmp(name, ".."))
            continue;
        if (!strcmp(name, "Chart.yaml"))
            listing.is_chart = true;
        if (!look_at(walk, &folder, found, &entry))
            continue;
        entry.name = entry.is_folder ? arena_format(arena, "%s/", name)
                                     : arena_str(arena, str_of(name));
        vec_push(room, entry);
    }
    listing.error = errno;
    closedir(dir);
    sort_with(room->at, room->len, sizeof *room->at, entry_compare, NULL);
    listing.count = room->len;
    listing.entries = arena_alloc(arena, sizeof *room->at * ((size_t)room->len + 1));
    if (room->len)
        memcpy((Entry *)(uintptr_t)listing.entries, room->at, sizeof *room->at * room->len);
    return listing;
}

/* ---- reading ahead ---- */
#ifdef PLIMSOLL_WINDOW /* small, for tests */
enum { FOLDERS_FEWEST = 2 };
#else
enum { FOLDERS_FEWEST = 64 }; /* fewer are not worth a thread */
#endif

/* Folders in a folder, and what the second thread read of them. */
typedef struct Ahead {
    const Walk *walk;
    Str prefix;          /* of the folder that they are in */
    const Listing *outer;
    Listing *listings;   /* of each entry that is a folder */
    atomic_bool *taken;  /* by one of the two: who comes second leaves it */
    Thread *thread;      /* NULL: none was started, or it is done */
    bool started;
    Entries room;
    Arena arena;
} Ahead;

static void read_ahead(void *context)
{
    Ahead *ahead = context;
    for (uint32_t i = ahead->outer->count; i-- > 0;) {
        const Entry *entry = &ahead->outer->entries[i];
        if (!entry->is_folder)
            continue;
        if (atomic_exchange(&ahead->taken[i], true))
            break; /* they met: all before is read */
        Str path = path_join(ahead->prefix, entry->name, &ahead->arena);
        ahead->listings[i] = list_folder(ahead->walk, path, &ahead->room, &ahead->arena);
    }
}

static void ahead_start(Ahead *ahead, Walk *walk, Str prefix, const Listing *outer, Arena *scratch)
{
    uint32_t folders = 0;
    *ahead = (Ahead){.walk = walk, .prefix = prefix, .outer = outer};
    for (uint32_t i = 0; i < outer->count; i++)
        folders += outer->entries[i].is_folder;
    if (folders < FOLDERS_FEWEST || walk->ahead || !walk->options ||
        options_jobs(walk->options) == 1)
        return;
    ahead->listings = arena_zero(scratch, sizeof *ahead->listings * outer->count);
    ahead->taken = arena_alloc(scratch, sizeof *ahead->taken * outer->count);
    for (uint32_t i = 0; i < outer->count; i++)
        atomic_init(&ahead->taken[i], false);
    ahead->thread = thread_start(true, read_ahead, ahead);
    ahead->started = walk->ahead = ahead->thread != NULL;
}

static void ahead_wait(Ahead *ahead)
{
    if (ahead->thread)
        thread_join(ahead->thread);
    ahead->thread = NULL;
}

/* What was read of an entry; false: it is the walk's to read. */
static bool ahead_has(Ahead *ahead, uint32_t entry, Listing *listing)
{
    if (!ahead->started || !atomic_exchange(&ahead->taken[entry], true))
        return false;
    ahead_wait(ahead);
    *listing = ahead->listings[entry];
    return true;
}

static void ahead_end(Ahead *ahead, Walk *walk)
{
    if (!ahead->started)
        return;
    ahead_wait(ahead);
    walk->ahead = false;
    vec_free(&ahead->room);
    arena_free(&ahead->arena);
}

/* ---- the walk itself ---- */

/* A folder on the way down. */
typedef struct Step {
    Str prefix;        /* its path with its slash, or empty for the working directory */
    Str absolute;      /* itself, where there are globs */
    uint32_t chart;    /* that it lies in, or BASE_NONE */
    bool in_templates;
} Step;

static bool leaves_out(Walk *walk, const Entry *entry, Str below)
{
    if (!walk->excluded_count || !is_excluded(walk, below, entry->is_folder, false))
        return false;
    walk->list->excluded++;
    return true;
}

/* known: what the folder holds, if that was read ahead. */
static void walk_folder(Walk *walk, Step step, const Listing *known)
{
    Arena scratch = {0};
    Entries room = {0};
    Ahead ahead;
    Listing listing = known ? *known : list_folder(walk, step.prefix, &room, &scratch);
    vec_free(&room);
    if (listing.error)
        report_path(walk, step.prefix.len ? step.prefix : STR("."), listing.error);
    ahead_start(&ahead, walk, step.prefix, &listing, &scratch);
    /* What a chart depends on is a part of it. */
    if (listing.is_chart && step.chart == BASE_NONE) {
        step.chart = walk->list->charts.len;
        vec_push(&walk->list->charts, arena_str(&walk->list->arena, step.prefix));
    }
    for (uint32_t i = 0; i < listing.count; i++) {
        const Entry *entry = &listing.entries[i];
        Str name = entry->name;
        Step inner = {.chart = step.chart, .in_templates = step.in_templates};
        if (walk->excluded_count)
            inner.absolute = path_join(
                step.absolute, str_slice(name.ptr, name.len - entry->is_folder), &scratch);
        if (entry->error) {
            report_path(walk, path_join(step.prefix, name, &walk->list->arena), entry->error);
        } else if (leaves_out(walk, entry, inner.absolute)) {
            continue;
        } else if (entry->is_folder) {
            Listing read;
            inner.in_templates |= listing.is_chart && str_is(name, "templates/");
            inner.prefix = path_join(step.prefix, name, &scratch);
            walk_folder(walk, inner, ahead_has(&ahead, i, &read) ? &read : NULL);
        } else {
            Str path = path_join(step.prefix, name, &walk->list->arena);
            add_file(walk,
                     (Input){.path = path, .chart_template = step.in_templates,
                             .chart = step.chart},
                     entry->device, entry->inode);
        }
    }
    ahead_end(&ahead, walk);
    arena_free(&scratch);
}

static void walk_path(Walk *walk, Str path)
{
    if (str_eq(path, STR("-"))) {
        if (!walk->stdin_taken)
            vec_push(&walk->list->inputs,
                     ((Input){.path = STR("-"), .argument = walk->argument, .chart = BASE_NONE,
                              .named = true}));
        walk->stdin_taken = true;
        return;
    }
    Arena *arena = &walk->list->arena;
    path = arena_str(arena, path);
    struct stat status;
    if (!path.len) {
        cli_error("a path is empty");
        walk->list->errors++;
        return;
    }
    if (stat(path.ptr, &status)) {
        report_path(walk, path, errno);
        return;
    }
    bool is_folder = S_ISDIR(status.st_mode);
    Str absolute = {0};
    if (walk->excluded_count) {
        absolute = path_place(path, is_folder, &walk->place, arena);
        if (is_excluded(walk, absolute, is_folder, true)) {
            walk->list->excluded++;
            return;
        }
    }
    bool in_templates = skip_in_chart_templates(path);
    if (!is_folder) {
        add_file(walk,
                 (Input){.path = path, .named = true, .chart_template = in_templates,
                         .chart = BASE_NONE},
                 (uint64_t)status.st_dev, (uint64_t)status.st_ino);
    } else {
        bool slash = path.ptr[path.len - 1] == '/';
        Str prefix = str_eq(path, STR(".")) ? (Str){"", 0}
                     : slash                ? path
                                            : arena_format(arena, "%.*s/", STR_ARG(path));
        walk_folder(walk,
                    (Step){.prefix = prefix, .absolute = absolute, .chart = BASE_NONE,
                           .in_templates = in_templates},
                    NULL);
    }
}

static void walk_paths(Walk *walk, const Str *paths, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        walk->argument = i;
        walk_path(walk, paths[i]);
    }
    mem_free(walk->files.slots);
}

/* A file that is not there any more was changed as well, but is no input. */
static void mark_changed(Walk *walk, const Options *options)
{
    Arena scratch = {0};
    for (uint32_t i = 0; i < options->changed.len; i++) {
        struct stat status;
        if (!stat(arena_str(&scratch, options->changed.at[i]).ptr, &status))
            files_get(&walk->files, (uint64_t)status.st_dev, (uint64_t)status.st_ino)->changed =
                true;
    }
    arena_free(&scratch);
}

void inputs_gather(InputList *list, Options *options)
{
    *list = (InputList){0};
    Walk walk = {
        .list = list,
        .excluded = options->excluded.at,
        .excluded_count = options->excluded.len,
        .options = options,
        .ask_files = options->paths.len > 1 || options->changed_only,
    };
    mark_changed(&walk, options);
    walk_paths(&walk, options->paths.at, options->paths.len);
}

void inputs_gather_paths(InputList *list, const Str *paths, uint32_t count)
{
    *list = (InputList){0};
    Walk walk = {.list = list, .ask_files = count > 1};
    walk_paths(&walk, paths, count);
}

bool inputs_excluded(const Options *options, Str path)
{
    if (!options->excluded.len)
        return false;
    struct stat status;
    Arena scratch = {0};
    Walk walk = {.excluded = options->excluded.at, .excluded_count = options->excluded.len};
    bool is_folder = stat(path.ptr, &status) == 0 && S_ISDIR(status.st_mode);
    bool excluded = is_excluded(&walk, path_place(path, is_folder, &walk.place, &scratch),
                                is_folder, true);
    arena_free(&scratch);
    return excluded;
}

void inputs_free(InputList *list)
{
    for (uint32_t i = 0; i < list->inputs.len; i++) {
        if (list->inputs.at[i].spilled)
            close(list->inputs.at[i].spilled);
        list_free(list->inputs.at[i].list);
    }
    vec_free(&list->charts);
    vec_free(&list->inputs);
    arena_free(&list->arena);
}
