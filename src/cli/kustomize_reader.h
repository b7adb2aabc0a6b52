/* kustomize_reader.h: between the files that read a kustomization.  Internal to them.
 *
 * kustomize.c finds and opens kustomizations, kustomize_keys.c knows their keys,
 * kustomize_generate.c and kustomize_patches.c two families of them; kustomize_reader.c is
 * what all stand on: findings, values, and the files that are named. */
#ifndef PLIMSOLL_CLI_KUSTOMIZE_READER_H
#define PLIMSOLL_CLI_KUSTOMIZE_READER_H

#include "cli/kustomize.h"

extern const Rule rule_kustomization;

typedef struct KustomizeReader {
    KustomizeTree *tree;
    Kustomization *into;
    const Document *doc;
} KustomizeReader;

#define EACH_ENTRY(reader, map, key)                                                    \
    for (uint32_t key = node_first(map); key < node_end((reader)->doc, map);            \
         key = node_after_entry((reader)->doc, key))
#define EACH_ITEM(reader, list, at)                                                     \
    for (uint32_t at = node_first(list); at < node_end((reader)->doc, list);            \
         at = node_after((reader)->doc, at))

/* ---- kustomize_reader.c ---- */
Finding *reader_report(const KustomizeReader *reader, uint32_t node, const char *format, ...)
    BASE_PRINTF(3, 4);
/* Notes that what stands at the node is not followed. */
void reader_unfollowed(const KustomizeReader *reader, uint32_t node, const char *format, ...)
    BASE_PRINTF(3, 4);
/* Values.  A node may be BASE_NONE; texts live as long as the tree. */
Str reader_text(const KustomizeReader *reader, uint32_t node);
bool reader_is(const KustomizeReader *reader, uint32_t node, NodeKind kind);
bool reader_is_scalar(const KustomizeReader *reader, uint32_t node);
bool reader_is_key(Str name, Str key); /* in any case */
uint32_t reader_value(const KustomizeReader *reader, uint32_t map, Str key);
Str reader_text_under(const KustomizeReader *reader, uint32_t map, Str key);
bool reader_flag_under(const KustomizeReader *reader, uint32_t map, Str key);
KustomizeLabel reader_label(const KustomizeReader *reader, uint32_t key);
/* Files. */
typedef enum Wanted {
    WANTED_FILE,
    WANTED_ANY,  /* a folder will do */
    WANTED_DATA, /* what a generator reads is often made, or kept out of the repository */
} Wanted;
bool path_is_remote(Str path);
/* What is named, looked at once. */
typedef struct NamedFile {
    Str path;      /* to open, as one would type it in the working directory */
    int error;     /* errno of the look; 0: it is there */
    bool is_folder;
    uint64_t device, inode;
} NamedFile;
NamedFile reader_look(const KustomizeReader *reader, Str entry);
/* Whether what is named can be read; else it is told at the entry. */
bool reader_can_read(const KustomizeReader *reader, const NamedFile *file, uint32_t node,
                     Wanted wanted);
/* Marks a file that is no manifest by itself: a patch, or something's data. */
void reader_mark(const KustomizeReader *reader, const NamedFile *file, InputUse use);
/* The same look at a path. */
NamedFile kustomize_look(Str path);
/* The input that a file is, which is there; one that the walk did not meet is added. */
uint32_t kustomize_input(KustomizeTree *tree, const NamedFile *file);
/* The absolute form of a folder, or the folder as it is spelled where it has none that the
 * system takes: that of each spelling is asked for once. */
Str kustomize_absolute(KustomizeTree *tree, Str folder);

/* ---- kustomize_keys.c ---- */
void kustomize_read_document(KustomizeReader *reader);

/* ---- kustomize_generate.c ---- */
void kustomize_config_map(KustomizeReader *reader, uint32_t node);
void kustomize_secret(KustomizeReader *reader, uint32_t node);
void kustomize_generator_options(KustomizeReader *reader, uint32_t map);

/* ---- kustomize_patches.c: an entry of patches, patchesJson6902, patchesStrategicMerge ---- */
void kustomize_patch_entry(KustomizeReader *reader, uint32_t node);
void kustomize_late_patch_entry(KustomizeReader *reader, uint32_t node);
void kustomize_merge_patch(KustomizeReader *reader, uint32_t node);

/* ---- kustomize.c ---- */
void kustomize_load_child(KustomizeReader *reader, Str folder, uint32_t node, bool as_component);

#endif
