/* Bare parsing by the two libraries of C, timed in the process:
 *
 *   parse FILE        prints "libyaml" and "libfyaml", each with seconds and
 *                     processor seconds
 *
 * Both give their events one after the other, and nothing looks at them. */
#define _GNU_SOURCE
#include <libfyaml.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <yaml.h>

typedef struct Moment {
    double clock, processor;
} Moment;

static double seconds_of(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static Moment now(void)
{
    return (Moment){seconds_of(CLOCK_MONOTONIC), seconds_of(CLOCK_PROCESS_CPUTIME_ID)};
}

static void tell(const char *name, Moment start, Moment end)
{
    printf("%s %.6f %.6f\n", name, end.clock - start.clock, end.processor - start.processor);
}

static char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    if (file && !fseek(file, 0, SEEK_END) && (text = malloc((size_t)ftell(file) + 1)) != NULL) {
        *size = (size_t)ftell(file);
        rewind(file);
        *size = fread(text, 1, *size, file);
    }
    if (file)
        fclose(file);
    return text;
}

static unsigned long libyaml(const char *text, size_t size)
{
    yaml_parser_t parser;
    yaml_event_t event;
    unsigned long count = 0;
    if (!yaml_parser_initialize(&parser))
        return 0;
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
    for (int going = 1; going && yaml_parser_parse(&parser, &event); count++) {
        going = event.type != YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return count;
}

static unsigned long libfyaml(const char *text, size_t size)
{
    struct fy_parse_cfg config = {.flags = FYPCF_QUIET};
    struct fy_parser *parser = fy_parser_create(&config);
    struct fy_event *event;
    unsigned long count = 0;
    if (!parser || fy_parser_set_string(parser, text, size))
        return 0;
    for (; (event = fy_parser_parse(parser)) != NULL; count++)
        fy_parser_event_free(parser, event);
    fy_parser_destroy(parser);
    return count;
}

int main(int count, char **words)
{
    size_t size = 0;
    char *text = count == 2 ? read_file(words[1], &size) : NULL;
    if (!text) {
        fprintf(stderr, "usage: parse FILE\n");
        return 2;
    }
    Moment start = now();
    unsigned long first = libyaml(text, size);
    Moment between = now();
    unsigned long second = libfyaml(text, size);
    tell("libyaml", start, between);
    tell("libfyaml", between, now());
    fprintf(stderr, "%lu and %lu events\n", first, second);
    free(text);
    return first > 1 && second > 1 ? 0 : 1;
}
