/* --help: what a terminal of 80 columns shows, made from the tables. */
#include "cli/options.h"

#include <unistd.h>

#ifndef PLIMSOLL_VERSION
#define PLIMSOLL_VERSION "unreleased"
#endif

enum {
    HELP_WIDTH = 79,
    HELP_INDENT = 28, /* where the explanation of an option begins */
};

/* The next word of a text; a line feed is a word of its own, where the text has
 * one. */
static Str next_word(Str *text)
{
    size_t at = 0;
    while (at < text->len && text->ptr[at] == ' ')
        at++;
    size_t start = at;
    if (at < text->len && text->ptr[at] == '\n')
        at++;
    else
        while (at < text->len && text->ptr[at] != ' ' && text->ptr[at] != '\n')
            at++;
    Str word = str_slice(text->ptr + start, at - start);
    *text = str_slice(text->ptr + at, text->len - at);
    return word;
}

static size_t count_byte(Str s, char byte)
{
    size_t count = 0;
    for (size_t i = 0; i < s.len; i++)
        count += s.ptr[i] == byte;
    return count;
}

void help_wrap(Buf *out, Str text, size_t indent, size_t column)
{
    bool first = true;
    for (Str word; (word = next_word(&text)).len;) {
        if (word.ptr[0] == '\n') {
            buf_byte(out, '\n');
            column = 0;
            first = true;
            continue;
        }
        size_t width = utf8_count(word) - count_byte(word, '`');
        if (!first && column + 1 + width > HELP_WIDTH) {
            buf_byte(out, '\n');
            column = 0;
            first = true;
        }
        if (first && column < indent) {
            buf_repeat(out, ' ', indent - column);
            column = indent;
        } else if (!first) {
            buf_byte(out, ' ');
            column++;
        }
        first = false;
        for (size_t i = 0; i < word.len; i++)
            if (word.ptr[i] != '`')
                buf_byte(out, word.ptr[i]);
        column += width;
    }
    buf_byte(out, '\n');
}

static void examples(Buf *out, const Command *command)
{
    if (!command->examples[0].line)
        return;
    buf_text(out, "\nExamples:\n");
    for (size_t i = 0; i < COMMAND_EXAMPLES && command->examples[i].line; i++) {
        buf_format(out, "  %s\n", command->examples[i].line);
        help_wrap(out, str_of(command->examples[i].what), 6, 0);
    }
}

void help_overview(Buf *out)
{
    buf_format(out, "plimsoll, %s\n\n", text_tagline);
    buf_text(out, "Usage: plimsoll COMMAND [OPTION]... [PATH]...\n\nCommands:\n");
    for (size_t i = 0; i < command_count; i++)
        buf_format(out, "  %-10s%s\n", commands[i].name, commands[i].summary);
    buf_text(out, "\nExamples:\n");
    for (size_t i = 0; i < command_count; i++)
        if (commands[i].examples[0].line) {
            buf_format(out, "  %s\n", commands[i].examples[0].line);
            help_wrap(out, str_of(commands[i].examples[0].what), 6, 0);
        }
    buf_text(out, "\nplimsoll help COMMAND explains a command and its options.\n");
}

/* The words of an option, for those whose help does not list them already. */
static void option_help(Buf *out, const OptionInfo *option, const Command *command)
{
    size_t start = out->len;
    if (option->letter)
        buf_format(out, "  -%c, --%s", option->letter, option->name);
    else
        buf_format(out, "      --%s", option->name);
    if (option->argument)
        buf_format(out, " %s", option->argument);
    size_t column = out->len - start;
    if (column + 2 > HELP_INDENT) {
        buf_byte(out, '\n');
        column = 0;
    }
    Buf text = {0};
    buf_text(&text, option->help);
    if (option->value == VALUE_FORMAT) {
        const char *word;
        for (size_t i = 0; (word = option_word(option, command, i)); i++)
            buf_format(&text, "%s%s%s", i ? ", " : ": ", word, i ? "" : " (the default)");
    }
    help_wrap(out, buf_slice(&text), HELP_INDENT, column);
    buf_free(&text);
}

void help_command(const Command *command, Buf *out)
{
    buf_format(out, "Usage: plimsoll %s%s%s%s\n\n", command->name,
               command_has_options(command) ? " [OPTION]..." : "", command->arguments[0] ? " " : "",
               command->arguments);
    help_wrap(out, str_of(command->text), 0, 0);
    for (int group = 0; group < GROUP_COUNT; group++) {
        bool titled = false;
        for (size_t i = 0; i < option_count; i++) {
            const OptionInfo *option = &option_table[i];
            if (option->group != (OptionGroup)group || !(option->commands & command->mask))
                continue;
            if (!titled)
                buf_format(out, "\n%s:\n", option_group_names[group]);
            titled = true;
            option_help(out, option, command);
        }
    }
    examples(out, command);
    if (command->reads_input) {
        buf_text(out, "\nExit status:\n");
        for (Str rest = str_of(text_exit_status); rest.len;) {
            Str status = str_until(&rest, '\t'), meaning = str_until(&rest, '\n');
            buf_format(out, "  %.*s", STR_ARG(status));
            help_wrap(out, meaning, 5, 2 + status.len);
        }
        buf_text(out, "\nA .plimsoll.yaml holds settings: see plimsoll(1), or "
                      "docs/configuration.md.\n");
    }
}

static int write_out(Out *out)
{
    if (out_close(out))
        return EXIT_CLEAN;
    cli_error("stdout: %s", strerror(out->error));
    return EXIT_TROUBLE;
}

int run_help(Options *options)
{
    Out out;
    if (options->paths.len > 1) {
        cli_error("help takes one COMMAND");
        return EXIT_TROUBLE;
    }
    if (!options->paths.len) {
        out_init(&out, STDOUT_FILENO);
        help_overview(&out.buf);
        return write_out(&out);
    }
    Str name = options->paths.at[0];
    const Command *command = command_find(name);
    if (!command) {
        Guess guess = {.wrong = name};
        for (size_t i = 0; i < command_count; i++)
            guess_try(&guess, str_of(commands[i].name));
        Str mean = guess_text(&guess, &options->arena);
        cli_error("unknown command %.*s%.*s", STR_ARG(name), STR_ARG(mean));
        return EXIT_TROUBLE;
    }
    out_init(&out, STDOUT_FILENO);
    help_command(command, &out.buf);
    return write_out(&out);
}

int run_version(Options *options)
{
    if (options && options->paths.len) {
        cli_error("version takes no arguments");
        return EXIT_TROUBLE;
    }
    Out out;
    out_init(&out, STDOUT_FILENO);
    buf_format(&out.buf, "plimsoll %s (Kubernetes 1.%d to 1.%d)\n", PLIMSOLL_VERSION,
               SCHEMA_OLDEST, SCHEMA_NEWEST);
    return write_out(&out);
}
