/* Objects as NDJSON: one compact JSON object a line, in the order of the input. */
#include "emit/objects.h"

void object_ndjson_begin(ObjectWriter *writer) { (void)writer; }

void object_ndjson_put(ObjectWriter *writer, const Document *doc, uint32_t node)
{
    emit_object_json(doc, node, &writer->scratch, &writer->out->buf);
    buf_byte(&writer->out->buf, '\n');
}

void object_ndjson_end(ObjectWriter *writer) { (void)writer; }

void object_ndjson_join(ObjectWriter *writer, Str part, uint64_t count)
{
    (void)count;
    out_through(writer->out, part);
}
