/* The man page and the pages of docs/, made from the tables of commands, options
 * and configuration keys: `plimsoll --generate man|usage|configuration`. */
#include "cli/options.h"

#ifndef PLIMSOLL_VERSION
#define PLIMSOLL_VERSION "unreleased"
#endif

/* Calls a function for each "term<tab>meaning" line. */
static void each_term(Buf *out, const char *text, void (*write)(Buf *out, Str term, Str meaning))
{
    for (Str rest = str_of(text); rest.len;) {
        Str meaning = str_until(&rest, '\n'), term = str_until(&meaning, '\t');
        write(out, term, meaning);
    }
}

/* The commands that have an option, as "check, emit". */
static void commands_of(Buf *out, const OptionInfo *option)
{
    bool first = true;
    for (size_t i = 0; i < command_count; i++)
        if (option->commands & commands[i].mask) {
            buf_format(out, "%s%s", first ? "" : ", ", commands[i].name);
            first = false;
        }
}

/* ---- man ---- */

/* Text for roff: hyphens that can be typed, `backticks` in bold. */
static void man_text(Buf *out, Str text)
{
    bool bold = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool at_start = out->len && out->ptr[out->len - 1] == '\n';
        if (c == '`') {
            bold = !bold;
            buf_text(out, bold ? "\\fB" : "\\fR");
        } else if (c == '-') {
            buf_text(out, "\\-");
        } else if (c == '\\') {
            buf_text(out, "\\e");
        } else {
            if (at_start && (c == '.' || c == '\''))
                buf_text(out, "\\&");
            buf_byte(out, c);
        }
    }
}

static void man_paragraphs(Buf *out, const char *text)
{
    Str rest = str_of(text);
    for (bool first = true; rest.len; first = false) {
        if (!first)
            buf_text(out, ".PP\n");
        man_text(out, str_until_text(&rest, STR("\n\n")));
        buf_byte(out, '\n');
    }
}

static void man_term(Buf *out, Str term, Str meaning)
{
    buf_text(out, ".TP\n.B ");
    man_text(out, term);
    buf_byte(out, '\n');
    man_text(out, meaning);
    buf_byte(out, '\n');
}

static void man_option(Buf *out, const OptionInfo *option)
{
    buf_text(out, ".TP\n\\fB");
    if (option->letter)
        buf_format(out, "\\-%c\\fR, \\fB", option->letter);
    buf_text(out, "\\-\\-");
    man_text(out, str_of(option->name));
    buf_text(out, "\\fR");
    if (option->argument) {
        buf_text(out, " \\fI");
        man_text(out, str_of(option->argument));
        buf_text(out, "\\fR");
    }
    buf_byte(out, '\n');
    man_text(out, str_of(option->help));
    buf_text(out, ".\n");
    if (option->value == VALUE_FORMAT)
        for (size_t i = 0; i < command_count; i++) {
            const char *word;
            if (!(option->commands & commands[i].mask))
                continue;
            buf_format(out, "For \\fB%s\\fR: ", commands[i].name);
            for (size_t k = 0; (word = option_word(option, &commands[i], k)); k++)
                buf_format(out, "%s%s%s", k ? ", " : "", word, k ? "" : " (the default)");
            buf_text(out, ".\n");
        }
    if (option->commands != FOR_ALL) {
        buf_byte(out, '(');
        commands_of(out, option);
        buf_text(out, ")\n");
    }
}

static void man_lines(Buf *out, const char *lines)
{
    buf_text(out, ".PP\n.RS\n.nf\n");
    man_text(out, str_of(lines));
    buf_text(out, ".fi\n.RE\n");
}

static void man_examples(Buf *out)
{
    bool first = true;
    buf_text(out, ".SH EXAMPLES\n");
    for (size_t i = 0; i < command_count; i++)
        for (size_t k = 0; k < COMMAND_EXAMPLES && commands[i].examples[k].line; k++) {
            buf_text(out, first ? "" : ".PP\n");
            first = false;
            man_text(out, str_of(commands[i].examples[k].what));
            buf_text(out, "\n.PP\n.RS\n.nf\n");
            man_text(out, str_of(commands[i].examples[k].line));
            buf_text(out, "\n.fi\n.RE\n");
        }
}

