/* core_event.c: Events of core and events.k8s.io, as pkg/apis/core/validation/events.go
 * has them.  Both are one type to the server, which names its fields after core's, so
 * each field is given here by what both versions call it. */
#include "schema/validation/core_parts.h"

enum { EVENT_WORD_MOST = 128, EVENT_NOTE_MOST = 1024 };

typedef struct Event {
    Field event, object, object_namespace, controller, instance, note;
    const char *controller_name;
    Str namespace;
} Event;

static Finding *named(Validation *v, const Event *event, Finding *finding, const char *name)
{
    validation_as(v, finding, event->event, ".%s", name);
    return finding;
}

static void validate_event_word(Validation *v, const Event *event, Field field, const char *name,
                                size_t most, bool required)
{
    if (required && field_is_empty(v, field))
        named(v, event, validation_required(v, field, "an event with an eventTime has it"), name);
    if (field_text(v, field).len > most)
        named(v, event, validation_invalid(v, field, "may have at most %zu bytes", most), name);
}

static void namespace_differs(Validation *v, const Event *event)
{
    named(v, event, validation_invalid(v, event->object_namespace,
                                       "must be the event's own namespace, %.*s",
                                       STR_ARG(event->namespace)),
          "involvedObject.namespace");
}

/* legacyValidateEvent */
static void legacy_validate_event(Validation *v, const Event *event)
{
    Str object = field_text(v, event->object_namespace);
    bool is_default = str_is(event->namespace, "default");
    if (!field_given(GET(event->event, eventTime))) {
        if (object.len ? !str_eq(object, event->namespace) : !is_default)
            namespace_differs(v, event);
        return;
    }
    if (object.len == 0 && !is_default && !str_is(event->namespace, "kube-system"))
        namespace_differs(v, event);
    validate_event_word(v, event, event->controller, event->controller_name, SIZE_MAX, true);
    Str controller = field_text(v, event->controller);
    const char *wrong = controller.len ? format_qualified_name(controller) : NULL;
    if (wrong)
        named(v, event, validation_invalid(v, event->controller, "%s", wrong),
              event->controller_name);
    validate_event_word(v, event, event->instance, "reportingInstance", EVENT_WORD_MOST, true);
    validate_event_word(v, event, GET(event->event, action), "action", EVENT_WORD_MOST, true);
    validate_event_word(v, event, GET(event->event, reason), "reason", EVENT_WORD_MOST, true);
    validate_event_word(v, event, event->note, "message", EVENT_NOTE_MOST, false);
}

static Str namespace_of(const Validation *v)
{
    return interned(v->walk->checker->strings, v->walk->object->ns);
}

/* ValidateEventCreate of core/v1 */
void validate_event(Validation *v, Field event)
{
    Field object = GET(event, involvedObject);
    Event parts = {event, object, GET(object, namespace), GET(event, reportingComponent),
                   GET(event, reportingInstance), GET(event, message), "reportingComponent",
                   namespace_of(v)};
    legacy_validate_event(v, &parts);
}

static void must_be_unset(Validation *v, const Event *event, Field field, const char *name)
{
    if (!field_is_empty(v, field))
        named(v, event, validation_invalid(v, field, "must be left out"), name);
}

/* ValidateEventCreate of events.k8s.io/v1 */
void validate_events_event(Validation *v, Field event)
{
    Field object = GET(event, regarding), series = GET(event, series);
    Event parts = {event, object, GET(object, namespace), GET(event, reportingController),
                   GET(event, reportingInstance), GET(event, note), "reportingController",
                   namespace_of(v)};
    legacy_validate_event(v, &parts);
    if (field_given(series)) {
        if (field_int(v, GET(series, count)) < 2)
            validation_invalid(v, GET(series, count), "must be at least 2");
        if (!field_given(GET(series, lastObservedTime)))
            validation_required(v, GET(series, lastObservedTime), NULL);
    }
    if (!field_given(GET(event, eventTime)))
        validation_required(v, GET(event, eventTime), NULL);
    Field type = GET(event, type);
    if (!word_is_one_of(field_text(v, type), "Normal,Warning"))
        validation_invalid(v, type, "must be Normal or Warning");
    must_be_unset(v, &parts, GET(event, deprecatedFirstTimestamp), "firstTimestamp");
    must_be_unset(v, &parts, GET(event, deprecatedLastTimestamp), "lastTimestamp");
    must_be_unset(v, &parts, GET(event, deprecatedCount), "count");
    Field source = GET(event, deprecatedSource);
    if (!field_is_empty(v, GET(source, component)) || !field_is_empty(v, GET(source, host)))
        must_be_unset(v, &parts, source, "source");
}
