/* Clocks that are ahead, by as much as the file YHT_FAULT_CLOCK says. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "shim.h"

/* How far the clocks are ahead, in ms; NULL where they are left alone. */
struct Ahead {
    int64_t wall_ms, steady_ms;
};
static const volatile struct Ahead *ahead;
static int (*real_clock_gettime)(clockid_t, struct timespec *);
static int (*real_clockwait)(pthread_cond_t *, pthread_mutex_t *, clockid_t, const struct timespec *);
static int (*real_timedwait)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
static pthread_once_t clocks_found = PTHREAD_ONCE_INIT;

static void findClocks(void) {
    const char *path = getenv("YHT_FAULT_CLOCK");
    *(void **)&real_clock_gettime = nextOf("clock_gettime");
    *(void **)&real_clockwait = nextOf("pthread_cond_clockwait");
    *(void **)&real_timedwait = nextOf("pthread_cond_timedwait");
    const int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    void *map = mmap(NULL, sizeof *ahead, PROT_READ, MAP_SHARED, file, 0);
    if (map != MAP_FAILED) ahead = map;
    close(file);
}

static void move(struct timespec *time, int64_t by_ms) {
    int64_t ns = time->tv_nsec + by_ms % 1000 * 1000000;
    time->tv_sec += by_ms / 1000 + (ns >= 1000000000) - (ns < 0);
    time->tv_nsec = ns - (ns >= 1000000000) * 1000000000 + (ns < 0) * 1000000000;
}

static int64_t aheadOf(clockid_t clock) {
    if (ahead == NULL) return 0;
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) return ahead->wall_ms;
    return clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_COARSE ? ahead->steady_ms : 0;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    pthread_once(&clocks_found, findClocks);
    const int result = real_clock_gettime(clock, time);
    if (result == 0) move(time, aheadOf(clock));
    return result;
}

/* The kernel knows the real clocks only. */
int pthread_cond_clockwait(pthread_cond_t *cond, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *until) {
    pthread_once(&clocks_found, findClocks);
    struct timespec really = *until;
    move(&really, -aheadOf(clock));
    return real_clockwait(cond, mutex, clock, &really);
}

/* Which clock the condition goes by can't be asked; no machine has been up for 30 years. */
int pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *until) {
    pthread_once(&clocks_found, findClocks);
    struct timespec really = *until;
    move(&really, -aheadOf(until->tv_sec > 1000000000 ? CLOCK_REALTIME : CLOCK_MONOTONIC));
    return real_timedwait(cond, mutex, &really);
}
