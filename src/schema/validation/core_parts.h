/* core_parts.h: what the files of core, discovery, events and storage share beyond
 * validation.h: ports, addresses, resource names, and the parts of volumes that
 * more than one kind carries.  Named after pkg/apis/core/validation and
 * pkg/apis/core/helper. */
#ifndef PLIMSOLL_SCHEMA_VALIDATION_CORE_PARTS_H
#define PLIMSOLL_SCHEMA_VALIDATION_CORE_PARTS_H

#include "schema/validation/validation.h"

/* A field of a struct by its name: GET(spec, ports). */
#define GET(parent, name) field_get(v, parent, SCHEMA_NAME_##name)
/* The same of Fields that were read: OF(container, ports). */
#define OF(fields, name) fields_get(fields, SCHEMA_NAME_##name)

/* ---- core_parts.c ---- */

/* What was seen of a list, to find the second of two equals.  The first few lie in it, and a
 * bit for each key says of nearly all others at once that they are new; some dozens are
 * compared one by one, more have a table, which keeps long lists linear.  What is more than a
 * few lies in the document's scratch.  {0} has seen nothing. */
enum { SEEN_HERE = 2 };
typedef struct Seen {
    uint64_t bits;          /* of the keys: what is not among them was not seen */
    uint32_t count, room;   /* room of all */
    struct SeenEntry {
        Str key;
        int64_t number;
        Field at;
    } *all;                 /* NULL while they fit in here */
    uint32_t *slots;        /* index + 1 into all; 0: free.  NULL while they are few */
    struct SeenEntry here[SEEN_HERE];
} Seen;
/* A bit for a key, made of what tells short names of one list apart: the length, and bytes of
 * both ends.  Keys whose bits differ differ. */
static inline uint64_t seen_bit(Str key, int64_t number)
{
    uint64_t mix = key.len + (uint64_t)number;
    if (key.len)
        mix += (uint64_t)(unsigned char)key.ptr[key.len - 1] * 7 +
               (uint64_t)(unsigned char)key.ptr[0] * 13;
    return UINT64_C(1) << (mix & 63);
}
/* Its entries in the order in which they came: seen->count of them. */
static inline const struct SeenEntry *seen_entries(const Seen *seen)
{
    return seen->all ? seen->all : seen->here;
}
/* Notes the key, a text and a number; where it was noted before, *first is the place and it
 * returns true. */
bool seen_pair(Validation *v, Seen *seen, Str key, int64_t number, Field at, Field *first);
static inline bool seen_before(Validation *v, Seen *seen, Str key, Field at, Field *first)
{
    return seen_pair(v, seen, key, 0, at, first);
}
/* Where the key was noted, or BASE_NONE as the place's node. */
Field seen_find(const Seen *seen, Str key);

/* IsValidPortNum. */
bool validate_port_number(Validation *v, Field port);
/* ValidatePortNumOrName. */
void validate_port_number_or_name(Validation *v, Field port);
/* IsValidIPForLegacyField and IsValidCIDRForLegacyField: strict since 1.36. */
bool validate_ip_for_legacy_field(Validation *v, Field field, Str text);
bool validate_cidr_for_legacy_field(Validation *v, Field field, Str text);
/* ValidateEndpointIP, for a text that is an address. */
void validate_endpoint_ip(Validation *v, Field field);
/* GetWarningsForIP and GetWarningsForCIDR. */
void warn_of_ip(Validation *v, Field field, Str text);
/* The same of an address that nobody validates. */
void warn_of_any_ip(Validation *v, Field field, Str text);
void warn_of_cidr(Validation *v, Field field, Str text);
/* A pointer to a string that must have a form where it is given, even when empty. */
bool validate_given_text(Validation *v, Field field, FormatFn format);
/* The same for one of some words. */
bool validate_given_word(Validation *v, Field field, const char *words);
/* The text without what is white space to Go's unicode package, ASCII only. */
Str text_trimmed(Str text);
/* The text with small letters, ASCII only: itself, or a copy in the document's scratch. */
Str text_lowered(const Validation *v, Str text);
/* The value of a label, annotation or resource of that name.  A null one is there, with Go's zero
 * value. */
