/* --changed: a hook sees the whole tree, for linking, but reports only what the
 * changed files have a part in, at either end of a finding. */
#include "cli/run.h"

static bool is_changed(const Sources *sources, Place place)
{
    uint32_t file = place.doc != BASE_NONE ? sources->docs.at[place.doc].file : place.file;
    return file != BASE_NONE && sources->files.at[file].changed;
}

void changed_filter(Diag *diag, const Sources *sources)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < diag->findings.len; i++) {
        const Finding *finding = &diag->findings.at[i];
        bool part = is_changed(sources, finding->place);
        for (uint32_t note = 0; note < finding->note_count && !part; note++)
            part = is_changed(sources, finding->notes[note].place);
        if (part)
            diag->findings.at[kept++] = *finding;
    }
    diag->findings.len = kept;
}
