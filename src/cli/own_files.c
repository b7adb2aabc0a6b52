/* Files of a folder that the command line or the configuration names for something else than
 * to be checked: the configuration, the baseline, files of rules, reports of an earlier run,
 * a cluster's dump.  They are no input, and what is ours is not counted as skipped either.
 * Only files of the same last name are looked at twice. */
#include "cli/options.h"
#include "cli/run.h"

typedef struct Hiding {
    InputList *inputs;
    Arena *arena;
    PlaceMemo memo;
} Hiding;

static void hide(Hiding *hiding, Str file, InputUse use)
{
    InputList *inputs = hiding->inputs;
    PlaceMemo own = {0};
    if (!file.len || str_is(file, "-"))
        return;
    Str place = path_place(file, false, &own, hiding->arena);
    for (uint32_t i = 0; i < inputs->inputs.len; i++) {
        Input *input = &inputs->inputs.at[i];
        if (!str_is(input->path, "-") && str_eq(path_name(input->path), path_name(place)) &&
            str_eq(path_place(input->path, false, &hiding->memo, hiding->arena), place))
            input->use = use;
    }
}

void inputs_hide(InputList *inputs, const Options *options)
{
    Arena arena = {0};
    Hiding hiding = {.inputs = inputs, .arena = &arena};
    hide(&hiding, options->no_config ? STR("") : options->config_path, INPUT_OWN);
    hide(&hiding, options->baseline, INPUT_OWN);
    hide(&hiding, options->write_baseline, INPUT_OWN);
    for (uint32_t i = 0; i < options->rule_files.len; i++)
        hide(&hiding, options->rule_files.at[i], INPUT_OWN);
    for (uint32_t i = 0; i < options->outputs.len; i++)
        hide(&hiding, options->outputs.at[i].file, INPUT_OWN);
    for (uint32_t i = 0; i < options->clusters.len; i++)
        hide(&hiding, options->clusters.at[i], INPUT_DATA);
    arena_free(&arena);
}
