// What the kernel says of a process and of the machine (/proc). Uses: std. Used by: bed, figures.
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

/// CPU seconds of this process.
double ownCpuSeconds();

/// "2 x Intel …, 24 GB, Linux …, load 0.42": what a reader must know to judge the figures.
std::string machineText();
/// Processes that ran or wanted to over the last minute: above 0.5 or so before a run, somebody
/// else's work is in the figures.
double loadAverage();

}  // namespace yht::bench
