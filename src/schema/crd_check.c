/* crd_check.c: values of types that CRDs define.  Nothing defines any yet. */
#include "schema/walk.h"

void crd_table_free(struct CrdTable *crds) { (void)crds; }

bool crd_enter(Walk *walk, uint32_t node, TypeId type, uint32_t versions)
{
    (void)walk, (void)node, (void)type, (void)versions;
    return false;
}

void crd_leave(Walk *walk, uint32_t node, TypeId type, uint32_t versions)
{
    (void)walk, (void)node, (void)type, (void)versions;
}
