// Randomness comes through an interface: the system's in production, a seeded one in tests.
// Uses: std. Used by: salts, nonces, jitter.
#pragma once

#include <cstdint>
#include <mutex>
#include <random>

#include "gateway/base/bytes.h"

namespace yht::base {

class Random {
public:
    virtual ~Random() = default;
    /// Exactly `count` unpredictable bytes. Thread-safety: any thread.
    virtual Bytes bytes(std::size_t count) = 0;
    /// Uniform in [0, bound). Requires: bound > 0.
    std::uint64_t below(std::uint64_t bound);
};

/// getrandom(2), a kilobyte at a time for each thread; no byte is given twice, and what was given is wiped here. Not over fork(2):
/// both processes would have the same stock. Aborts where the kernel refuses: there is no safe way to go on.
class SystemRandom final : public Random {
public:
    Bytes bytes(std::size_t count) override;
};

/// Repeatable, for tests and simulations only. Thread-safety: any thread.
class SeededRandom final : public Random {
public:
    explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
    Bytes bytes(std::size_t count) override;

private:
    std::mutex mutex_;
    std::mt19937_64 engine_;
};

}  // namespace yht::base
