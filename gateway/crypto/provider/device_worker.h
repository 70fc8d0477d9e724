// Calls into a library that may hang: one after another, on a thread of their own, each waited for no longer than a
// deadline. PKCS#11 and GM/T 0018 have no time-outs, and a network device that is gone answers when TCP says so.
// Uses: base. Used by: pkcs11_key, sdf_key.
#pragma once

#include <functional>
#include <memory>

#include "gateway/base/bytes.h"
#include "gateway/base/result.h"

namespace yht::crypto {

/// Thread-safety: any thread.
class DeviceWorker {
public:
    using Call = std::function<base::Result<base::Bytes>()>;

    /// `name`: what the device is called in errors.
    DeviceWorker(std::string name, std::int64_t deadline_ms);
    /// Does not wait for a call that hangs: whatever calls hold must be theirs (shared_ptr).
    ~DeviceWorker();
    DeviceWorker(const DeviceWorker&) = delete;
    DeviceWorker& operator=(const DeviceWorker&) = delete;

    /// Errors: the call's; KeyDeviceSlow where no answer came in time (the call may still run: its answer is dropped) or
    /// too many wait.
    base::Result<base::Bytes> run(Call call) const;

private:
    struct Queue;
    const std::string name_;
    const std::int64_t deadline_ms_;
    const std::shared_ptr<Queue> queue_;
};

}  // namespace yht::crypto
