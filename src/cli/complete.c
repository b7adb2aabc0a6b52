/* Completions for bash, zsh and fish, written from the tables: `plimsoll
 * --generate bash`.  They are static text, so that pressing Tab runs nothing. */
#include "cli/options.h"

static bool has(const OptionInfo *option, const Command *command)
{
    return (option->commands & command->mask) != 0;
}

static void command_names(Buf *out, const char *separator)
{
    for (size_t i = 0; i < command_count; i++)
        buf_format(out, "%s%s", i ? separator : "", commands[i].name);
}

/* The values of an option with spaces between, RULE= for a rule. */
static bool words_of(Buf *out, const OptionInfo *option, const Command *command)
{
    const char *word;
    size_t i = 0;
    for (; (word = option_word(option, command, i)); i++)
        buf_format(out, "%s%s%s", i ? " " : "", word, option->value == VALUE_RULE ? "=" : "");
    return i > 0;
}

/* ---- bash: where nothing is offered, readline offers files (-o default) ---- */

static void bash_values(Buf *out, const Command *command)
{
    buf_text(out, "        case \"$previous\" in\n");
    for (size_t i = 0; i < option_count; i++) {
        const OptionInfo *option = &option_table[i];
        if (!has(option, command) || !option->argument || option->many)
            continue;
        buf_format(out, "        --%s", option->name);
        if (option->letter)
            buf_format(out, "|-%c", option->letter);
        buf_text(out, ")\n");
        Buf words = {0};
        if (words_of(&words, option, command))
            buf_format(out, "            COMPREPLY=($(compgen -W '%.*s' -- \"$current\"))\n",
                       STR_ARG(buf_slice(&words)));
        buf_free(&words);
        if (option->value == VALUE_RULE)
            buf_text(out, "            compopt -o nospace 2>/dev/null\n");
        buf_text(out, "            return ;;\n");
    }
    buf_text(out, "        esac\n");
}

void complete_bash(Buf *out)
{
    buf_text(out, "# bash completion for plimsoll, made by: plimsoll --generate bash\n"
                  "_plimsoll()\n{\n"
                  "    local current=\"${COMP_WORDS[COMP_CWORD]}\"\n"
                  "    local previous=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
                  "    local words=''\n"
                  "    COMPREPLY=()\n"
                  "    # bash parts --name=value at the equals sign.\n"
                  "    if [[ $current == = ]]; then current=''; fi\n"
                  "    if [[ $previous == = ]]; then previous=\"${COMP_WORDS[COMP_CWORD-2]}\"; fi\n"
                  "    if ((COMP_CWORD == 1)); then\n"
                  "        COMPREPLY=($(compgen -W '");
    command_names(out, " ");
    buf_text(out, " --help --version' -- \"$current\"))\n        return\n    fi\n"
                  "    case \"${COMP_WORDS[1]}\" in\n");
    for (size_t i = 0; i < command_count; i++) {
        const Command *command = &commands[i];
        buf_format(out, "    %s)\n", command->name);
        if (command_has_options(command))
            bash_values(out, command);
        buf_text(out, "        words='");
        for (size_t k = 0; k < option_count; k++)
            if (has(&option_table[k], command))
                buf_format(out, "--%s ", option_table[k].name);
        buf_text(out, "'");
        if (command->mask == FOR_HELP) {
            buf_text(out, "\n        if [[ $current != -* ]]; then words='");
            command_names(out, " ");
            buf_text(out, "'; fi");
        }
        buf_text(out, " ;;\n");
    }
    buf_text(out, "    esac\n"
                  "    if [[ $current == -* || ${COMP_WORDS[1]} == help ]]; then\n"
                  "        COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
                  "    fi\n"
                  "}\n"
                  "complete -o bashdefault -o default -F _plimsoll plimsoll\n");
}

/* ---- zsh ---- */

/* Text inside '...' of an _arguments specification. */
static void zsh_text(Buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '`')
            continue;
        if (*text == '\'')
            buf_text(out, "'\\''");
        else if (*text == '[' || *text == ']' || *text == ':' || *text == '\\')
            buf_format(out, "\\%c", *text);
        else
            buf_byte(out, *text);
    }
}

