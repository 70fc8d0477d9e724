// What the kernel says of a process and of the machine (/proc). Uses: std. Used by: bed, measuring,
// figures.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace yht::bench {

struct ProcessUse {
    double cpu_s = 0;  // user and system, all threads, since its start
    double rss_mb = 0, rss_peak_mb = 0;
};
/// Throws Invalid where the process is gone.
ProcessUse useOf(pid_t pid);

/// CPU seconds that all processes and the kernel have used since the machine's start.
double machineCpuSeconds();

/// Waits until less than kQuietShareMax of the machine was busy for kQuietMillis, at most
/// `seconds_max`; false where it never was.
inline constexpr double kQuietShareMax = 0.1;
inline constexpr int kQuietMillis = 2'000;
bool waitUntilQuiet(double seconds_max);

/// CPU seconds of this process.
double ownCpuSeconds();

/// "2 x Intel …, 24 GB, Linux …, load 0.42": what a reader must know to judge the figures.
std::string machineText();
/// Processes that ran or wanted to over the last minute: above 0.5 or so before a run, somebody
/// else's work is in the figures.
double loadAverage();

}  // namespace yht::bench
