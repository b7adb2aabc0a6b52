/* The linker: builds the index over all facts, which the rules then look at (apply.c), and
 * answers the few questions that need nothing but the facts and the options. */
#include "checks/index.h"

Link *link_build(Facts *facts, const Sources *sources, const ChecksOptions *options)
{
    Link *link = mem_resize(NULL, sizeof *link);
    *link = (Link){.facts = facts, .sources = sources, .options = options};
    parameters_build(link);
    order_build(link);
    match_build(link);
    resolve_build(link);
    gateway_build(link);
    labelled_build(link);
    clash_build(link);
    allocate_build(link);
    sure_build(link);
    nearest_build(link);
    alike_build(link);
    return link;
}

void link_free(Link *link)
{
    if (!link)
        return;
    order_free(link);
    match_free(link);
    resolve_free(link);
    sure_free(link);
    vec_free(&link->faults);
    nearest_free(link);
    alike_free(link);
    labelled_free(link);
    mem_free(link);
}

const Facts *link_facts(const Link *link) { return link->facts; }
const Sources *link_sources(const Link *link) { return link->sources; }

const ChecksOptions *link_options(const Link *link)
{
    static const ChecksOptions NONE = {.newest = SCHEMA_NEWEST};
    return link->options ? link->options : &NONE;
}

bool link_may_have_more_pods(const Link *link, uint32_t ns)
{
    return link->unread_documents || (link->options && link->options->incomplete) ||
           seq_find(&link->facts->makers, &ns, 1) != BASE_NONE;
}

/* ---- assumptions ---- */
/* * is any text, ? any one byte.  Goes back to the last star only, so that it takes
 * time in proportion to the product of the lengths at worst. */
static bool glob_matches(Str glob, Str text)
{
    size_t g = 0, t = 0, star = SIZE_MAX, star_text = 0;
    while (t < text.len) {
        if (g < glob.len && glob.ptr[g] == '*') {
            star = g++;
            star_text = t;
        } else if (g < glob.len && (glob.ptr[g] == '?' || glob.ptr[g] == text.ptr[t])) {
            g++;
            t++;
        } else if (star != SIZE_MAX) {
            g = star + 1;
            t = ++star_text;
        } else {
            return false;
        }
    }
    while (g < glob.len && glob.ptr[g] == '*')
        g++;
    return g == glob.len;
}

/* A part that is not given stands for anything. */
static bool part_matches(Str glob, Str text) { return glob.len == 0 || glob_matches(glob, text); }

bool link_assumed(const Link *link, Str kind, Str ns, Str name)
{
    const ChecksOptions *options = link->options;
    for (uint32_t i = 0; options && i < options->assumed_count; i++) {
        const Assumption *assumed = &options->assumed[i];
        if (part_matches(assumed->kind, kind) && part_matches(assumed->ns, ns) &&
            part_matches(assumed->name, name))
            return true;
    }
    return false;
}
