// Bytes that are appended once and read anywhere: in memory while they are few, in a temporary file beyond that. The
// file has no name and goes with its owner, because what spills is citizens' text.
// Uses: base. Used by: xlsx_strings.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/base/result.h"

namespace yht::kit {

/// Moves not; one thread.
class SpillBuffer {
public:
    explicit SpillBuffer(std::size_t memory_bytes_max) : memory_bytes_max_(memory_bytes_max) {}
    ~SpillBuffer();
    SpillBuffer(const SpillBuffer&) = delete;
    SpillBuffer& operator=(const SpillBuffer&) = delete;

    /// Errors: IoFailed.
    base::Status append(std::string_view bytes);
    /// Requires: [offset, offset + count) has been appended. Errors: IoFailed.
    base::Status read(std::uint64_t offset, std::size_t count, char* out);
    std::uint64_t size() const { return written_ + memory_.size(); }
    bool spilled() const { return file_ >= 0; }

private:
    base::Status flush();
    const std::size_t memory_bytes_max_;
    std::string memory_;         // all of it, or what has not been written yet
    std::uint64_t written_ = 0;  // bytes in the file
    int file_ = -1;
};

}  // namespace yht::kit
