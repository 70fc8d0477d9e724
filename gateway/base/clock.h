// Time comes through an interface, so that tests and fault runs decide what time it is.
// Uses: std. Used by: everything that needs the time; no other file asks the system for it.
#pragma once

#include <atomic>
#include <cstdint>

namespace yht::base {

/// Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX).
using UnixMillis = std::int64_t;

class Clock {
public:
    virtual ~Clock() = default;
    /// Wall-clock time; may jump in either direction. Thread-safety: any thread.
    virtual UnixMillis nowMillis() const = 0;
    /// Never goes back; for durations and deadlines only. Origin undefined.
    virtual std::int64_t steadyMillis() const = 0;
};

/// The system's clocks, the wall clock moved by a fixed offset (0 in production; fault runs shift it).
class SystemClock final : public Clock {
public:
    explicit SystemClock(std::int64_t offset_ms = 0) : offset_ms_(offset_ms) {}
    UnixMillis nowMillis() const override;
    std::int64_t steadyMillis() const override;

private:
    const std::int64_t offset_ms_;
};

/// A clock that stands still until it is set. Thread-safety: any thread.
class ManualClock final : public Clock {
public:
    explicit ManualClock(UnixMillis now_ms) : now_ms_(now_ms) {}
    UnixMillis nowMillis() const override { return now_ms_.load(); }
    std::int64_t steadyMillis() const override { return steady_ms_.load(); }
    /// Sets the wall clock only: a step, as NTP or an administrator makes it.
    void stepTo(UnixMillis now_ms) { now_ms_.store(now_ms); }
    /// Lets time pass on both clocks.
    void advance(std::int64_t ms) { now_ms_ += ms; steady_ms_ += ms; }

private:
    std::atomic<UnixMillis> now_ms_;
    std::atomic<std::int64_t> steady_ms_{0};
};

}  // namespace yht::base
