/* Progress, times, and Ctrl-C. */
#include "cli/meter.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    DOCUMENTS_A_LOOK = 64,  /* between two looks at the clock */
    FIRST_LINE_MS = 500,
    NEXT_LINE_MS = 100,
};
#define MILLISECOND UINT64_C(1000000)

/* A handler can reach nothing else: set once, by the first Ctrl-C. */
static atomic_int stopped;

static void stop(int number)
{
    (void)number;
    stopped = 1;
}

bool meter_stopped(void) { return stopped != 0; }

/* SA_RESETHAND: the second one kills.  Without SA_RESTART a read that waits comes back. */
static void catch_signal(int number)
{
    struct sigaction old, action = {.sa_handler = stop, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    if (sigaction(number, NULL, &old) == 0 && old.sa_handler == SIG_DFL)
        sigaction(number, &action, NULL);
}

void meter_catch_interrupt(void) { catch_signal(SIGINT); }

void meter_catch_end(void)
{
    catch_signal(SIGINT);
    catch_signal(SIGTERM);
}

void meter_begin(Meter *meter, const Options *options, uint32_t file_count)
{
    *meter = (Meter){.times = options->stats, .file_count = file_count, .pass = STATS_LOAD};
    meter->shows = !options->quiet && terminal_draws(STDERR_FILENO);
    meter->since = clock_ns();
    /* Tests say 0: nothing of theirs may depend on time. */
    const char *first = getenv("PLIMSOLL_PROGRESS_MS");
    uint64_t wait = (first ? strtoull(first, NULL, 10) : FIRST_LINE_MS) * MILLISECOND;
    meter->gap = wait < NEXT_LINE_MS * MILLISECOND ? wait : NEXT_LINE_MS * MILLISECOND;
    meter->next = meter->since + wait;
    meter_catch_interrupt();
}

StatsPass meter_switch(Meter *meter, StatsPass pass)
{
    uint64_t time = clock_ns();
    StatsPass before = (StatsPass)meter->pass;
    meter->stats.nanoseconds[before] += time - meter->since;
    meter->since = time;
    meter->pass = (uint8_t)pass;
    return before;
}

static void look(Meter *meter, uint32_t objects, uint32_t findings)
{
    uint64_t time = clock_ns();
    if (time < meter->next)
        return;
    meter->next = time + meter->gap;
    meter->shown = true;
    fprintf(stderr, "\rplimsoll: %u of %u files, %u objects, %u findings\033[K",
            (unsigned)meter->files, (unsigned)meter->file_count, (unsigned)objects,
            (unsigned)findings);
    fflush(stderr);
}

void meter_file(Meter *meter, uint32_t objects, uint32_t findings)
{
    if (meter && meter->shows)
        look(meter, objects, findings);
    if (meter)
        meter->files++;
}

void meter_document(Meter *meter, uint32_t objects, uint32_t findings)
{
    if (meter && meter->shows && ++meter->documents % DOCUMENTS_A_LOOK == 0)
        look(meter, objects, findings);
}

void meter_erase(Meter *meter)
{
    if (!meter || !meter->shown)
        return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    meter->shown = false;
}

const ReportStats *meter_stats(Meter *meter)
{
    struct rusage usage;
    meter_pass(meter, (StatsPass)meter->pass);
    if (getrusage(RUSAGE_SELF, &usage) == 0)
#ifdef __APPLE__
        meter->stats.peak = (uint64_t)usage.ru_maxrss;
#else
        meter->stats.peak = (uint64_t)usage.ru_maxrss * 1024;
#endif
    return &meter->stats;
}

void meter_write(Meter *meter, uint32_t objects)
{
    const ReportStats *stats = meter_stats(meter);
    uint64_t all = 0;
    for (int i = 0; i < STATS_COUNT; i++)
        all += stats->nanoseconds[i];
    double seconds = (double)(all ? all : 1) / 1e9;
    for (int i = 0; i < STATS_COUNT; i++)
        fprintf(stderr, "plimsoll: %-8s %10.3f ms %5.1f %%\n", stats_names[i],
                (double)stats->nanoseconds[i] / 1e6,
                100.0 * (double)stats->nanoseconds[i] / (double)(all ? all : 1));
    fprintf(stderr, "plimsoll: %-8s %10.3f ms: %.1f MB at %.1f MB/s, %u objects at %.0f/s\n", "all",
            seconds * 1e3, (double)stats->bytes / 1e6, (double)stats->bytes / 1e6 / seconds,
            (unsigned)objects, objects / seconds);
    fprintf(stderr, "plimsoll: at most %.1f MB of memory\n", (double)stats->peak / 1e6);
}
