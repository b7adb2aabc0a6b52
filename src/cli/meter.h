/* meter: what a run tells of itself while it works and afterwards: the line of progress,
 * --stats, and whether the user asked it to stop (Ctrl-C).  Internal to the cli room.
 *
 * There is no timer: a clock is asked before each file and every few documents.
 * Units: nanoseconds of the monotonic clock, bytes. */
#ifndef PLIMSOLL_CLI_METER_H
#define PLIMSOLL_CLI_METER_H

#include "cli/cli.h"

typedef struct Meter {
    bool times;        /* --stats */
    bool shows;        /* standard error is a terminal, and nobody asked for quiet */
    bool shown;        /* the line stands there */
    uint8_t pass;      /* StatsPass that is under way */
    uint32_t files, file_count, documents;
    uint64_t since;    /* when it began, or went on */
    uint64_t next;     /* when the line is due, */
    uint64_t gap;      /* and how long after the last */
    ReportStats stats;
} Meter;

enum { EXIT_INTERRUPTED = 130 }; /* 128 + SIGINT, as shells say it */

/* From now on Ctrl-C is asked for with meter_stopped; a second one ends the program. */
void meter_catch_interrupt(void);
/* The same of SIGTERM too, for what must not end without a word. */
void meter_catch_end(void);
/* Starts the clock, and catches Ctrl-C. */
void meter_begin(Meter *meter, const Options *options, uint32_t file_count);
/* What is done from now on; returns what was before. */
StatsPass meter_switch(Meter *meter, StatsPass pass); /* with --stats */
static inline StatsPass meter_pass(Meter *meter, StatsPass pass)
{
    return meter && meter->times ? meter_switch(meter, pass) : pass;
}
/* A file is about to be read, or a document was. */
void meter_file(Meter *meter, uint32_t objects, uint32_t findings);
void meter_document(Meter *meter, uint32_t objects, uint32_t findings);
void meter_erase(Meter *meter);
bool meter_stopped(void);
/* The times so far and the peak of memory. */
const ReportStats *meter_stats(Meter *meter);
/* Lines for standard error. */
void meter_write(Meter *meter, uint32_t objects);

#endif
