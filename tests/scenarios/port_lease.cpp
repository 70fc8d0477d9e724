#include "tests/scenarios/port_lease.h"

#include <Poco/Exception.h>
#include <Poco/Net/ServerSocket.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <stdexcept>
#include <string>

#include "gateway/base/random.h"

namespace yht::scenarios {
namespace {

constexpr std::uint16_t kFirst = 16'000, kCount = 16'000;
constexpr int kTriesMax = 1000;

bool isFree(std::uint16_t port) {
    try {
        Poco::Net::ServerSocket socket;
        socket.bind(Poco::Net::SocketAddress("127.0.0.1", port), true, false);
        return true;
    } catch (const Poco::Exception&) {
        return false;
    }
}

}  // namespace

PortLease::PortLease() {
    base::SystemRandom random;
    for (int tries = 0; tries < kTriesMax; ++tries) {
        const auto bytes = random.bytes(2);
        const auto number = static_cast<unsigned char>(bytes[0]) * 256U + static_cast<unsigned char>(bytes[1]);
        if (take(static_cast<std::uint16_t>(kFirst + number % kCount))) return;
    }
    throw std::runtime_error("no free port");
}

bool PortLease::take(std::uint16_t port) {
    const auto name = "/tmp/yht-port-" + std::to_string(port) + ".lock";
    const int file = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) return false;
    if (::flock(file, LOCK_EX | LOCK_NB) != 0 || !isFree(port)) {
        ::close(file);
        return false;
    }
    lock_file_ = file;
    port_ = port;
    return true;
}

PortLease::~PortLease() {
    // The name stays: unlinking it under somebody who waits for it would make two locks of one.
    if (lock_file_ >= 0) ::close(lock_file_);
}

}  // namespace yht::scenarios
