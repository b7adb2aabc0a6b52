/* What is known of every rule, a line of JSON each: scripts/rule-pages joins it with
 * the rule's examples to docs/rules/ID.md. */
#include "cli/options.h"

static void member(Buf *out, const char *name, const char *value)
{
    buf_format(out, "%c\"%s\":", out->ptr[out->len - 1] == '{' ? ' ' : ',', name);
    buf_json(out, str_of(value));
}

static void write_rule(Buf *out, const RuleInfo *rule)
{
    buf_byte(out, '{');
    member(out, "id", rule->id);
    member(out, "origin", origin_name(rule->origin));
    member(out, "severity", severity_name(rule->severity));
    member(out, "summary", rule->summary);
    member(out, "why", rule->why);
    member(out, "fix", rule->fix ? rule->fix : "");
    buf_text(out, "}\n");
}

void page_rules(Buf *out)
{
    const RuleInfo *rule;
    for (size_t i = 0; (rule = setting_rule(i)); i++)
        write_rule(out, rule);
    write_rule(out, &rule_configuration);
}
