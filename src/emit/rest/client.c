/* The client on libcurl's multi interface: one thread, HTTP/2 where the server has it,
 * requests multiplexed over the connections that are open.
 *
 * The window of calls in flight is adaptive: 429 and 503 halve it, each answered call
 * widens it by a little again.  Waits grow by two with each try and are jittered, unless
 * the server said how long to wait. */
#include "emit/rest/client_setup.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#if LIBCURL_VERSION_NUM < 0x074d00
#error "libcurl 7.77 or newer is needed"
#endif

enum {
    MAX_STREAMS = 16,
    MAX_IN_FLIGHT = 64 + MAX_STREAMS,
    HEAD_LIMIT = 256 << 10,
    FIRST_WAIT_MS = 200,
    LONGEST_WAIT_MS = 15000,
    LONGEST_RETRY_AFTER_MS = 60000,
    WEBHOOK_TRIES = 3, /* its Pod may just be starting */
};

typedef struct Slot {
    CURL *easy;
    Call *call; /* NULL: free */
    struct curl_slist *headers;
    uint32_t generation; /* of the credentials that its handle was set up with */
    int64_t limit_ms;    /* of the try under way */
    char why[CURL_ERROR_SIZE];
} Slot;

typedef struct Queue {
    Call *first, *last;
} Queue;

struct Client {
    ClientSetup setup;
    Auth *auth;
    ClientOptions options;
    CURLM *multi;
    Slot slots[MAX_IN_FLIGHT];
    unsigned active, streaming; /* calls under way, and the streams beside them */
    double window;
    Queue waiting, streams, delayed, done;
    int64_t deadline_ms; /* 0: none */
    uint64_t random;
    bool stopped;
};

static void queue_put(Queue *queue, Call *call)
{
    call->next = NULL;
    if (queue->last)
        queue->last->next = call;
    else
        queue->first = call;
    queue->last = call;
}

static Call *queue_take(Queue *queue)
{
    Call *call = queue->first;
    if (call && !(queue->first = call->next))
        queue->last = NULL;
    return call;
}

ClientOptions client_defaults(void)
{
    return (ClientOptions){
        .in_flight = 32, .tries = 8, .call_ms = 60000, .answer_limit = (size_t)64 << 20};
}

/* ---- what comes ---- */

/* Hands out the whole lines of a stream; what is left begins the next. */
static void take_lines(Call *call)
{
    size_t from = 0;
    for (size_t at = 0; at < call->answer.len; at++)
        if (call->answer.ptr[at] == '\n') {
            if (at > from)
                call->take_line(call, str_slice(call->answer.ptr + from, at - from));
            from = at + 1;
        }
    if (from && from < call->answer.len)
        memmove(call->answer.ptr, call->answer.ptr + from, call->answer.len - from);
    call->answer.len -= from;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
    Call *call = context;
    (void)size;
    if (call->overflow || call->answer.len + count > call->answer_limit) {
        call->overflow = true;
        return 0;
    }
    buf_str(&call->answer, str_slice(bytes, count));
    if (call->take_line && call->status == 200 && memchr(bytes, '\n', count))
        take_lines(call);
    return count;
}

static void take_warning(Call *call, Str value)
{
    /* 299 - "text": the text stands between the first and the last quotation mark. */
    size_t from = str_find(value, '"');
    if (from == value.len || call->warnings.len > HEAD_LIMIT)
        return;
    for (size_t i = from + 1; i < value.len && value.ptr[i] != '"'; i++) {
        if (value.ptr[i] == '\\' && i + 1 < value.len)
            i++;
        buf_byte(&call->warnings, value.ptr[i]);
    }
    buf_byte(&call->warnings, '\n');
}

/* Up to six digits; 0 where there are none, as in a Retry-After that is a date. */
static int64_t leading_number(Str text, size_t from)
{
    int64_t number = 0;
    for (size_t i = from; i < text.len && i < from + 6 && is_digit(text.ptr[i]); i++)
        number = number * 10 + (text.ptr[i] - '0');
    return number;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *context)
{
    Call *call = context;
    Str line = str_trim(str_slice(bytes, size * count));
    Str value = line, name = str_until(&value, ':');
    call->header_bytes += (int64_t)line.len;
    if (call->header_bytes > HEAD_LIMIT) {
        call->overflow = true;
        return 0;
    }
    if (str_starts(line, STR("HTTP/")))
        call->status = (long)leading_number(line, str_find(line, ' ') + 1);
    else if (name.len == 11 && !strncasecmp(name.ptr, "retry-after", 11))
        call->retry_after_ms = 1000 * leading_number(str_trim(value), 0);
    else if (name.len == 7 && !strncasecmp(name.ptr, "warning", 7))
        take_warning(call, value);
    return size * count;
}

