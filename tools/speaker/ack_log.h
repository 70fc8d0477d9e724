// The log of acknowledgements: JSON lines, on the disk (fsync) before append() returns. It is the
// oracle of the kill -9 tests: what stands here must be in the ledger, once. Uses: base, json. Used
// by: partner-sim, centre-sim.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "tools/speaker/acknowledgement.h"

namespace yht::speaker {

/// Thread-safety: any thread.
class AckLog {
public:
    /// "" logs nothing. Throws std::runtime_error where the file can't be opened.
    explicit AckLog(const std::string& path);
    ~AckLog();
    AckLog(const AckLog&) = delete;
    AckLog& operator=(const AckLog&) = delete;
    /// Throws std::runtime_error where the disk does not take it.
    void append(const std::vector<Acknowledgement>& acknowledgements);

private:
    std::mutex mutex_;
    int file_ = -1;
};

/// One line, without its end.
std::string toLine(const Acknowledgement& acknowledgement);

}  // namespace yht::speaker
