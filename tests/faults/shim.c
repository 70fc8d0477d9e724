/* A disk that fails on command, and labels for the points of a program's life. Loaded before the C library (LD_PRELOAD) by a
 * gateway under test; it stands between the program and the kernel for files whose path holds one of the parts of YHT_FAULT_FILES
 * ("/ledger.db:/attachments/") and for the sockets of two ports, and leaves all others alone. A point is a label and a number,
 * counted from the program's start:
 *   write, sync   of such a file; a file cut short is a write of it, a folder that has lost such a name is synced like a file
 *   rename        of such a file, and remove (unlink)
 *   folder        a sync of a folder in which such a file has got its name since the last one
 *   ask, answer   bytes from and to whoever has connected to the port YHT_FAULT_DOOR
 *   send, hear    bytes to and from the port YHT_FAULT_FAR
 * What happens there:
 *   YHT_FAULT_KILL=write:120:before | sync:3:after   the process ends before or after that point
 *   YHT_FAULT_END=PATH     the first point once this file is there ends the process
 *   YHT_FAULT_TRACE=PATH   each point is a line of this file
 *   YHT_FAULT_POWER=1      the end is a power failure: whatever no sync has confirmed is taken back first, names too: a rename
 *                          and a removal are confirmed by a sync of the folder; a file that was made stays
 *   YHT_FAULT_POWER=half   … of that the second half of the newest write alone: a torn page, all before it is there
 *   YHT_FAULT_POWER=oldest … of that the oldest write alone: the disk took the later ones first
 *   YHT_FAULT_HOLD=PATH    while that file is there, a write waits where it is, and nothing of it has happened
 *   YHT_FAULT_SYNC_ERROR=3 the third sync fails with EIO
 *   YHT_FAULT_FULL=PATH    while that file is there, a write that makes a file longer fails with ENOSPC
 *   YHT_FAULT_SYNC_MS=200  every sync takes so much longer
 *   YHT_FAULT_CLOCK=PATH   the wall clock and the steady clock are ahead by the two int64 (ms) that stand in this file (shim_clock.c)
 * Used by: tests/faults. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shim.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

enum Label { WRITE, SYNC, RENAME, REMOVE, FOLDER, ASK, ANSWER, SEND, HEAR, LABELS, NONE = LABELS };
static const char *const names[LABELS] = {"write", "sync", "rename", "remove", "folder", "ask", "answer", "send", "hear"};
static long counts[LABELS];

ssize_t (*real_read)(int, void *, size_t);
ssize_t (*real_write)(int, const void *, size_t);
ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
int (*real_fdatasync)(int);
int (*real_fsync)(int);
int (*real_ftruncate)(int, off_t);
int (*real_rename)(const char *, const char *);
int (*real_unlink)(const char *);

void *nextOf(const char *name) { return dlsym(RTLD_NEXT, name); }

__attribute__((constructor)) static void findReal(void) {
    /* POSIX's way to turn a data pointer into a function. */
    *(void **)&real_read = nextOf("read");
    *(void **)&real_write = nextOf("write");
    *(void **)&real_pwrite = nextOf("pwrite64");
    *(void **)&real_fdatasync = nextOf("fdatasync");
    *(void **)&real_fsync = nextOf("fsync");
    *(void **)&real_ftruncate = nextOf("ftruncate64");
    *(void **)&real_rename = nextOf("rename");
    *(void **)&real_unlink = nextOf("unlink");
}

static int concernsPath(const char *path) {
    const char *part = getenv("YHT_FAULT_FILES");
    if (part == NULL || strstr(path, "-shm") != NULL) return 0;
    while (*part != '\0') {
        const size_t length = strcspn(part, ":");
        if (length > 0 && memmem(path, strlen(path), part, length) != NULL) return 1;
        part += length + (part[length] == ':');
    }
    return 0;
}

static int concerns(int file) {
    char link[64], path[4096];
    if (getenv("YHT_FAULT_FILES") == NULL) return 0;
    const int kept = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    const ssize_t length = readlink(link, path, sizeof path - 1);
    errno = kept;
    if (length <= 0) return 0;
    path[length] = '\0';
    return concernsPath(path);
}

