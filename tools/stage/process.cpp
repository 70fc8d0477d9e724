#include "tools/stage/process.h"

#include <csignal>
#include <cstdio>
#include <ctime>
#include <fstream>

namespace yht::stage {

namespace {

sigset_t stopSignals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    return set;
}

}  // namespace

void blockStopSignals() {
    const sigset_t set = stopSignals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
}

void waitForStopSignal() {
    const sigset_t set = stopSignals();
    int signal = 0;
    while (sigwait(&set, &signal) != 0) {
    }
}

bool stopSignalWithin(std::int64_t timeout_ms) {
    const sigset_t set = stopSignals();
    const timespec wait{timeout_ms / 1000, (timeout_ms % 1000) * 1'000'000};
    return sigtimedwait(&set, nullptr, &wait) > 0;
}

bool writePortFile(const std::string& path, std::uint16_t port) {
    if (path.empty()) return true;
    const std::string beside = path + ".new";
    {
        std::ofstream out(beside, std::ios::trunc);
        out << port << "\n";
        if (!out.flush()) return false;
    }
    return std::rename(beside.c_str(), path.c_str()) == 0;
}

FileText readFile(const std::string& path) {
    std::ifstream in(path, std::ios::binary | std::ios::ate);
    if (!in) return {};
    const auto size = in.tellg();
    if (size < 0 || static_cast<std::size_t>(size) > kFileBytesMax) return {};
    FileText file{true, std::string(static_cast<std::size_t>(size), '\0')};
    in.seekg(0);
    in.read(file.text.data(), size);
    file.ok = static_cast<bool>(in);
    return file;
}

}  // namespace yht::stage
