/* All findings that a report shows, in their order, by as many threads as it may have.
 *
 * What takes the time is not words: the file of each finding is opened again for its line.
 * A thread takes the next few findings, writes them into a buffer, and leaves that to whoever
 * puts out what is before it: nobody waits, unless much more is written than was put out.  What
 * a format writes of one finding, and what stands between two, is the format's. */
#include "emit/render.h"

#include <pthread.h>

#ifdef PLIMSOLL_WINDOW /* small, for tests */
enum { FINDINGS_AT_ONCE = 2, FINDINGS_FEWEST = 4 };
#else
enum {
    FINDINGS_AT_ONCE = 64,
    FINDINGS_FEWEST = 256, /* fewer are not worth a thread */
};
#endif
enum { AHEAD_MOST = 32 }; /* stretches that are taken and not put out */

bool report_is_long(const Diag *diag) { return diag->findings.len >= FINDINGS_FEWEST; }

/* Some findings' text that is not put out yet: there are some before it. */
typedef struct Written {
    Buf text;
    bool ready;
} Written;

typedef struct Writing {
    const Report *report;
    Out *out;
    const FindingFormat *format;
    pthread_mutex_t lock;
    pthread_cond_t turned;
    uint32_t taken, put;     /* stretches of findings, from the first */
    bool putting;            /* a thread is at it */
    Written ahead[AHEAD_MOST]; /* what was taken, by its number */
    Buf spare[AHEAD_MOST];
    uint32_t spare_count;
    bool any;                /* is put out */
} Writing;

typedef VEC(uint32_t) DocList;

/* The documents that are going to be shown, in order. */
static void expect_some(const Report *report, uint32_t from, uint32_t to, DocList *docs)
{
    vec_clear(docs);
    for (uint32_t i = from; i < to; i++) {
        const Finding *finding = &report->diag->findings.at[i];
        if (finding->place.doc != BASE_NONE)
            vec_push(docs, finding->place.doc);
        for (uint32_t j = 0; j < finding->note_count; j++)
            if (finding->notes[j].place.doc != BASE_NONE)
                vec_push(docs, finding->notes[j].place.doc);
    }
    sources_expect(report->sources, docs->at, docs->len);
}

static void write_some(const Writing *writing, const Report *report, uint32_t from, uint32_t to,
                       Buf *buf)
{
    for (uint32_t i = from; i < to; i++) {
        const Finding *finding = &report->diag->findings.at[i];
        if (!report_shows(report, finding))
            continue;
        if (buf->len)
            buf_str(buf, writing->format->between);
        writing->format->write(report, finding, buf);
    }
}

static void put_some(Writing *writing, Str text)
{
    const FindingFormat *format = writing->format;
    if (!text.len)
        return;
    buf_str(&writing->out->buf, writing->any ? format->between : format->before);
    buf_str(&writing->out->buf, text);
    writing->any = true;
    out_spill(writing->out);
}

/* Puts out what is complete.  The lock is held, and let go while at it. */
static void put_ready(Writing *writing)
{
    if (writing->putting)
        return;
    writing->putting = true;
    for (Written *next; (next = &writing->ahead[writing->put % AHEAD_MOST])->ready;) {
        pthread_mutex_unlock(&writing->lock);
        put_some(writing, buf_slice(&next->text));
        pthread_mutex_lock(&writing->lock);
        writing->spare[writing->spare_count++] = next->text;
        *next = (Written){0};
        writing->put++;
    }
    writing->putting = false;
    pthread_cond_broadcast(&writing->turned);
}

static void write_work(void *context)
{
    Writing *writing = context;
    Report report = *writing->report;
    uint32_t count = report.diag->findings.len;
    DocList docs = {0};
    pthread_mutex_lock(&writing->lock);
    Sources sources = sources_reader(report.sources);
    report.sources = &sources;
    while ((uint64_t)writing->taken * FINDINGS_AT_ONCE < count) {
        if (writing->taken - writing->put == AHEAD_MOST) {
            pthread_cond_wait(&writing->turned, &writing->lock);
            continue;
        }
        uint32_t number = writing->taken++, from = number * FINDINGS_AT_ONCE;
        uint32_t to = count - from > FINDINGS_AT_ONCE ? from + FINDINGS_AT_ONCE : count;
        Buf text = writing->spare_count ? writing->spare[--writing->spare_count] : (Buf){0};
        pthread_mutex_unlock(&writing->lock);
        text.len = 0;
        expect_some(&report, from, to, &docs);
        write_some(writing, &report, from, to, &text);
        pthread_mutex_lock(&writing->lock);
        writing->ahead[number % AHEAD_MOST] = (Written){text, true};
        put_ready(writing);
    }
    pthread_mutex_unlock(&writing->lock);
    sources_reader_free(&sources);
    vec_free(&docs);
}

bool report_put_findings(const Report *report, Out *out, const FindingFormat *format)
{
    Writing writing = {
        .report = report,
        .out = out,
        .format = format,
        .lock = SHORT_LOCK_INITIALIZER,
        .turned = PTHREAD_COND_INITIALIZER,
    };
    threads_work(report_is_long(report->diag) ? report->jobs : 1, true, write_work, &writing);
    while (writing.spare_count)
        buf_free(&writing.spare[--writing.spare_count]);
    pthread_cond_destroy(&writing.turned);
    pthread_mutex_destroy(&writing.lock);
    return writing.any;
}
