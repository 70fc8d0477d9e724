#include "tools/stage/port_lease.h"

#include <Poco/Exception.h>
#include <Poco/Net/ServerSocket.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <string>

#include "gateway/base/random.h"

namespace yht::stage {
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

/// Of whichever user, in a folder where each may remove only their own: made where it is not there, -1 where it can't be had.
/// Not one open() with O_CREAT: in such a folder the kernel refuses that for a file of another user (fs.protected_regular).
int openShared(const std::string& name) {
    constexpr mode_t kAnybodys = 0666;
    constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW;
    int file = ::open(name.c_str(), kFlags);
    if (file < 0 && errno == ENOENT) file = ::open(name.c_str(), kFlags | O_CREAT | O_EXCL, kAnybodys);
    if (file < 0 && errno == EEXIST) file = ::open(name.c_str(), kFlags);
    if (file >= 0) static_cast<void>(::fchmod(file, kAnybodys));  // whatever the umask took away; only the owner can
    return file;
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
    const int file = openShared(name);
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

}  // namespace yht::stage
