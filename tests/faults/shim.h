/* What the parts of the failing disk share: the C library's own functions, and what a power failure takes back.
 * Used by: shim.c, shim_power.c, shim_clock.c. */
#pragma once

#include <sys/types.h>

/* Nothing here may take the place of a function of the program that it is loaded into. */
#pragma GCC visibility push(hidden)

/* The next function of that name: the C library's. */
void *nextOf(const char *name);

extern ssize_t (*real_read)(int, void *, size_t);
extern ssize_t (*real_write)(int, const void *, size_t);
extern ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
extern int (*real_fdatasync)(int);
extern int (*real_fsync)(int);
extern int (*real_ftruncate)(int, off_t);
extern int (*real_rename)(const char *, const char *);
extern int (*real_unlink)(const char *);

/* What follows wants one thread at a time. */

/* A write of so many octets is about to come there. */
void rememberWrite(int file, size_t count, off_t at);
/* The file is about to be cut to that length. */
void rememberCut(int file, off_t length);
/* The name was taken away; `is` is the one it has from now on, NULL where the file `removed` (-1: nothing is taken back) has none. */
void rememberName(const char *was, const char *is, int removed);
/* A sync of this file or folder has succeeded: what it confirms is forgotten. */
void confirm(int file);
/* What has become of names in a folder since its last sync: a rename has given one, or they were only taken away. NOTHING of what is
 * no folder. */
enum Changed { NOTHING, TAKEN, GIVEN };
enum Changed changedNamesIn(int folder);
/* Takes back what no sync has confirmed, as YHT_FAULT_POWER says, and kills the program; it returns before. */
void failPower(void);

#pragma GCC visibility pop