static void trace(const char *line) {
    const char *path = getenv("YHT_FAULT_TRACE");
    const int file = path == NULL ? -1 : open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0) return;
    if (real_write(file, line, strlen(line)) < 0) abort();
    close(file);
}

static int endIsDue(enum Label label, long number, const char *when) {
    const char *flag = getenv("YHT_FAULT_END");
    const char *wanted = getenv("YHT_FAULT_KILL");
    char here[64];
    if (flag != NULL && access(flag, F_OK) == 0) return 1;
    if (wanted == NULL) return 0;
    snprintf(here, sizeof here, "%s:%ld:%s", names[label], number, when);
    return strcmp(here, wanted) == 0;
}

/* Requires: the lock is held; it is never given back once the end has come. */
static void endAt(enum Label label, long number, const char *when) {
    if (!endIsDue(label, number, when)) return;
    if (getenv("YHT_FAULT_POWER") != NULL) {
        failPower();
    } else {
        kill(getpid(), SIGKILL);
    }
    for (;;) pause();
}

/* The number of this point. Requires: the lock is held. */
static long arriveAt(enum Label label) {
    const long number = ++counts[label];
    char line[64];
    snprintf(line, sizeof line, "%s:%ld\n", names[label], number);
    trace(line);
    endAt(label, number, "before");
    return number;
}

/* The lock is not held: whoever does not write goes on. */
static void waitWhileHeld(void) {
    const char *flag = getenv("YHT_FAULT_HOLD");
    while (flag != NULL && access(flag, F_OK) == 0) poll(NULL, 0, 1);
}

static int isFull(int file, size_t count, off_t at) {
    const char *flag = getenv("YHT_FAULT_FULL");
    struct stat info;
    return flag != NULL && access(flag, F_OK) == 0 && fstat(file, &info) == 0 &&
           at + (off_t)count > info.st_size;
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off_t at) {
    if (!concerns(file)) return real_pwrite(file, bytes, count, at);
    if (isFull(file, count, at)) {
        errno = ENOSPC;
        return -1;
    }
    waitWhileHeld();
    pthread_mutex_lock(&lock);
    const long number = arriveAt(WRITE);
    if (getenv("YHT_FAULT_POWER") != NULL) rememberWrite(file, count, at);
    const ssize_t written = real_pwrite(file, bytes, count, at);
    endAt(WRITE, number, "after");
    pthread_mutex_unlock(&lock);
    return written;
}

int ftruncate64(int file, off_t length) {
    if (!concerns(file)) return real_ftruncate(file, length);
    pthread_mutex_lock(&lock);
    const long number = arriveAt(WRITE);
    if (getenv("YHT_FAULT_POWER") != NULL) rememberCut(file, length);
    const int result = real_ftruncate(file, length);
    endAt(WRITE, number, "after");
    pthread_mutex_unlock(&lock);
    return result;
}

/* Which point a sync of this file or folder is. Requires: the lock is held. */
static enum Label syncLabelOf(int file, int is_ours) {
    const enum Changed changed = changedNamesIn(file);
    if (changed == GIVEN) return FOLDER;
    return is_ours || changed == TAKEN ? SYNC : NONE;
}

static int syncBy(int file, int (*real_sync)(int)) {
    const int is_ours = concerns(file);
    const char *fails = getenv("YHT_FAULT_SYNC_ERROR");
    pthread_mutex_lock(&lock);
    const enum Label label = syncLabelOf(file, is_ours);
    if (label == NONE) {
        pthread_mutex_unlock(&lock);
        return real_sync(file);
    }
    const long number = arriveAt(label);
    if (fails != NULL && label == SYNC && number == strtol(fails, NULL, 10)) {
        pthread_mutex_unlock(&lock);
        errno = EIO;
        return -1;
    }
    const char *slow = getenv("YHT_FAULT_SYNC_MS");
    if (slow != NULL) poll(NULL, 0, (int)strtol(slow, NULL, 10));
    const int result = real_sync(file);
    if (result == 0) confirm(file);
    endAt(label, number, "after");
    pthread_mutex_unlock(&lock);
    return result;
}