/* Called often while a transfer runs: the place to stop one that grows too large. */
static int watch(void *context, curl_off_t total, curl_off_t now, curl_off_t up, curl_off_t sent)
{
    Call *call = context;
    (void)total, (void)now, (void)up, (void)sent;
    return call->overflow;
}

/* ---- a client ---- */

Client *client_new(const KubeTarget *target, Auth *auth, const ClientOptions *options, Buf *error)
{
    Client *client = mem_resize(NULL, sizeof *client);
    *client = (Client){.setup = {.target = target, .auth = auth}, .auth = auth, .options = *options};
    curl_global_init(CURL_GLOBAL_DEFAULT);
    client->multi = curl_multi_init();
    if (client->options.in_flight > MAX_IN_FLIGHT - MAX_STREAMS)
        client->options.in_flight = MAX_IN_FLIGHT - MAX_STREAMS;
    client->window = client->options.in_flight;
    client->random = (uint64_t)clock_ms() * 2654435761u + (uint64_t)getpid();
    client->deadline_ms = options->run_ms ? clock_ms() + options->run_ms : 0;
    curl_multi_setopt(client->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
    curl_multi_setopt(client->multi, CURLMOPT_MAX_HOST_CONNECTIONS, 8L);
    if (client_setup(&client->setup, error) && auth_refresh(auth, false, error))
        return client;
    client_free(client);
    return NULL;
}

/* ---- one try ---- */

static CURL *new_handle(const Client *client)
{
    CURL *easy = client_setup_handle(&client->setup);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, watch);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    return easy;
}

/* How long a try may take: no longer than what is left of the run.  0 would be no limit. */
static int64_t try_limit(const Client *client, const Call *call)
{
    int64_t limit = call->limit_ms ? call->limit_ms : client->options.call_ms;
    int64_t left = client_time_left(client);
    return left < 0 || left > limit ? limit : left > 0 ? left : 1;
}

static void send_call(Client *client, Slot *slot, Call *call)
{
    Arena arena = {0};
    CURL *easy = slot->easy;
    const KubeUser *user = &client->setup.target->user;
    if (!easy || slot->generation != client->auth->generation) {
        curl_easy_cleanup(easy);
        easy = slot->easy = new_handle(client);
    }
    call->generation = slot->generation = client->auth->generation;
    slot->call = call;
    slot->headers = client_setup_headers(&client->setup, call);
    Str url = arena_format(&arena, "%.*s%.*s", STR_ARG(client->setup.base), STR_ARG(call->path));
    curl_easy_setopt(easy, CURLOPT_URL, url.ptr);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, slot->headers);
    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    if (call->body.len) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.len);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call->body.ptr);
    }
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call->method);
    if (user->username.len || user->password.len) {
        curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(easy, CURLOPT_USERNAME, user->username.len ? user->username.ptr : "");
        curl_easy_setopt(easy, CURLOPT_PASSWORD, user->password.len ? user->password.ptr : "");
    }
    if (client->setup.connect_to)
        curl_easy_setopt(easy, CURLOPT_CONNECT_TO, client->setup.connect_to);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, call);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, (void *)slot);
    curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE,
                     call->take_line ? 0 : (curl_off_t)client->options.answer_limit);
    slot->limit_ms = try_limit(client, call);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)slot->limit_ms);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, slot->why);
    slot->why[0] = 0;
    call->answer.len = call->error.len = call->warnings.len = 0;
    call->status = 0;
    call->header_bytes = call->retry_after_ms = 0;
    call->overflow = false;
    call->answer_limit = client->options.answer_limit;
    call->tries++;
    curl_multi_add_handle(client->multi, easy);
    *(call->take_line ? &client->streaming : &client->active) += 1;
    arena_free(&arena);
}

/* ---- after a try ---- */

static bool out_of_time(const Client *client)
{
    return client->deadline_ms && clock_ms() >= client->deadline_ms;
}

static void put_request(const Client *client, Call *call)
{
    call->error.len = 0;
    buf_format(&call->error, "%s %.*s%.*s: ", call->method, STR_ARG(client->setup.base),
               (int)str_find(call->path, '?'), call->path.ptr);
}

/* Which request got no answer, and why.  `begun`: its head had come. */
static void explain(const Client *client, const Slot *slot, CURLcode code, bool begun)
{
    Call *call = slot->call;
    put_request(client, call);
    call->overflow |= code == CURLE_FILESIZE_EXCEEDED;
    if (call->overflow)
        buf_format(&call->error, "the answer is too large (%s)",
                   call->header_bytes > HEAD_LIMIT ? "more than 256 KiB of headers"
                                                   : "more than 64 MiB");
    else if (code == CURLE_OPERATION_TIMEDOUT)
        buf_format(&call->error, "%s within %lld.%lld s%s",
                   begun ? "the answer began, and did not end" : "no answer",
                   (long long)slot->limit_ms / 1000, (long long)slot->limit_ms % 1000 / 100,
                   out_of_time(client) ? ", when the time given by --timeout was over" : "");
    else
        buf_text(&call->error, slot->why[0] ? slot->why : curl_easy_strerror(code));
    if (call->tries > 1)
        buf_format(&call->error, ", tried %u times", call->tries);
}

