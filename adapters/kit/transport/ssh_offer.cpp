#include "adapters/kit/transport/ssh_offer.h"

#include <Poco/Net/NetException.h>
#include <Poco/Net/StreamSocket.h>

#include <algorithm>
#include <chrono>

#include "gateway/base/bytes.h"

namespace yht::kit {
namespace {

constexpr unsigned char kKexInit = 20;
constexpr std::size_t kCookieBytes = 16;
constexpr std::size_t kIdentificationBytesMax = 8'192;  // banner lines before it included, but for the piece that they end in
constexpr std::size_t kNameBytesMax = 64;

base::Error invalid() { return base::makeError(base::ErrorCode::PeerAnswerInvalid, "no SSH key exchange"); }

std::uint32_t number(std::string_view bytes) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
}

/// Takes a name-list off the front; nullopt where it is cut.
std::optional<std::string_view> takeList(std::string_view& bytes) {
    if (bytes.size() < 4) return std::nullopt;
    const std::uint32_t size = number(bytes);
    if (size > bytes.size() - 4) return std::nullopt;
    const std::string_view list = bytes.substr(4, size);
    bytes.remove_prefix(4 + size);
    return list;
}

bool isName(std::string_view name) {
    return !name.empty() && name.size() <= kNameBytesMax &&
           std::all_of(name.begin(), name.end(), [](unsigned char c) { return c > 0x20 && c < 0x7F; });
}

/// A server, with one time for all that it says: with one a read, a byte now and then would hold up its source for days.
struct Server {
    Poco::Net::StreamSocket& socket;
    std::chrono::steady_clock::time_point deadline;
};

/// Receives until `bytes` are there. False: closed, or its time is over.
bool fill(Server& server, std::string& buffer, std::size_t bytes) {
    while (buffer.size() < bytes) {
        char piece[4'096];
        const auto left = std::chrono::duration_cast<std::chrono::microseconds>(server.deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0) return false;
        server.socket.setReceiveTimeout(left.count());
        const int got = server.socket.receiveBytes(piece, sizeof piece);
        if (got <= 0) return false;
        buffer.append(piece, static_cast<std::size_t>(got));
    }
    return true;
}

base::Result<std::vector<std::string>> ask(Server server) {
    constexpr std::string_view kOurs = "SSH-2.0-yihaotong\r\n";
    server.socket.sendBytes(kOurs.data(), static_cast<int>(kOurs.size()));
    std::string buffer;
    std::size_t lines_bytes = 0;  // that are read and done with
    for (;;) {  // lines of a banner may stand before the identification
        std::size_t end = buffer.find('\n');
        while (end == std::string::npos) {
            if (lines_bytes + buffer.size() > kIdentificationBytesMax || !fill(server, buffer, buffer.size() + 1)) return invalid();
            end = buffer.find('\n');
        }
        const bool identification = buffer.starts_with("SSH-");
        lines_bytes += end + 1;
        buffer.erase(0, end + 1);
        if (identification) break;
    }
    if (!fill(server, buffer, 5)) return invalid();
    const std::uint32_t size = number(buffer);
    if (size < 2 || size > kSshOfferBytesMax || !fill(server, buffer, 4 + std::size_t{size})) return invalid();
    const std::size_t padding = static_cast<unsigned char>(buffer[4]);
    if (padding + 1 > size) return invalid();
    return readOfferedHostKeys(std::string_view(buffer).substr(5, size - 1 - padding));
}

}  // namespace

base::Result<std::vector<std::string>> readOfferedHostKeys(std::string_view packet) {
    if (packet.empty() || static_cast<unsigned char>(packet.front()) != kKexInit) return invalid();
    packet.remove_prefix(std::min(packet.size(), 1 + kCookieBytes));
    const auto exchanges = takeList(packet);
    const auto keys = exchanges ? takeList(packet) : std::nullopt;
    if (!keys) return invalid();
    std::vector<std::string> names;
    for (std::size_t at = 0; at <= keys->size();) {
        const std::size_t comma = std::min(keys->find(',', at), keys->size());
        const std::string_view name = keys->substr(at, comma - at);
        if (!isName(name)) return invalid();
        names.emplace_back(name);
        at = comma + 1;
    }
    return names;
}

base::Result<std::vector<std::string>> offeredHostKeys(
    const std::string& host, std::uint16_t port, std::int64_t timeout_ms
) {
    try {
        const Poco::Timespan timeout(timeout_ms * 1'000);
        Poco::Net::StreamSocket socket;
        socket.connect(Poco::Net::SocketAddress(host, port), timeout);
        socket.setSendTimeout(timeout);
        return ask({socket, std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms)});
    } catch (const Poco::Exception& error) {
        return base::makeError(base::ErrorCode::PeerUnreachable, error.displayText());
    }
}

bool offersOnlyRsaSha2(const std::vector<std::string>& algorithms) {
    return !algorithms.empty() && std::all_of(algorithms.begin(), algorithms.end(), [](const std::string& name) {
        return name.starts_with("rsa-sha2-");
    });
}

}  // namespace yht::kit
