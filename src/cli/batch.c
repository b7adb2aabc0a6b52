/* Small files are read some dozens at once, before the first of them is looked into.
 *
 * A file by itself is four calls of the system and then a walk through most of our own code.
 * Neither fits into a core's nearest caches with the other, nor do the branches that it has
 * learnt; so each is done for many files in a row. */
#include "cli/run.h"

enum {
    BATCH_FILES = 64,
    BATCH_BYTES = 128 * 1024, /* of text, and a last file: a part of a core's second cache */
    BATCH_USUAL = 16 * 1024, /* most are smaller, */
    BATCH_LARGEST = 64 * 1024, /* a larger file is opened again, and read alone */
    BATCH_ALIGNED = 64,
};

struct FileBatch {
    const Input *first; /* of those that were read */
    uint32_t count;
    Str files[BATCH_FILES];
    FileText text; /* theirs, with padding behind each */
};

/* The one at `input`, behind what the batch has; false where it is none of these. */
static bool add_file(FileBatch *batch, FileFolder *folder, const Input *input)
{
    FileText *text = &batch->text;
    FileHandle file;
    size_t at = (text->len + FILE_PADDING + BATCH_ALIGNED - 1) & ~(size_t)(BATCH_ALIGNED - 1), got;
    if (input->named || !input_is_read(input) ||
        file_open_small(&file, folder, input->path, text->ptr + at, BATCH_USUAL, &got))
        return false;
    bool fits = file.regular && file.size >= got && file.size && file.size <= BATCH_LARGEST &&
                !window_is_due(&file);
    if (fits) {
        text->len = at + got;
        fits = !file_read_more(text, file.fd, got, (size_t)file.size - got);
    }
    file_close(&file);
    if (fits)
        batch->files[batch->count++] = str_slice(text->ptr + at, text->len - at);
    return fits;
}

static FileBatch *batch_new(void)
{
    FileBatch *batch = mem_resize(NULL, sizeof *batch);
    *batch = (FileBatch){.first = NULL};
    file_reserve(&batch->text, BATCH_BYTES + BATCH_LARGEST + 2 * BATCH_ALIGNED);
    return batch;
}

static void read_batch(FileBatch *batch, FileFolder *folder, const Input *input, const Input *end)
{
    batch->first = input;
    batch->count = 0;
    batch->text.len = 0;
    while (batch->count < BATCH_FILES && batch->text.len < BATCH_BYTES && input < end &&
           add_file(batch, folder, input))
        input++;
}

static bool has_file(const FileBatch *batch, const Input *input)
{
    return batch && input >= batch->first && input < batch->first + batch->count;
}

bool batch_text(FileBatch **batch, FileFolder *folder, const Input *input, const Input *end,
                Str *text)
{
    if (!has_file(*batch, input)) {
        if (!end || input + 1 >= end)
            return false;
        *batch = *batch ? *batch : batch_new();
        read_batch(*batch, folder, input, end);
        if (!has_file(*batch, input))
            return false;
    }
    *text = (*batch)->files[input - (*batch)->first];
    return true;
}

void batch_free(FileBatch *batch)
{
    if (batch)
        file_free(&batch->text);
    mem_free(batch);
}
