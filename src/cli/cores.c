/* How many processors a process may use: those that it may run on, and no more than its
 * control group's quota lets run at a time. */
#include "cli/run.h"

#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

enum { CORES_MOST = 1024 };

/* The quota in a file "QUOTA PERIOD" of version 2, rounded up; 0: there is none. */
static uint32_t quota_of(const char *path)
{
    FileText text = {0};
    uint32_t cores = 0;
    if (!file_read(&text, path)) {
        char *end;
        unsigned long long quota = strtoull(text.ptr, &end, 10);
        unsigned long long period = end != text.ptr ? strtoull(end, NULL, 10) : 0;
        if (quota && period && quota / period < CORES_MOST)
            cores = (uint32_t)((quota + period - 1) / period);
    }
    file_free(&text);
    return cores;
}

static uint32_t fewer(uint32_t cores, uint32_t quota)
{
    return quota && quota < cores ? quota : cores;
}

/* Each group above the process' own may have a quota too; in a container its own is
 * what is mounted. */
static uint32_t group_quota(uint32_t cores)
{
    FileText text = {0};
    cores = fewer(cores, quota_of("/sys/fs/cgroup/cpu.max"));
    if (!file_read(&text, "/proc/self/cgroup")) {
        const char *own = strstr(text.ptr, "0::/");
        Str path = own ? str_of(own + 3) : STR("");
        path.len = str_find(path, '\n');
        Arena scratch = {0};
        while (path.len > 1) {
            Str file = arena_format(&scratch, "/sys/fs/cgroup%.*s/cpu.max", STR_ARG(path));
            cores = fewer(cores, quota_of(file.ptr));
            while (path.len > 1 && path.ptr[path.len - 1] != '/')
                path.len--;
            path.len--;
        }
        arena_free(&scratch);
    }
    file_free(&text);
    return cores;
}

#ifdef __linux__
static long processors(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) ? 1 : CPU_COUNT(&set);
}
#else
static long processors(void) { return sysconf(_SC_NPROCESSORS_ONLN); }
#endif

uint32_t cores_usable(void)
{
    long count = processors();
    return count > 1 ? group_quota((uint32_t)count) : 1;
}