void page_man(Buf *out)
{
    buf_format(out, ".TH PLIMSOLL 1 \"\" \"plimsoll %s\" \"User Commands\"\n", PLIMSOLL_VERSION);
    buf_text(out, ".SH NAME\nplimsoll \\- ");
    man_text(out, str_of(text_tagline));
    buf_text(out, "\n.SH SYNOPSIS\n");
    for (size_t i = 0; i < command_count; i++)
        buf_format(out, "%s\\fBplimsoll %s\\fR%s \\fI%s\\fR\n", i ? ".br\n" : "", commands[i].name,
                   command_has_options(&commands[i]) ? " [\\fIOPTION\\fR]..." : "", commands[i].arguments);
    buf_text(out, ".SH COMMANDS\n");
    for (size_t i = 0; i < command_count; i++) {
        buf_format(out, ".SS plimsoll %s\n", commands[i].name);
        man_paragraphs(out, commands[i].text);
    }
    buf_text(out, ".SH OPTIONS\n");
    for (int group = 0; group < GROUP_COUNT; group++)
        for (size_t i = 0; i < option_count; i++)
            if (option_table[i].group == (OptionGroup)group)
                man_option(out, &option_table[i]);
    buf_text(out, ".SH CONFIGURATION\n");
    man_paragraphs(out, text_configuration);
    for (size_t i = 0; i < config_key_count; i++) {
        man_term(out, str_of(config_keys[i].name), str_of(config_keys[i].text));
        man_lines(out, config_keys[i].example);
    }
    buf_text(out, ".SH EXIT STATUS\n");
    each_term(out, text_exit_status, man_term);
    buf_text(out, ".SH ENVIRONMENT\n");
    each_term(out, text_environment, man_term);
    man_examples(out);
}

/* ---- Markdown ---- */

/* A paragraph on lines of readable length. */
static void markdown_text(Buf *out, Str text)
{
    size_t column = 0;
    while (text.len) {
        Str word = str_until(&text, ' ');
        if (column && column + 1 + word.len > 96) {
            buf_byte(out, '\n');
            column = 0;
        }
        buf_format(out, "%s%.*s", column ? " " : "", STR_ARG(word));
        column += word.len + (column > 0);
    }
    buf_byte(out, '\n');
}

static void markdown_paragraphs(Buf *out, const char *text)
{
    for (Str rest = str_of(text); rest.len;) {
        markdown_text(out, str_until_text(&rest, STR("\n\n")));
        buf_byte(out, '\n');
    }
}

static void markdown_term(Buf *out, Str term, Str meaning)
{
    buf_format(out, "| `%.*s` | %.*s |\n", STR_ARG(term), STR_ARG(meaning));
}

static void markdown_option(Buf *out, const OptionInfo *option, const Command *command)
{
    buf_text(out, "| `");
    if (option->letter)
        buf_format(out, "-%c`, `", option->letter);
    buf_format(out, "--%s%s%s` | %s", option->name, option->argument ? " " : "",
               option->argument ? option->argument : "", option->help);
    const char *word;
    for (size_t i = 0; option->value == VALUE_FORMAT && (word = option_word(option, command, i));
         i++)
        buf_format(out, "%s`%s`%s", i ? ", " : ": ", word, i ? "" : " (the default)");
    buf_text(out, " |\n");
}

