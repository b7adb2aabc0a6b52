/* Ways down from an object: see ways.h. */
#include "checks/ways.h"

/* Above the numbers of names. */
#define STEP_TO_ITEM (UINT32_C(1) << 31)

/* The way that a step more makes. */
static inline uint32_t way_on(Ways *ways, uint32_t way, uint32_t step)
{
    WayOn *on = &ways->recent[(way * UINT32_C(0x9E3779B1) + step * UINT32_C(0x85EBCA6B)) >> (32 - WAYS_RECENT_BITS)];
    if (on->from != way || on->step != step) /* no step is 0 */
        *on = (WayOn){way, step, seq_intern2(&ways->steps, way, step) + 1};
    return on->to;
}

/* How far the last way goes to `to`, too. */
static uint32_t common_depth(Ways *ways, const Document *doc, uint32_t to)
{
    if (ways->nodes != doc->nodes || ways->reading != doc->reading) {
        ways->nodes = doc->nodes;
        ways->reading = doc->reading;
        ways->depth = 0;
    }
    uint32_t depth = ways->depth;
    while (depth && (to < ways->last[depth - 1].node || to >= ways->last[depth - 1].end))
        depth--;
    return depth;
}

/* One step down from a collection: to the child whose subtree, or whose key, is `to`.  False
 * where it has no number. */
static inline bool step_down(Ways *ways, const Node *nodes, uint32_t from, uint32_t to,
                             uint32_t way, bool near, WayStep *step)
{
    bool map = nodes[from].kind == NODE_MAP;
    uint32_t at = near ? step->node : node_first(from) + map, index = near ? step->index : 0, end;
    for (; (end = nodes[at].next) <= to; index++)
        at = end + map;
    uint32_t number = map ? nodes[at - 1].bind : STEP_TO_ITEM | index;
    if (number == NODE_UNBOUND)
        return false;
    *step = (WayStep){at, end, index, way_on(ways, way, number)};
    return true;
}

uint32_t ways_to(Ways *ways, const Document *doc, uint32_t node)
{
    const Node *nodes = doc->nodes;
    uint32_t depth = common_depth(ways, doc, node);
    uint32_t at = depth ? ways->last[depth - 1].node : 0;
    uint32_t way = depth ? ways->last[depth - 1].way : 0;
    /* Where the ways part, the last one's child is passed with all before it. */
    bool near = depth < ways->depth && ways->last[depth].node <= node;
    for (; node > at && node < nodes[at].next; depth++, near = false) {
        WayStep *step = &ways->last[depth];
        if (depth == WAYS_DEEPEST || !step_down(ways, nodes, at, node, way, near, step)) {
            way = 0;
            break;
        }
        at = step->node;
        way = step->way;
    }
    ways->depth = depth;
    return way;
}

void ways_clear(Ways *ways)
{
    seq_table_clear(&ways->steps);
    memset(ways->recent, 0, sizeof ways->recent);
    ways_leave(ways);
}

void ways_free(Ways *ways)
{
    seq_table_free(&ways->steps);
    *ways = (Ways){0};
}
