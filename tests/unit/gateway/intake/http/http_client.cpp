#include "tests/unit/gateway/intake/http/http_client.h"

#include <Poco/Exception.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/SocketAddress.h>

#include <array>
#include <csignal>
#include <sstream>

namespace yht::test {

namespace {

constexpr int kHangGuardSeconds = 20;

Poco::Net::SocketAddress local(std::uint16_t port) {
    return {"127.0.0.1", port};
}

}  // namespace

HttpClient::HttpClient(std::uint16_t port) : HttpClient(Poco::Net::StreamSocket(local(port))) {}

HttpClient::HttpClient(std::uint16_t port, const Poco::Net::Context::Ptr& context)
    : HttpClient(Poco::Net::SecureStreamSocket(local(port), "127.0.0.1", context)) {}

HttpClient::HttpClient(Poco::Net::StreamSocket socket) : socket_(std::move(socket)) {
    std::signal(SIGPIPE, SIG_IGN);
    socket_.setReceiveTimeout(Poco::Timespan(kHangGuardSeconds, 0));
}

bool HttpClient::send(const std::string& bytes) {
    try {
        std::size_t sent = 0;
        while (sent < bytes.size()) {
            sent += static_cast<std::size_t>(
                socket_.sendBytes(bytes.data() + sent, static_cast<int>(bytes.size() - sent))
            );
        }
        return true;
    } catch (const Poco::Exception&) {
        return false;
    }
}

int HttpClient::readSome() {
    std::array<char, 16 * 1024> buffer{};
    try {
        const int count = socket_.receiveBytes(buffer.data(), static_cast<int>(buffer.size()));
        if (count > 0) received_.append(buffer.data(), static_cast<std::size_t>(count));
        return count;
    } catch (const Poco::TimeoutException&) {
        hung_ = true;
        return 0;
    } catch (const Poco::Exception&) {
        return 0;
    }
}

ReceivedAnswer HttpClient::receive(bool without_body) {
    ReceivedAnswer answer;
    std::size_t end = 0;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
        if (readSome() <= 0) return answer;
    }
    std::istringstream head(received_.substr(0, end));
    received_.erase(0, end + 4);
    std::string version;
    std::string line;
    head >> version >> answer.status;
    std::getline(head, line);
    while (std::getline(head, line)) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        const auto colon = line.find(": ");
        answer.fields[line.substr(0, colon)] = line.substr(colon + 2);
    }
    if (without_body || answer.status < 200) return answer;
    const std::size_t length = std::stoul(answer.fields.at("content-length"));
    while (received_.size() < length) {
        if (readSome() <= 0) return answer;
    }
    answer.body = received_.substr(0, length);
    received_.erase(0, length);
    return answer;
}

ReceivedAnswer HttpClient::get(const std::string& target, const std::string& more_fields) {
    return ask("GET " + target + " HTTP/1.1\r\nhost: 127.0.0.1\r\n" + more_fields + "\r\n");
}

bool HttpClient::closedByPeer() {
    while (readSome() > 0) {
    }
    return !hung_;
}

}  // namespace yht::test
