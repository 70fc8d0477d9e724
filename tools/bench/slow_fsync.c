/* A slower disk: adds YHT_SLOW_FSYNC_US microseconds to every fsync and fdatasync of the program
 * that is started with this library in LD_PRELOAD. Used by: bed. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

typedef int (*SyncFunction)(int);

static void addDelay(void) {
    const char *text = getenv("YHT_SLOW_FSYNC_US");
    const long micros = text ? strtol(text, NULL, 10) : 0;
    struct timespec wait = {micros / 1000000, micros % 1000000 * 1000};
    if (micros > 0) nanosleep(&wait, NULL);
}

static int syncThrough(const char *name, int file) {
    SyncFunction real;
    /* POSIX's way to turn a data pointer into a function. */
    *(void **)&real = dlsym(RTLD_NEXT, name);
    addDelay();
    return real(file);
}

int fsync(int file) { return syncThrough("fsync", file); }
int fdatasync(int file) { return syncThrough("fdatasync", file); }
