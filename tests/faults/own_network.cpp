#include "tests/faults/own_network.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

namespace yht::scenarios {

bool ownNetwork() {
    static const bool done = [] {
        return (::unshare(CLONE_NEWNET) == 0 || ::unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0) && setLink(true);
    }();
    return done;
}

bool setLink(bool up) {
    const int file = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    bool done = ::ioctl(file, SIOCGIFFLAGS, &request) == 0;
    request.ifr_flags = static_cast<short>(up ? request.ifr_flags | IFF_UP : request.ifr_flags & ~IFF_UP);
    done = done && ::ioctl(file, SIOCSIFFLAGS, &request) == 0;
    ::close(file);
    return done;
}

bool addForeignAddresses() {
    const int file = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ifreq request{};
    std::strcpy(request.ifr_name, "lo:1");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    ::inet_pton(AF_INET, "10.0.0.1", &address.sin_addr);  // with its class's mask, 8 bits
    std::memcpy(&request.ifr_addr, &address, sizeof address);
    const bool done = ::ioctl(file, SIOCSIFADDR, &request) == 0;
    ::close(file);
    return done;
}

}  // namespace yht::scenarios