static void zsh_option(Buf *out, const OptionInfo *option, const Command *command)
{
    char name[64];
    snprintf(name, sizeof name, "--%s%s", option->name, option->argument ? "=" : "");
    buf_text(out, "            ");
    if (option->letter)
        buf_format(out, "'(-%c --%s)'{-%c%s,%s}'", option->letter, option->name, option->letter,
                   option->argument ? "+" : "", name);
    else
        buf_format(out, "'*%s", name);
    buf_byte(out, '[');
    zsh_text(out, option->help);
    buf_byte(out, ']');
    if (option->argument) {
        buf_byte(out, ':');
        zsh_text(out, option->argument);
        buf_byte(out, ':');
        Buf words = {0};
        if (words_of(&words, option, command))
            buf_format(out, option->value == VALUE_RULE ? "{compadd -S \"\" -- %.*s}" : "(%.*s)",
                       STR_ARG(buf_slice(&words)));
        else if (option->value == VALUE_FOLDER)
            buf_text(out, "_files -/");
        else if (option->value == VALUE_FILE)
            buf_text(out, "_files");
        buf_free(&words);
    }
    buf_text(out, "' \\\n");
}

void complete_zsh(Buf *out)
{
    buf_text(out, "#compdef plimsoll\n# made by: plimsoll --generate zsh\n"
                  "_plimsoll()\n{\n"
                  "    local -a plimsoll_commands\n"
                  "    plimsoll_commands=(\n");
    for (size_t i = 0; i < command_count; i++) {
        buf_format(out, "        '%s:", commands[i].name);
        zsh_text(out, commands[i].summary);
        buf_text(out, "'\n");
    }
    buf_text(out, "    )\n"
                  "    if ((CURRENT == 2)); then\n"
                  "        _describe command plimsoll_commands\n"
                  "        return\n"
                  "    fi\n"
                  "    local command=$words[2]\n"
                  "    shift words\n"
                  "    ((CURRENT--))\n"
                  "    case $command in\n");
    for (size_t i = 0; i < command_count; i++) {
        const Command *command = &commands[i];
        buf_format(out, "    %s)\n        _arguments -s -S \\\n", command->name);
        for (size_t k = 0; k < option_count; k++)
            if (has(&option_table[k], command))
                zsh_option(out, &option_table[k], command);
        if (command->reads_input)
            buf_text(out, "            '*:path:_files' ;;\n");
        else if (command->mask == FOR_HELP)
            buf_text(out, "            '1:command:{_describe command plimsoll_commands}' ;;\n");
        else
            buf_text(out, "            ;;\n");
    }
    buf_text(out, "    esac\n}\n_plimsoll \"$@\"\n");
}

/* ---- fish ---- */

static void fish_text(Buf *out, const char *text)
{
    buf_byte(out, '\'');
    for (; *text; text++) {
        if (*text == '`')
            continue;
        if (*text == '\'' || *text == '\\')
            buf_byte(out, '\\');
        buf_byte(out, *text);
    }
    buf_byte(out, '\'');
}

static void fish_option(Buf *out, const OptionInfo *option, const Command *command)
{
    buf_format(out, "complete -c plimsoll -n '__fish_seen_subcommand_from %s' -l %s",
               command->name, option->name);
    if (option->letter)
        buf_format(out, " -s %c", option->letter);
    if (option->argument) {
        Buf words = {0};
        if (words_of(&words, option, command))
            buf_format(out, " -x -a '%.*s'", STR_ARG(buf_slice(&words)));
        else
            buf_text(out, option->value == VALUE_TEXT ? " -x" : " -r -F");
        buf_free(&words);
    }
    buf_text(out, " -d ");
    fish_text(out, option->help);
    buf_byte(out, '\n');
}

void complete_fish(Buf *out)
{
    buf_text(out, "# fish completion for plimsoll, made by: plimsoll --generate fish\n");
    for (size_t i = 0; i < command_count; i++) {
        buf_format(out, "complete -c plimsoll -n __fish_use_subcommand -f -a %s -d ",
                   commands[i].name);
        fish_text(out, commands[i].summary);
        buf_byte(out, '\n');
    }
    buf_text(out, "complete -c plimsoll -n '__fish_seen_subcommand_from help' -f -a '");
    command_names(out, " ");
    buf_text(out, "'\n");
    for (size_t i = 0; i < command_count; i++)
        for (size_t k = 0; k < option_count; k++)
            if (has(&option_table[k], &commands[i]))
                fish_option(out, &option_table[k], &commands[i]);
}
