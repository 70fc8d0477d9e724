#include "tools/bench/machine.h"

#include <poll.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <thread>

#include "tools/bench/figures.h"

namespace yht::bench {

namespace {

std::string fileOf(const std::string& path) {
    std::ifstream in(path);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

/// The number after `name` on its line, 0 where it is not there.
double numberAfter(const std::string& text, const std::string& name) {
    const auto at = text.find(name);
    return at == std::string::npos ? 0 : std::strtod(text.c_str() + at + name.size(), nullptr);
}

std::string processorName() {
    std::ifstream in("/proc/cpuinfo");
    for (std::string line; std::getline(in, line);)
        if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
    return "unknown processor";
}

}  // namespace

ProcessUse useOf(pid_t pid) {
    const std::string folder = "/proc/" + std::to_string(pid);
    const std::string stat = fileOf(folder + "/stat");
    // The program's name, in parentheses, may hold blanks; fields count from behind it.
    const auto end = stat.rfind(')');
    if (end == std::string::npos) throw Invalid("process " + std::to_string(pid) + " is gone");
    std::istringstream fields(stat.substr(end + 2));
    std::string skipped;
    for (int field = 3; field < 14; ++field) fields >> skipped;
    double user = 0, system = 0;
    fields >> user >> system;
    const std::string status = fileOf(folder + "/status");
    return {
        .cpu_s = (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK)),
        .rss_mb = numberAfter(status, "VmRSS:") / 1024,
        .rss_peak_mb = numberAfter(status, "VmHWM:") / 1024};
}

double machineCpuSeconds() {
    // cpu user nice system idle iowait irq softirq steal …: all but idle and iowait is work; what a
    // hypervisor took away is somebody else's.
    std::istringstream fields(fileOf("/proc/stat"));
    std::string skipped;
    fields >> skipped;
    double busy = 0, value = 0;
    for (int field = 0; field < 8 && fields >> value; ++field)
        if (field != 3 && field != 4) busy += value;
    return busy / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

bool waitUntilQuiet(double seconds_max) {
    for (double waited_s = 0; waited_s <= seconds_max; waited_s += kQuietMillis / 1000.0) {
        const double before_s = machineCpuSeconds();
        ::poll(nullptr, 0, kQuietMillis);
        const double possible_s = std::thread::hardware_concurrency() * kQuietMillis / 1000.0;
        if (machineCpuSeconds() - before_s < kQuietShareMax * possible_s) return true;
    }
    return false;
}

double ownCpuSeconds() {
    rusage use{};
    ::getrusage(RUSAGE_SELF, &use);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(use.ru_utime) + seconds(use.ru_stime);
}

double loadAverage() {
    double load[1] = {0};
    return ::getloadavg(load, 1) == 1 ? load[0] : 0;
}

std::string machineText() {
    utsname system{};
    ::uname(&system);
    struct sysinfo memory {};
    ::sysinfo(&memory);
    char text[256];
    std::snprintf(
        text, sizeof text, "%u x %s, %.0f GB, Linux %s, load %.2f",
        std::thread::hardware_concurrency(), processorName().c_str(),
        static_cast<double>(memory.totalram) * memory.mem_unit / (1 << 30), system.release,
        loadAverage()
    );
    return text;
}

}  // namespace yht::bench