/* Mistakes that waiting does not mend. */
static bool is_final(CURLcode code, const Call *call)
{
    switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_FILESIZE_EXCEEDED:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_OUT_OF_MEMORY: return true;
    default: return call->overflow;
    }
}

static bool is_busy(long status)
{
    return status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
}

bool call_cannot_merge(const Call *call)
{
    Str answer = buf_slice(&call->answer);
    return call->status == 500 && (str_contains(answer, STR("failed to create typed patch object")) ||
                                   str_contains(answer, STR("failed to convert new object")));
}

bool call_has_no_webhook(const Call *call)
{
    return call->status == 500 &&
           str_contains(buf_slice(&call->answer), STR("failed calling webhook"));
}

/* Whether asking again is of no use. */
static bool is_verdict(const Call *call)
{
    return call_cannot_merge(call) || (call_has_no_webhook(call) && call->tries >= WEBHOOK_TRIES);
}

static int64_t jitter(Client *client, int64_t wait)
{
    client->random = client->random * 6364136223846793005u + 1442695040888963407u;
    return wait / 2 + (int64_t)((client->random >> 33) % (uint64_t)(wait / 2 + 1));
}

static int64_t next_wait(Client *client, const Call *call)
{
    int64_t wait = FIRST_WAIT_MS;
    for (uint32_t i = 1; i < call->tries && wait < LONGEST_WAIT_MS; i++)
        wait *= 2;
    if (wait > LONGEST_WAIT_MS)
        wait = LONGEST_WAIT_MS;
    wait = jitter(client, wait);
    int64_t asked = call->retry_after_ms < LONGEST_RETRY_AFTER_MS ? call->retry_after_ms
                                                                  : LONGEST_RETRY_AFTER_MS;
    return asked > 0 ? asked + jitter(client, FIRST_WAIT_MS) : wait;
}

static bool try_again(Client *client, Call *call, int64_t wait)
{
    int64_t due = clock_ms() + wait;
    if (call->tries >= (call->most_tries ? call->most_tries : client->options.tries) ||
        (client->deadline_ms && due >= client->deadline_ms))
        return false;
    call->due_ms = due;
    queue_put(&client->delayed, call);
    return true;
}

/* A call's try has ended: it is done, or waits for another. */
static void finish(Client *client, Call *call, CURLcode code)
{
    if (call->take_line && call->status == 200) {
        ; /* its reader goes on where it ended */
    } else if (code != CURLE_OK) {
        call->status = 0;
        call->unsure = true;
        if (!is_final(code, call) && try_again(client, call, next_wait(client, call)))
            return;
    } else if (call->status == 401) {
        /* Another call may have fetched new ones meanwhile; the same again are of no use. */
        if (call->generation == client->auth->generation)
            auth_refresh(client->auth, true, &call->error);
        if (call->generation != client->auth->generation && try_again(client, call, 0))
            return;
    } else if (is_busy(call->status) && !is_verdict(call)) {
        if (call->status == 429 || call->status == 503)
            client->window = client->window > 2 ? client->window / 2 : 1;
        if (call->status != 429)
            call->unsure = true;
        put_request(client, call);
        buf_format(&call->error, "the server answered %ld, tried %u times", call->status, call->tries);
        if (try_again(client, call, next_wait(client, call)))
            return;
    } else if (client->window < client->options.in_flight) {
        client->window += 1 / client->window;
    }
    queue_put(&client->done, call);
}

/* Frees a slot; its call is the caller's again. */
static Call *leave(Client *client, Slot *slot)
{
    Call *call = slot->call;
    curl_multi_remove_handle(client->multi, slot->easy);
    curl_slist_free_all(slot->headers);
    slot->headers = NULL;
    slot->call = NULL;
    *(call->take_line ? &client->streaming : &client->active) -= 1;
    return call;
}

static void collect(Client *client)
{
    int left;
    for (CURLMsg *message; (message = curl_multi_info_read(client->multi, &left)) != NULL;) {
        if (message->msg != CURLMSG_DONE)
            continue;
        Slot *slot = NULL;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&slot);
        curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &slot->call->status);
        if (code != CURLE_OK)
            explain(client, slot, code, slot->call->status != 0);
        finish(client, leave(client, slot), code);
    }
}

