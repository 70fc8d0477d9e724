// The control socket (控制套接字): a Unix socket beside the ledger, over which commands reach the running gateway.
// One request and one answer per connection, a line each (control.h). Only the gateway's own user and root are heard:
// the kernel says who the peer is (SO_PEERCRED), and the socket's mode is 0600.
// Uses: control, Poco Net. Used by: main.cpp, the commands of app.
#pragma once

#include <memory>

#include "gateway/app/config.h"
#include "gateway/app/control.h"

namespace yht::app {

/// A slow operator's shell must not keep others waiting.
inline constexpr std::int64_t kControlReadMillisMax = 5'000;
/// How long a command may take before its caller stops waiting; it goes on nevertheless.
inline constexpr std::int64_t kControlAnswerMillisMax = 600'000;

/// Where the socket of a deployment is.
std::string controlSocketPath(const Config& config);

/// Serves the table on a thread of its own, one command after another.
class ControlSocket {
public:
    /// Takes the place of a socket that a killed gateway left behind. Requires: the ledger's lock is held.
    /// Errors: ConfigInvalid where the path is too long for a socket; IoFailed.
    static base::Result<std::unique_ptr<ControlSocket>> open(
        const std::string& path, std::vector<ControlCommand> table, ControlServices services
    );
    /// Ends the command under way, then removes the socket.
    ~ControlSocket();

private:
    struct Parts;
    explicit ControlSocket(std::unique_ptr<Parts> parts);
    const std::unique_ptr<Parts> parts_;
};

/// Asks the gateway that listens at `path`. Errors: PeerUnreachable where none does; PeerAnswerLost; the command's own.
base::Result<std::string> askGateway(const std::string& path, const ControlRequest& request);

}  // namespace yht::app
