/* What a power failure takes back: writes, cuts and names that no sync has confirmed, remembered as they are made. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shim.h"

/* What a write replaced, to be put back. */
struct Replaced {
    struct Replaced *older;
    dev_t device;
    ino_t inode;
    int file; /* a descriptor of our own, so that it stays valid */
    off_t at, length_before;
    size_t written, count; /* of which so many octets were there before */
    char bytes[];
};

/* A name that a rename or a removal has taken away, to be given again. What a rename wrote over is not: no file of ours is
 * renamed onto one of other content. */
struct Name {
    struct Name *older;
    dev_t device;
    ino_t inode; /* of the folder whose sync confirms it */
    char *was, *is; /* NULL: it was removed */
    int removed;    /* the file, by a descriptor of our own; -1 where nothing is taken back */
};

static struct Replaced *newest;
static struct Name *newest_name;

/* All of the write but its first `kept` octets. */
static void takeBackBehind(const struct Replaced *one, size_t kept) {
    const off_t end = one->at + (off_t)kept;
    if (one->count > kept) real_pwrite(one->file, one->bytes + kept, one->count - kept, end);
    real_ftruncate(one->file, end > one->length_before && kept > 0 ? end : one->length_before);
}

/* What the oldest write put there, unless a later one stands behind it: then the file keeps its length. */
static void takeBackOldest(void) {
    static const char nothing[65536];
    const struct Replaced *one = newest;
    while (one->older != NULL) one = one->older;
    if (one->count > 0) real_pwrite(one->file, one->bytes, one->count, one->at);
    if (one->written > one->count && one->written - one->count <= sizeof nothing) {
        real_pwrite(one->file, nothing, one->written - one->count, one->at + (off_t)one->count);
    }
}

/* Another file of the same content: one without a name can't be given one. */
static void putBack(const struct Name *one) {
    char bytes[65536];
    const int file = open(one->was, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) return; /* there is another one by now */
    ssize_t count;
    for (off_t at = 0; (count = pread(one->removed, bytes, sizeof bytes, at)) > 0; at += count) {
        if (real_pwrite(file, bytes, (size_t)count, at) != count) abort();
    }
    struct stat info;
    if (fstat(one->removed, &info) == 0) futimens(file, (const struct timespec[]){info.st_atim, info.st_mtim});
    close(file);
}

static void takeBackNames(void) {
    for (const struct Name *one = newest_name; one != NULL; one = one->older) {
        if (one->is == NULL) putBack(one);
        else real_rename(one->is, one->was);
    }
}

static void takeBack(void) {
    const char *how = getenv("YHT_FAULT_POWER");
    if (strcmp(how, "1") == 0) takeBackNames();
    if (newest == NULL) return;
    if (strcmp(how, "half") == 0) {
        takeBackBehind(newest, newest->written / 2);
    } else if (strcmp(how, "oldest") == 0) {
        takeBackOldest();
    } else {
        for (struct Replaced *one = newest; one != NULL; one = one->older) takeBackBehind(one, 0);
    }
}

/* True where it is gone, too. */
static int isStopped(pid_t program) {
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)program);
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 1;
    const ssize_t length = real_read(file, text, sizeof text - 1);
    close(file);
    if (length <= 0) return 1;
    text[length] = '\0';
    const char *name_end = strrchr(text, ')');
    return name_end != NULL && strchr("TZX", name_end[2]) != NULL;
}

/* Locks and sockets must end with the program, not with the child that ends it. */
static void closeAllButReplaced(void) {
    static char kept[65536];
    for (struct Replaced *one = newest; one != NULL; one = one->older) {
        if (one->file < (int)sizeof kept) kept[one->file] = 1;
    }
    for (struct Name *one = newest_name; one != NULL; one = one->older) {
        if (one->removed >= 0 && one->removed < (int)sizeof kept) kept[one->removed] = 1;
    }
    for (int file = 0; file < (int)sizeof kept; ++file) {
        if (!kept[file]) close(file);
    }
}

/* No thread of the program may see its files change: a child stops it, takes back, and kills it. */
void failPower(void) {
    const pid_t program = getpid();
    const pid_t child = _Fork();
    if (child < 0) abort();
    if (child > 0) return;
    kill(program, SIGSTOP);
    while (!isStopped(program)) poll(NULL, 0, 1);
    closeAllButReplaced();
    takeBack();
    kill(program, SIGKILL);
    _exit(0);
}

/* One that is open for writing only can't be read back. */
static int descriptorOfOurOwn(int file) {
    char link[64];
    if ((fcntl(file, F_GETFL) & O_ACCMODE) == O_RDWR) return dup(file);
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    return open(link, O_RDWR | O_CLOEXEC);
}

void rememberWrite(int file, size_t count, off_t at) {
    struct stat info;
    if (fstat(file, &info) != 0) return;
    const off_t kept = at < info.st_size ? info.st_size - at : 0;
    const size_t replaced = (size_t)kept < count ? (size_t)kept : count;
    struct Replaced *one = malloc(sizeof *one + replaced);
    if (one == NULL) abort();
    *one = (struct Replaced){newest, info.st_dev, info.st_ino, descriptorOfOurOwn(file), at, info.st_size, count, replaced};
    /* Only what could be read back can be put back. */
    if (replaced > 0 && pread(one->file, one->bytes, replaced, at) != (ssize_t)replaced) abort();
    newest = one;
}

static void confirmNames(const struct stat *folder) {
    for (struct Name **at = &newest_name; *at != NULL;) {
        struct Name *one = *at;
        if (one->device != folder->st_dev || one->inode != folder->st_ino) {
            at = &one->older;
            continue;
        }
        *at = one->older;
        if (one->removed >= 0) close(one->removed);
        free(one->was);
        free(one->is);
        free(one);
    }
}

enum Changed changedNamesIn(int folder) {
    struct stat info;
    enum Changed changed = NOTHING;
    if (fstat(folder, &info) != 0 || !S_ISDIR(info.st_mode)) return NOTHING;
    for (const struct Name *one = newest_name; one != NULL; one = one->older) {
        if (one->device != info.st_dev || one->inode != info.st_ino) continue;
        if (one->is != NULL) return GIVEN;
        changed = TAKEN;
    }
    return changed;
}

void rememberName(const char *was, const char *is, int removed) {
    struct stat info;
    char folder[4096];
    snprintf(folder, sizeof folder, "%s", is != NULL ? is : was);
    char *slash = strrchr(folder, '/');
    if (slash == NULL) snprintf(folder, sizeof folder, ".");
    else slash[slash == folder] = '\0';
    if (stat(folder, &info) != 0) return;
    struct Name *one = malloc(sizeof *one);
    if (one == NULL) abort();
    *one = (struct Name){newest_name, info.st_dev, info.st_ino, strdup(was), is == NULL ? NULL : strdup(is), removed};
    newest_name = one;
}

void confirm(int file) {
    struct stat info;
    if (fstat(file, &info) != 0) return;
    if (S_ISDIR(info.st_mode)) confirmNames(&info);
    for (struct Replaced **at = &newest; *at != NULL;) {
        struct Replaced *one = *at;
        if (one->device != info.st_dev || one->inode != info.st_ino) {
            at = &one->older;
            continue;
        }
        *at = one->older;
        close(one->file);
        free(one);
    }
}

/* What a cut takes away is replaced by nothing. */
void rememberCut(int file, off_t length) {
    struct stat info;
    if (fstat(file, &info) != 0 || info.st_size <= length) return;
    rememberWrite(file, (size_t)(info.st_size - length), length);
    newest->written = 0;
}
