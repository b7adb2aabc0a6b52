/* Sets up what a client's requests have in common; see client_setup.h.
 *
 * TLS is 1.2 at least and verified; no redirect is followed; a name of their own for the
 * server (tls-server-name) is given to libcurl as the URL's host. */
#include "emit/rest/client_setup.h"

#include <curl/curl.h>
#include <stdlib.h>

/* ---- where it is ---- */

static bool load(FileText *text, Str path, Str data, const char *what, Buf *error)
{
    if (data.len || !path.len)
        return true;
    int failed = file_read(text, path.ptr);
    if (failed)
        buf_format(error, "%s %.*s: %s", what, STR_ARG(path), strerror(failed));
    return !failed;
}

/* A server's URL as client-go completes it: without a scheme, https where TLS is set up. */
static Str complete_url(const KubeCluster *cluster, Arena *arena)
{
    Str url = cluster->server;
    if (!str_contains(url, STR("://"))) {
        bool tls = cluster->ca_file.len || cluster->ca_data.len || cluster->insecure;
        url = arena_format(arena, "%s://%.*s", tls ? "https" : "http", STR_ARG(url));
    }
    while (url.len && url.ptr[url.len - 1] == '/')
        url.len--;
    return url;
}

/* With a tls-server-name the URL names that host, and libcurl is told where it is: so the
 * name is asked for in SNI and looked for in the certificate. */
static bool set_base(ClientSetup *setup, Buf *error)
{
    const KubeCluster *cluster = &setup->target->cluster;
    Str url = complete_url(cluster, &setup->arena);
    CURLU *parts = curl_url();
    char *scheme = NULL, *host = NULL, *port = NULL, *path = NULL;
    Str text = arena_str(&setup->arena, url);
    bool fine = curl_url_set(parts, CURLUPART_URL, text.ptr, 0) == CURLUE_OK &&
                curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
                curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK &&
                curl_url_get(parts, CURLUPART_PATH, &path, 0) == CURLUE_OK &&
                (!strcmp(scheme, "https") || !strcmp(scheme, "http"));
    if (!fine) {
        buf_format(error, "the server's address is no http or https URL: %.*s",
                   STR_ARG(cluster->server));
    } else {
        Str prefix = str_of(path);
        while (prefix.len && prefix.ptr[prefix.len - 1] == '/')
            prefix.len--;
        /* As Go has it: proxies of the environment are not for what is on this machine. */
        setup->loopback = !cluster->proxy_url.len &&
                          (!strcmp(host, "localhost") || !strcmp(host, "[::1]") ||
                           !strncmp(host, "127.", 4));
        const char *named = host;
        if (cluster->tls_server_name.len && !strcmp(scheme, "https")) {
            named = cluster->tls_server_name.ptr;
            setup->host = arena_format(&setup->arena, "Host: %s:%s", host, port);
            setup->connect_to = curl_slist_append(
                NULL, arena_format(&setup->arena, "%s:%s:%s:%s", named, port, host, port).ptr);
        }
        setup->base = arena_format(&setup->arena, "%s://%s:%s%.*s", scheme, named, port,
                                    STR_ARG(prefix));
    }
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_free(path);
    curl_url_cleanup(parts);
    return fine;
}

static struct curl_blob blob(Str data, const FileText *file)
{
    return data.len ? (struct curl_blob){(void *)(uintptr_t)data.ptr, data.len, CURL_BLOB_COPY}
                    : (struct curl_blob){file->ptr, file->len, CURL_BLOB_COPY};
}

/* ---- whom it trusts ---- */

static void set_trust(const ClientSetup *setup, CURL *easy)
{
    const KubeCluster *cluster = &setup->target->cluster;
    const KubeUser *user = &setup->target->user;
    const Auth *auth = setup->auth;
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, cluster->insecure ? 0L : 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, cluster->insecure ? 0L : 2L);
    if (cluster->ca_data.len || setup->ca.len) {
        struct curl_blob ca = blob(cluster->ca_data, &setup->ca);
        curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &ca);
    }
    Str cert = auth->cert.len ? buf_slice(&auth->cert) : user->cert_data;
    Str key = auth->cert.len ? buf_slice(&auth->key) : user->key_data;
    if (cert.len || setup->cert.len) {
        struct curl_blob cert_blob = blob(cert, &setup->cert), key_blob = blob(key, &setup->key);
        curl_easy_setopt(easy, CURLOPT_SSLCERT_BLOB, &cert_blob);
        curl_easy_setopt(easy, CURLOPT_SSLKEY_BLOB, &key_blob);
    }
}