/* Calls whose wait is over go to the front; returns how long the others have to wait. */
static int64_t wake(Client *client)
{
    int64_t now = clock_ms(), soonest = 1000;
    Queue still = {0}, ready = {0};
    for (Call *call; (call = queue_take(&client->delayed)) != NULL;) {
        if (call->due_ms <= now || client->stopped) {
            queue_put(call->take_line ? &client->streams : &ready, call);
            continue;
        }
        if (call->due_ms - now < soonest)
            soonest = call->due_ms - now;
        queue_put(&still, call);
    }
    client->delayed = still;
    if (ready.last) {
        ready.last->next = client->waiting.first;
        client->waiting.first = ready.first;
        if (!client->waiting.last)
            client->waiting.last = ready.last;
    }
    return soonest;
}

static void give_up(Client *client, Call *call, const char *why)
{
    Buf before = call->error;
    call->error = (Buf){0};
    call->cancelled = !call->unsure; /* 401 and 429 refuse before anything is done */
    call->status = 0;
    buf_format(&call->error, "%s%s%.*s", why, before.len ? "; before, " : "",
               STR_ARG(buf_slice(&before)));
    buf_free(&before);
    queue_put(&client->done, call);
}

/* The next that may go out: streams have their own number, and leave the window alone. */
static Call *take_next(Client *client)
{
    if (client->streams.first && client->streaming < MAX_STREAMS)
        return queue_take(&client->streams);
    return client->active < client->window ? queue_take(&client->waiting) : NULL;
}

static void fill(Client *client)
{
    for (unsigned i = 0; i < client->options.in_flight + MAX_STREAMS; i++) {
        Slot *slot = &client->slots[i];
        if (slot->call)
            continue;
        Call *call = take_next(client);
        if (!call)
            return;
        if (client->stopped)
            give_up(client, call, "stopped before it was sent");
        else if (out_of_time(client))
            give_up(client, call, "the time given by --timeout is over");
        else if (!auth_refresh(client->auth, false, &call->error))
            queue_put(&client->done, call);
        else
            send_call(client, slot, call);
    }
}

void client_start(Client *client, Call *call)
{
    queue_put(call->take_line ? &client->streams : &client->waiting, call);
}

void client_start_after(Client *client, Call *call, int64_t ms)
{
    call->due_ms = clock_ms() + ms;
    queue_put(&client->delayed, call);
}

Call *client_next_within(Client *client, int64_t ms)
{
    int64_t until = ms < 0 ? INT64_MAX : clock_ms() + ms;
    for (;;) {
        if (client->options.interrupted && client->options.interrupted())
            client_stop(client);
        int64_t wait = wake(client);
        fill(client);
        int running;
        curl_multi_perform(client->multi, &running);
        collect(client);
        Call *call = queue_take(&client->done);
        if (call)
            return call;
        if (!client->active && !client->streaming && !client->waiting.first &&
            !client->streams.first && !client->delayed.first)
            return NULL;
        if (client->waiting.first && client->active < client->window)
            continue;
        int64_t left = until - clock_ms();
        if (left <= 0)
            return NULL;
        curl_multi_poll(client->multi, NULL, 0, (int)(left < wait ? left : wait), NULL);
    }
}

Call *client_next(Client *client) { return client_next_within(client, -1); }

static void queue_drop(Queue *queue, const Call *call)
{
    Queue kept = {0};
    for (Call *each; (each = queue_take(queue)) != NULL;)
        if (each != call)
            queue_put(&kept, each);
    *queue = kept;
}

void client_drop(Client *client, Call *call)
{
    for (unsigned i = 0; i < MAX_IN_FLIGHT; i++)
        if (client->slots[i].call == call)
            leave(client, &client->slots[i]);
    queue_drop(&client->waiting, call);
    queue_drop(&client->streams, call);
    queue_drop(&client->delayed, call);
    queue_drop(&client->done, call);
}

int64_t client_time_left(const Client *client)
{
    int64_t left = client->deadline_ms - clock_ms();
    return !client->deadline_ms ? -1 : left > 0 ? left : 0;
}

void client_set_time(Client *client, int64_t ms) { client->deadline_ms = clock_ms() + ms; }

void client_stop(Client *client) { client->stopped = true; }

bool client_is_stopped(const Client *client) { return client->stopped; }

void client_do(Client *client, Call *call)
{
    client_start(client, call);
    client_next(client);
}

void call_free(Call *call)
{
    buf_free(&call->answer);
    buf_free(&call->error);
    buf_free(&call->warnings);
}

void client_free(Client *client)
{
    if (!client)
        return;
    for (unsigned i = 0; i < MAX_IN_FLIGHT; i++) {
        if (client->slots[i].call)
            curl_multi_remove_handle(client->multi, client->slots[i].easy);
        curl_slist_free_all(client->slots[i].headers);
        curl_easy_cleanup(client->slots[i].easy);
    }
    curl_multi_cleanup(client->multi);
    client_setup_free(&client->setup);
    mem_free(client);
}
