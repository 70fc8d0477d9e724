// vsftpd as a child of the test: explicit TLS required, with the test PKI's gateway certificate. Its one user, who may write, is
// "anonymous" with any password. It serves root(), where there are in/ and in/done/.
// Uses: server_process, test_support. Used by: tests of what speaks FTPS.
#pragma once

#include <memory>
#include <string>

#include "adapters/kit/transport/file_store.h"
#include "tests/unit/adapters/kit/transport/server_process.h"
#include "tools/stage/port_lease.h"

namespace yht::kit {

class Vsftpd {
public:
    Vsftpd();
    FtpsSettings settings() const;
    std::string root() const { return directory_ / "root"; }
    std::uint16_t port() const { return port_; }
    /// A folder below root() that its user may write to.
    void makeFolder(const std::string& name) const;

private:
    TestDirectory directory_;
    stage::PortLease port_;
    std::unique_ptr<ServerProcess> server_;
};

}  // namespace yht::kit