void *client_setup_handle(const ClientSetup *setup)
{
    const KubeCluster *cluster = &setup->target->cluster;
    CURL *easy = curl_easy_init();
    if (!easy)
        fatal("libcurl: out of memory");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(easy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, 15000L);
    if (!cluster->disable_compression)
        curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
    if (cluster->proxy_url.len || setup->loopback)
        curl_easy_setopt(easy, CURLOPT_PROXY, setup->loopback ? "" : cluster->proxy_url.ptr);
    if (cluster->proxy_url.len) /* as Go has it: NO_PROXY is about the environment's proxies */
        curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
    set_trust(setup, easy);
    return easy;
}

/* ---- who asks ---- */

/* A list under way, and where its texts lie until libcurl has copied them. */
typedef struct Headers {
    struct curl_slist *list;
    Arena arena;
} Headers;

static void header(Headers *headers, const char *format, ...) BASE_PRINTF(2, 3);
static void header(Headers *headers, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Str text = arena_vformat(&headers->arena, format, args);
    va_end(args);
    headers->list = curl_slist_append(headers->list, text.ptr);
}

static void impersonate(Headers *headers, const KubeUser *user)
{
    if (!user->impersonate.len)
        return;
    header(headers, "Impersonate-User: %.*s", STR_ARG(user->impersonate));
    if (user->impersonate_uid.len)
        header(headers, "Impersonate-Uid: %.*s", STR_ARG(user->impersonate_uid));
    for (uint32_t i = 0; i < user->impersonate_groups.len; i++)
        header(headers, "Impersonate-Group: %.*s", STR_ARG(user->impersonate_groups.at[i]));
    for (uint32_t i = 0; i < user->impersonate_extra.len; i++) {
        const KubePair *extra = &user->impersonate_extra.at[i];
        Buf key = {0};
        buf_percent(&key, extra->name, "-_.~!#$&'*+^`|");
        for (uint32_t v = 0; v < extra->values.len; v++)
            header(headers, "Impersonate-Extra-%.*s: %.*s", STR_ARG(buf_slice(&key)),
                   STR_ARG(extra->values.at[v]));
        buf_free(&key);
    }
}

struct curl_slist *client_setup_headers(const ClientSetup *setup, const Call *call)
{
    Headers headers = {0};
    header(&headers, "Accept: %s", call->accept ? call->accept : "application/json");
    if (call->content_type)
        header(&headers, "Content-Type: %s", call->content_type);
    header(&headers, "Expect:");
    header(&headers, "User-Agent: plimsoll/" PLIMSOLL_VERSION);
    if (setup->host.len)
        header(&headers, "%.*s", STR_ARG(setup->host));
    if (setup->auth->token.len)
        header(&headers, "Authorization: Bearer %.*s", STR_ARG(buf_slice(&setup->auth->token)));
    impersonate(&headers, &setup->target->user);
    arena_free(&headers.arena);
    return headers.list;
}

/* ---- all of it ---- */

/* A header of its own must not be hidden in another's value. */
static bool is_header_value(Str value)
{
    for (size_t i = 0; i < value.len; i++)
        if ((unsigned char)value.ptr[i] < ' ' || value.ptr[i] == 0x7f)
            return false;
    return true;
}

static bool headers_fine(const KubeUser *user)
{
    bool fine = is_header_value(user->impersonate) && is_header_value(user->impersonate_uid);
    for (uint32_t i = 0; i < user->impersonate_groups.len; i++)
        fine &= is_header_value(user->impersonate_groups.at[i]);
    for (uint32_t i = 0; i < user->impersonate_extra.len; i++)
        for (uint32_t v = 0; v < user->impersonate_extra.at[i].values.len; v++)
            fine &= is_header_value(user->impersonate_extra.at[i].values.at[v]);
    return fine;
}

bool client_setup(ClientSetup *setup, Buf *error)
{
    if (!headers_fine(&setup->target->user)) {
        buf_text(error, "who is impersonated has a name with control characters, which no header may have");
        return false;
    }
    const KubeCluster *cluster = &setup->target->cluster;
    const KubeUser *user = &setup->target->user;
    return set_base(setup, error) &&
           load(&setup->ca, cluster->ca_file, cluster->ca_data, "certificate-authority", error) &&
           load(&setup->cert, user->cert_file, user->cert_data, "client-certificate", error) &&
           load(&setup->key, user->key_file, user->key_data, "client-key", error);
}

void client_setup_free(ClientSetup *setup)
{
    curl_slist_free_all(setup->connect_to);
    file_free(&setup->ca);
    file_free(&setup->cert);
    file_free(&setup->key);
    arena_free(&setup->arena);
}

