/* storagemigration.c: storage version migrations, as pkg/apis/storagemigration/validation
 * has them. */
#include "schema/validation/core_parts.h"

/* ValidateStorageVersionMigration */
void validate_storage_version_migration(Validation *v, Field migration)
{
    Field resource = FIELD_PATH(v, migration, SCHEMA_NAME_spec, SCHEMA_NAME_resource);
    validation_text(v, GET(resource, resource), format_dns1035_label);
    validation_optional_text(v, GET(resource, group), format_dns_subdomain);
}
