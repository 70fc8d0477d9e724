// A port of this machine that nobody else of these tests takes for as long as the lease lives, and that the kernel gives
// to no outgoing connection: below its ephemeral range. Addresses of each other must be known before either side
// starts, and stay when one is started again, so that the ports can't be left to the kernel at bind time.
// Uses: Poco. Used by: federation.
#pragma once

#include <cstdint>
#include <utility>

namespace yht::scenarios {

class PortLease {
public:
    /// Throws std::runtime_error where no port is free.
    PortLease();
    ~PortLease();
    PortLease(const PortLease&) = delete;
    PortLease& operator=(const PortLease&) = delete;
    operator std::uint16_t() const { return port_; }

private:
    bool take(std::uint16_t port);
    std::uint16_t port_ = 0;
    int lock_file_ = -1;
};

}  // namespace yht::scenarios
