#include "tests/unit/adapters/kit/fake_peer.h"

#include <Poco/Exception.h>
#include <sys/socket.h>

#include <array>
#include <csignal>

namespace yht::kit {
namespace {

std::size_t lengthOf(const std::string& head) {
    const std::string name = "Content-Length: ";
    const auto at = head.find(name);
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + name.size()));
}

}  // namespace

std::string FakePeer::Talk::request() {
    std::array<char, 4096> chunk{};
    for (;;) {
        const auto end = rest_.find("\r\n\r\n");
        if (end != std::string::npos) {
            const std::size_t whole = end + 4 + lengthOf(rest_.substr(0, end + 2));
            if (rest_.size() >= whole) {
                const std::string request = rest_.substr(0, whole);
                rest_.erase(0, whole);
                return request;
            }
        }
        try {
            const int got = socket_.receiveBytes(chunk.data(), static_cast<int>(chunk.size()));
            if (got <= 0) return "";
            rest_.append(chunk.data(), static_cast<std::size_t>(got));
        } catch (const Poco::Exception&) {
            return "";
        }
    }
}

void FakePeer::Talk::send(const std::string& bytes) {
    try {
        for (std::size_t sent = 0; sent < bytes.size();) {
            const int size = static_cast<int>(std::min<std::size_t>(bytes.size() - sent, 16'384));
            sent += static_cast<std::size_t>(socket_.sendBytes(bytes.data() + sent, size));
        }
    } catch (const Poco::Exception&) {
        // The client has gone; the script goes on to its end.
        return;
    }
}

void FakePeer::Talk::answer(const std::string& body, const std::string& more_fields, int status) {
    send(
        "HTTP/1.1 " + std::to_string(status) + " Said\r\nContent-Type: application/json\r\n" + more_fields +
        "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body
    );
}

void FakePeer::Talk::close() {
    ::shutdown(socket_.impl()->sockfd(), SHUT_RDWR);
}

void FakePeer::Talk::waitForClose() {
    while (!request().empty()) {
    }
}

FakePeer::FakePeer(Script script, test::CertificateFiles files, std::uint16_t port)
    : script_(std::move(script)),
      contexts_(*trust::serverContext(tlsOf(files))),
      socket_(trust::listenTls(Poco::Net::SocketAddress("127.0.0.1", port), contexts_, 16)) {
    std::signal(SIGPIPE, SIG_IGN);
    accepting_ = std::jthread([this] { accept(); });
}

FakePeer::~FakePeer() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        for (auto& talk : talks_) talk.close();
    }
    stopListening();
    accepting_.join();
    serving_.clear();
}

void FakePeer::stopListening() {
    ::shutdown(socket_.impl()->sockfd(), SHUT_RDWR);
}

void FakePeer::accept() {
    try {
        for (;;) {
            Poco::Net::StreamSocket accepted = socket_.acceptConnection();
            const std::lock_guard lock(mutex_);
            talks_.emplace_back(accepted, ++connections_);
            Talk& talk = talks_.back();
            if (stopping_) talk.close();
            serving_.emplace_back([this, &talk] {
                script_(talk);
                talk.close();
                const std::lock_guard inner(mutex_);
                ++ended_;
                changed_.notify_all();
            });
        }
    } catch (const Poco::Exception&) {
        // The destructor has shut the listener.
        return;
    }
}

void FakePeer::waitForEnded(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ended_ >= count; });
}

int FakePeer::connections() {
    const std::lock_guard lock(mutex_);
    return connections_;
}

trust::TlsContextHolder& gatewayContexts() {
    static trust::TlsContextHolder holder(*trust::clientContext(tlsOf(test::sharedPki().gateway()))
    );
    return holder;
}

std::string bodyOfRequest(const std::string& request) {
    return request.substr(request.find("\r\n\r\n") + 4);
}

}  // namespace yht::kit