int fdatasync(int file) { return syncBy(file, real_fdatasync); }
int fsync(int file) { return syncBy(file, real_fsync); }

int rename(const char *from, const char *to) {
    if (!concernsPath(from) && !concernsPath(to)) return real_rename(from, to);
    pthread_mutex_lock(&lock);
    const long number = arriveAt(RENAME);
    const int result = real_rename(from, to);
    if (result == 0) rememberName(from, to, -1);
    endAt(RENAME, number, "after");
    pthread_mutex_unlock(&lock);
    return result;
}

int unlink(const char *path) {
    if (!concernsPath(path) || access(path, F_OK) != 0) return real_unlink(path);
    pthread_mutex_lock(&lock);
    const long number = arriveAt(REMOVE);
    const int file = getenv("YHT_FAULT_POWER") == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    const int result = real_unlink(path);
    const int kept = errno;
    if (result == 0) rememberName(path, NULL, file);
    endAt(REMOVE, number, "after");
    pthread_mutex_unlock(&lock);
    errno = kept;
    return result;
}

static int portOf(int socket, int (*end)(int, struct sockaddr *, socklen_t *)) {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address;
    socklen_t length = sizeof address;
    if (end(socket, &address.any, &length) != 0) return 0;
    if (address.any.sa_family == AF_INET) return ntohs(address.v4.sin_port);
    return address.any.sa_family == AF_INET6 ? ntohs(address.v6.sin6_port) : 0;
}

static int isPort(const char *name, int port) {
    const char *wanted = getenv(name);
    return wanted != NULL && port != 0 && strtol(wanted, NULL, 10) == port;
}

static enum Label labelOf(int file, enum Label at_door, enum Label at_far_side) {
    /* Most programs under test ask for neither. */
    if (getenv("YHT_FAULT_DOOR") == NULL) return NONE;
    const int kept = errno;
    enum Label label = NONE;
    if (isPort("YHT_FAULT_DOOR", portOf(file, getsockname))) label = at_door;
    if (isPort("YHT_FAULT_FAR", portOf(file, getpeername))) label = at_far_side;
    errno = kept;
    return label;
}

/* From where the descriptor stands, as an archive file is written. */
static ssize_t writeOn(int file, const void *bytes, size_t count) {
    pthread_mutex_lock(&lock);
    const long number = arriveAt(WRITE);
    const off_t at = lseek(file, 0, SEEK_CUR);
    if (getenv("YHT_FAULT_POWER") != NULL && at >= 0) rememberWrite(file, count, at);
    const ssize_t written = real_write(file, bytes, count);
    endAt(WRITE, number, "after");
    pthread_mutex_unlock(&lock);
    return written;
}

ssize_t write(int file, const void *bytes, size_t count) {
    if (concerns(file)) return writeOn(file, bytes, count);
    const enum Label label = labelOf(file, ANSWER, SEND);
    if (label == NONE) return real_write(file, bytes, count);
    pthread_mutex_lock(&lock);
    const long number = arriveAt(label);
    /* Whoever reads at the other end may be slow: the lock is not held. */
    pthread_mutex_unlock(&lock);
    const ssize_t written = real_write(file, bytes, count);
    const int kept = errno;
    pthread_mutex_lock(&lock);
    endAt(label, number, "after");
    pthread_mutex_unlock(&lock);
    errno = kept;
    return written;
}

/* Bytes that have come are a point; before it is when the program does not know of them. */
ssize_t read(int file, void *bytes, size_t count) {
    const ssize_t got = real_read(file, bytes, count);
    const enum Label label = got > 0 ? labelOf(file, ASK, HEAR) : NONE;
    if (label == NONE) return got;
    pthread_mutex_lock(&lock);
    arriveAt(label);
    pthread_mutex_unlock(&lock);
    return got;
}
