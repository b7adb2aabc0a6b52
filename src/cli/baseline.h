/* baseline: findings that are known and no longer reported.  docs/baseline.md tells of the
 * file. */
#ifndef PLIMSOLL_CLI_BASELINE_H
#define PLIMSOLL_CLI_BASELINE_H

#include "cli/options.h"
#include "cli/run.h"

typedef struct Baseline Baseline;

/* The file options->baseline; NULL after errors on stderr. */
Baseline *baseline_read(Options *options);
void baseline_free(Baseline *baseline);
/* Takes the known findings out of diag, which is report->diag, and counts them. */
void baseline_filter(Baseline *baseline, const Report *report, Diag *diag, ReportSummary *summary);
/* Behind it, where the whole input was read: adds a finding for each entry that is no longer
 * found, and counts those. */
void baseline_report_gone(Baseline *baseline, const Report *report, Diag *diag,
                          ReportSummary *summary);
/* Writes all findings to options->write_baseline; false after an error on stderr. */
bool baseline_write(const Options *options, const Report *report);

#endif