static void markdown_command(Buf *out, const Command *command)
{
    buf_format(out, "## plimsoll %s\n\n", command->name);
    buf_format(out, "```console\nplimsoll %s%s%s%s\n```\n\n", command->name,
               command_has_options(command) ? " [OPTION]..." : "", command->arguments[0] ? " " : "",
               command->arguments);
    markdown_paragraphs(out, command->text);
    if (!command_has_options(command))
        return;
    for (int group = 0; group < GROUP_COUNT; group++) {
        bool titled = false;
        for (size_t i = 0; i < option_count; i++) {
            const OptionInfo *option = &option_table[i];
            if (option->group != (OptionGroup)group || !(option->commands & command->mask))
                continue;
            if (!titled)
                buf_format(out, "| %s | |\n| --- | --- |\n", option_group_names[group]);
            titled = true;
            markdown_option(out, option, command);
        }
        if (titled)
            buf_byte(out, '\n');
    }
    for (size_t i = 0; i < COMMAND_EXAMPLES && command->examples[i].line; i++)
        buf_format(out, "%s\n\n```console\n%s\n```\n\n", command->examples[i].what,
                   command->examples[i].line);
}

static void markdown_skipped(Buf *out)
{
    buf_text(out, "## What is skipped\n\n");
    markdown_paragraphs(out, text_skipped);
    buf_text(out, "Kinds that only clients read, by what stands before the slash of their "
                  "apiVersion:\n\n");
    Str api, kind;
    for (size_t i = 0; skip_client_kind(i, &api, &kind); i++) {
        buf_format(out, "- `%.*s`", STR_ARG(api));
        if (kind.len)
            buf_format(out, " `%.*s`", STR_ARG(kind));
        buf_byte(out, '\n');
    }
    buf_byte(out, '\n');
}

void page_usage(Buf *out)
{
    buf_text(out, "<!-- Made by: plimsoll --generate usage -->\n# Usage\n\n");
    buf_text(out, "`plimsoll --help` and `plimsoll help COMMAND` say the same on a terminal, and "
                  "`man plimsoll`\nwhere it is installed.\n\n");
    for (size_t i = 0; i < command_count; i++)
        markdown_command(out, &commands[i]);
    markdown_skipped(out);
    buf_text(out, "## Exit status\n\n| Status | Meaning |\n| --- | --- |\n");
    each_term(out, text_exit_status, markdown_term);
    buf_text(out, "\n## Environment\n\n| Variable | Meaning |\n| --- | --- |\n");
    each_term(out, text_environment, markdown_term);
    buf_text(out, "\n## Configuration\n\nSee [configuration.md](configuration.md).\n");
}

static void markdown_key(Buf *out, const ConfigKey *key)
{
    buf_format(out, "## %s\n\n", key->name);
    markdown_paragraphs(out, key->text);
    buf_format(out, "```yaml\n%s```\n\n", key->example);
    buf_format(out, "Value: %s", key->value);
    if (key->words) {
        buf_text(out, ":");
        for (size_t i = 0; key->words[i]; i++)
            buf_format(out, "%s `%s`", i ? "," : "", key->words[i]);
    }
    if (key->option)
        buf_format(out, ". As an option: `%s`", key->option);
    buf_text(out, ".\n\n");
}

void page_configuration(Buf *out)
{
    buf_text(out, "<!-- Made by: plimsoll --generate configuration -->\n# Configuration\n\n");
    markdown_paragraphs(out, text_configuration);
    markdown_paragraphs(out,
                        "Editors complete it and show mistakes with "
                        "[plimsoll.schema.json](plimsoll.schema.json), a JSON Schema made from the "
                        "table that reads it (`plimsoll --generate config-schema`). With "
                        "yaml-language-server a comment at the top of the file names it: "
                        "`# yaml-language-server: $schema=PATH-OR-URL`.");
    markdown_paragraphs(out, "`plimsoll config` prints what is in force, and which line, option or "
                             "default it comes from.");
    buf_text(out, "A whole file:\n\n```yaml\n");
    for (size_t i = 0; i < config_key_count; i++)
        buf_text(out, config_keys[i].example);
    buf_text(out, "```\n\n");
    for (size_t i = 0; i < config_key_count; i++)
        markdown_key(out, &config_keys[i]);
}
