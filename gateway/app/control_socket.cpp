#include "gateway/app/control_socket.h"

#include <Poco/Exception.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <thread>

namespace yht::app {
namespace {

using base::ErrorCode;
using Poco::Net::SocketAddress;
using Poco::Net::StreamSocket;

constexpr std::int64_t kAcceptPollMs = 200;  // how soon a stopping gateway is noticed
constexpr int kBacklog = 16;

Poco::Timespan milliseconds(std::int64_t ms) { return Poco::Timespan(ms * 1000); }

SocketAddress addressOf(const std::string& path) {
    return SocketAddress(SocketAddress::UNIX_LOCAL, path);
}

/// The peer's user as the kernel knows it; nullopt where it can't be told.
std::optional<uid_t> userOf(const StreamSocket& peer) {
    ucred credentials{};
    socklen_t length = sizeof(credentials);
    const int failed =
        ::getsockopt(peer.impl()->sockfd(), SOL_SOCKET, SO_PEERCRED, &credentials, &length);
    return failed != 0 ? std::nullopt : std::optional(credentials.uid);
}

/// One line without its end; nullopt where it does not come whole, in time and within the bound.
std::optional<std::string> readLine(StreamSocket& peer, std::int64_t timeout_ms) {
    std::string line;
    peer.setReceiveTimeout(milliseconds(timeout_ms));
    char buffer[4096];
    while (line.size() <= kControlBytesMax) {
        const int count = peer.receiveBytes(buffer, sizeof(buffer));
        if (count <= 0) return std::nullopt;
        line.append(buffer, static_cast<std::size_t>(count));
        if (line.back() == '\n') {
            line.pop_back();
            return line;
        }
    }
    return std::nullopt;
}

void writeLine(StreamSocket& peer, const std::string& text) {
    const std::string line = text + "\n";
    for (std::size_t sent = 0; sent < line.size();) {
        const int count = peer.sendBytes(line.data() + sent, static_cast<int>(line.size() - sent));
        if (count <= 0) return;
        sent += static_cast<std::size_t>(count);
    }
}

base::Result<Poco::Net::ServerSocket> bindSocket(const std::string& path) {
    if (path.size() >= sizeof(sockaddr_un::sun_path)) {
        return base::makeError(
            ErrorCode::ConfigInvalid,
            path + ": longer than a socket's path may be (107 bytes); shorten ledger.directory 套接字路径过长"
        );
    }
    ::unlink(path.c_str());
    try {
        Poco::Net::ServerSocket socket;
        socket.bind(addressOf(path), false);
        if (::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0) {
            return base::makeError(ErrorCode::IoFailed, path + ": its mode can't be set");
        }
        socket.listen(kBacklog);
        return socket;
    } catch (const Poco::Exception& fault) {
        return base::makeError(ErrorCode::IoFailed, path + ": " + fault.displayText());
    }
}

}  // namespace

std::string controlSocketPath(const Config& config) {
    return config.text("ledger.directory") + "/control.sock";
}

struct ControlSocket::Parts {
    std::string path;
    std::vector<ControlCommand> table;
    ControlServices services;
    Poco::Net::ServerSocket socket;
    std::atomic<bool> stopping = false;
    std::thread thread;

    void serve();
    void answer(StreamSocket& peer);
};

void ControlSocket::Parts::answer(StreamSocket& peer) {
    const auto user = userOf(peer);
    const auto refuse = [&](const char* en, const char* zh) {
        writeLine(peer, encodeControlAnswer(base::makePublicError(ErrorCode::RightMissing, en, zh)));
    };
    if (!user || (*user != ::geteuid() && *user != 0)) {
        refuse("Only the gateway's own user and root command it.", "仅网关的运行用户与 root 可以执行此命令。");
        return;
    }
    const auto line = readLine(peer, kControlReadMillisMax);
    if (!line) return;
    const auto request = decodeControlRequest(*line);
    if (!request.ok()) {
        writeLine(peer, encodeControlAnswer(request.error()));
        return;
    }
    const ControlCall call{*request, "uid:" + std::to_string(*user)};
    writeLine(peer, encodeControlAnswer(runControl(table, services, call)));
}

void ControlSocket::Parts::serve() {
    while (!stopping) {
        try {
            if (!socket.poll(milliseconds(kAcceptPollMs), Poco::Net::Socket::SELECT_READ)) continue;
            StreamSocket peer = socket.acceptConnection();
            peer.setSendTimeout(milliseconds(kControlReadMillisMax));
            answer(peer);
        } catch (const Poco::Exception&) {
            // The caller went away, or sent too slowly: its command is not ours to repeat.
        }
    }
}

base::Result<std::unique_ptr<ControlSocket>> ControlSocket::open(
    const std::string& path, std::vector<ControlCommand> table, ControlServices services
) {
    auto socket = bindSocket(path);
    if (!socket.ok()) return std::move(socket).error();
    auto parts = std::unique_ptr<Parts>(
        new Parts{path, std::move(table), std::move(services), *std::move(socket), false, {}}
    );
    parts->thread = std::thread([raw = parts.get()] { raw->serve(); });
    return std::unique_ptr<ControlSocket>(new ControlSocket(std::move(parts)));
}

ControlSocket::ControlSocket(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

ControlSocket::~ControlSocket() {
    parts_->stopping = true;
    parts_->thread.join();
    ::unlink(parts_->path.c_str());
}

base::Result<std::string> askGateway(const std::string& path, const ControlRequest& request) {
    StreamSocket socket;
    try {
        socket.connect(addressOf(path));
    } catch (const Poco::Exception& fault) {
        return base::makeError(ErrorCode::PeerUnreachable, path + ": " + fault.displayText());
    }
    try {
        writeLine(socket, encodeControlRequest(request));
        const auto line = readLine(socket, kControlAnswerMillisMax);
        if (line) return decodeControlAnswer(*line);
    } catch (const Poco::Exception&) {
    }
    return base::makePublicError(
        ErrorCode::PeerAnswerLost,
        "The gateway's answer was lost; `yht ledger follow` shows whether the command was done.",
        "未收到网关应答;可用 yht ledger follow 查看命令是否已执行。"
    );
}

}  // namespace yht::app
