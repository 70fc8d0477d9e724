// A port of this machine that no other lease has for as long as this one lives, whichever user's, and that the kernel
// gives to no outgoing connection: below its ephemeral range. Addresses of each other must be known before either side
// starts, and stay when one is started again, so that the ports can't be left to the kernel at bind time. A leased port
// that nobody binds is one where nobody listens. Uses: base, Poco. Used by: bench, the scenarios, tests of servers.
#pragma once

#include <cstdint>

namespace yht::stage {

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

}  // namespace yht::stage