static inline Field field_entry(const Validation *v, Field map, const char *key)
{
    Field entry = field_given(map) ? entries_get(v, map, str_of(key)) : map;
    if (entry.above != map.above)
        entry.node = entry.above;
    return entry;
}

/* ---- core_resources.c: names and quantities of resources ---- */
bool resource_is_native(Str name);
bool resource_is_extended(Str name);
bool resource_is_integer(Str name);
bool resource_is_huge_page(Str name);
bool resource_is_overcommit_allowed(Str name);
bool resource_is_standard_quota(Str name);
static inline bool resource_is_cpu_or_memory(Str name)
{
    return str_is(name, "cpu") || str_is(name, "memory");
}
/* Those that every container may ask for by name: IsStandardContainerResourceName, but for
 * huge pages. */
static inline bool resource_is_plain(Str name)
{
    return resource_is_cpu_or_memory(name) || str_is(name, "ephemeral-storage");
}
/* What ValidateContainerResourceName takes, of a text. */
bool resource_is_of_container(Str name);
/* validateResourceName, of a map's key.  False where the name is told to be wrong. */
bool validate_resource_name(Validation *v, Field key);
/* ValidateResourceQuotaResourceName. */
void validate_resource_quota_resource_name(Validation *v, Field key);
/* ValidateContainerResourceName, as LimitRanges ask for it. */
void validate_limit_range_container_resource_name(Validation *v, Field key);
/* ValidateResourceQuantityValue. */
void validate_resource_quantity_value(Validation *v, Str name, Field quantity);

/* An amount as nearly all are written, up to nine digits, or seven and a suffix from m to Gi, in
 * thousandths; 0 for any other: core_pod_resources.c. */
uint64_t resource_usual_amount(const Validation *v, Field field);

/* ---- core_volume.c, core_volume_sources.c ---- */
/* ValidatePersistentVolumeSpec; inline_volume: as a part of a VolumeAttachment. */
void validate_persistent_volume_spec(Validation *v, Field spec, Str volume_name,
                                     bool inline_volume);
/* The sources of a PersistentVolume in the order in which the server looks at them. */
typedef struct VolumeSource {
    NameId field;
    const char *server_name;   /* what the server calls it within, where that differs */
    void (*validate)(Validation *v, Field source, Str volume_name);
} VolumeSource;
enum { VOLUME_SOURCE_COUNT = 22 };
extern const VolumeSource volume_sources[VOLUME_SOURCE_COUNT];
/* A kind of volume that is no more, and what is said of one that is given. */
typedef struct GoneVolume {
    NameId kind;
    char says[48];
} GoneVolume;
void warn_of_gone_volumes(Validation *v, Field volume, const GoneVolume *gone, size_t count);
/* iqn., eui. or naa. names. */
bool iscsi_name_is_valid(Str text);

/* Modes of a volume or a claim: at least one, and ReadWriteOncePod alone. */
void validate_access_modes(Validation *v, Field modes);
/* ValidateCSIDriverName of core: a subdomain of at most 63 bytes. */
bool validate_csi_driver_name(Validation *v, Field driver);

/* ---- core_claim.c ---- */
/* ValidatePersistentVolumeClaimSpec.  normalized: dataSource and dataSourceRef were made equal
 * before, as for a claim by itself. */
void validate_persistent_volume_claim_spec(Validation *v, Field spec, bool normalized);
void warn_of_persistent_volume_claim_spec(Validation *v, Field spec);
/* ValidateTemplateObjectMeta: labels and annotations, and nothing else, for that reason. */
void validate_template_object_meta(Validation *v, Field meta, const char *reason);

/* ---- core_plain.c ---- */
/* Whether nothing can be wrong with a Service, and no warning is due; false says nothing. */
bool service_is_plain(const Validation *v, Field annotations, Field spec);

/* ---- core_node.c ---- */
/* What to use in place of a node label that is deprecated; NULL where it is not. */
const char *node_label_replacement(Str label);

#endif
