/* What a program says to syslog, appended to the file that YHT_SYSLOG_FILE names; loaded by LD_PRELOAD. A machine that runs tests
 * has no syslog, and where it has one, nobody may read it. */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void keep(const char* format, va_list arguments) {
    const char* path = getenv("YHT_SYSLOG_FILE");
    char line[65536];
    const int length = vsnprintf(line, sizeof line - 1, format, arguments);
    if (path == NULL || length < 0) return;
    const size_t bytes = (size_t)length < sizeof line - 1 ? (size_t)length : sizeof line - 2;
    line[bytes] = '\n';
    const int file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (file < 0) return;
    if (write(file, line, bytes + 1) < 0) perror(path);
    close(file);
}

void syslog(int priority, const char* format, ...) {
    (void)priority;
    va_list arguments;
    va_start(arguments, format);
    keep(format, arguments);
    va_end(arguments);
}

/* What syslog() is compiled to where the compiler checks formats. */
void __syslog_chk(int priority, int flag, const char* format, ...) {
    (void)priority;
    (void)flag;
    va_list arguments;
    va_start(arguments, format);
    keep(format, arguments);
    va_end(arguments);
}
