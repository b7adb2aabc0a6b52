/* Opens and reads every file of a tree two levels deep, and does nothing else:
 *
 *   read THREADS FOLDER
 *
 * What no program that reads the files can be faster than.  Threads share the folders. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FOLDERS_MOST = 100000, BUFFER = 1 << 20 };

static char *folders[FOLDERS_MOST];
static size_t folder_count;
static atomic_size_t next_folder;
static atomic_ullong bytes;

static void read_folder(const char *path, char *buffer)
{
    DIR *dir = opendir(path);
    struct dirent *found;
    if (!dir)
        return;
    while ((found = readdir(dir)) != NULL) {
        struct stat status;
        int fd = found->d_type == DT_REG ? openat(dirfd(dir), found->d_name, O_RDONLY) : -1;
        if (fd < 0)
            continue;
        if (!fstat(fd, &status) && status.st_size <= BUFFER) {
            ssize_t got = read(fd, buffer, (size_t)status.st_size);
            atomic_fetch_add_explicit(&bytes, got > 0 ? (unsigned long long)got : 0,
                                      memory_order_relaxed);
        }
        close(fd);
    }
    closedir(dir);
}

static void *work(void *unused)
{
    char *buffer = malloc(BUFFER);
    size_t at;
    while (buffer && (at = atomic_fetch_add(&next_folder, 1)) < folder_count)
        read_folder(folders[at], buffer);
    free(buffer);
    return unused;
}

int main(int count, char **words)
{
    DIR *dir = count == 3 ? opendir(words[2]) : NULL;
    struct dirent *found;
    pthread_t threads[64];
    int started = 0, wanted = count == 3 ? atoi(words[1]) : 0;
    if (!dir || wanted < 1 || wanted > 64) {
        fprintf(stderr, "usage: read THREADS FOLDER\n");
        return 2;
    }
    while ((found = readdir(dir)) != NULL && folder_count < FOLDERS_MOST)
        if (found->d_type == DT_DIR && found->d_name[0] != '.' &&
            asprintf(&folders[folder_count], "%s/%s", words[2], found->d_name) > 0)
            folder_count++;
    closedir(dir);
    while (started + 1 < wanted && !pthread_create(&threads[started], NULL, work, NULL))
        started++;
    work(NULL);
    while (started)
        pthread_join(threads[--started], NULL);
    printf("%llu bytes\n", (unsigned long long)bytes);
    return 0;
}
