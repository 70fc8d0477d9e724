#include "tools/stage/port_lease.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace yht::stage {
namespace {

/// The lock file of a leased port, as whoever else wants that port has it.
class LockFile {
public:
    explicit LockFile(std::uint16_t port)
        : file_(::open(("/tmp/yht-port-" + std::to_string(port) + ".lock").c_str(), O_RDONLY | O_CLOEXEC)) {}
    ~LockFile() { ::close(file_); }
    LockFile(const LockFile&) = delete;
    LockFile& operator=(const LockFile&) = delete;

    bool canBeTaken() const { return ::flock(file_, LOCK_EX | LOCK_NB) == 0; }
    mode_t mode() const {
        struct stat facts {};
        EXPECT_EQ(0, ::fstat(file_, &facts));
        return facts.st_mode & 0777;
    }

private:
    const int file_;
};

TEST(PortLease, IsOnesOwnForAsLongAsItLives) {
    const auto canBeTaken = [](std::uint16_t port) { return LockFile(port).canBeTaken(); };
    std::set<std::uint16_t> ports;
    {
        const std::vector<PortLease> leases(200);
        ports.insert(leases.begin(), leases.end());
        EXPECT_EQ(leases.size(), ports.size());
        EXPECT_TRUE(std::none_of(ports.begin(), ports.end(), canBeTaken));
    }
    // Not all of them: another program may have leased one since.
    EXPECT_TRUE(std::any_of(ports.begin(), ports.end(), canBeTaken));
}

/// Root's lease must not bar the next one of somebody else.
TEST(PortLease, ItsLockIsAnybodysWhateverTheUmask) {
    const mode_t before = ::umask(077);
    const PortLease lease;
    ::umask(before);
    EXPECT_EQ(0666U, LockFile(lease).mode());
}

}  // namespace
}  // namespace yht::stage
