/* A list in pages.  One that is larger than an answer may be is asked for in smaller ones, and
 * where the server has forgotten the list's version it says itself how to go on. */
#include "emit/rest/json.h"
#include "emit/rest/rest.h"

static void ask(RestPages *pages)
{
    Buf query = {0};
    call_free(&pages->call);
    buf_format(&query, "%.*s?limit=%u", STR_ARG(pages->path), pages->size);
    if (pages->token.len) {
        buf_text(&query, "&continue=");
        rest_put_escaped(&query, buf_slice(&pages->token));
    }
    pages->call = (Call){.method = "GET", .path = buf_slice(&query), .accept = pages->accept};
    client_do(pages->client, &pages->call);
    pages->call.path = pages->path;
    buf_free(&query);
}

Json *rest_next_page(RestPages *pages)
{
    ask(pages);
    while (pages->call.overflow && pages->size > 1) {
        pages->size = (pages->size + 3) / 4;
        ask(pages);
    }
    const Call *call = &pages->call;
    bool expired = call->status == 410 && pages->token.len;
    Json *list = call->status == 200 || expired ? rest_json_read(buf_slice(&call->answer)) : NULL;
    pages->token.len = 0;
    buf_str(&pages->token, rest_json_path_text(list, "metadata.continue"));
    pages->more = pages->token.len > 0;
    if (!expired)
        return list;
    rest_json_free(list);
    return pages->more ? rest_next_page(pages) : NULL;
}

void rest_end_pages(RestPages *pages)
{
    call_free(&pages->call);
    buf_free(&pages->token);
}
