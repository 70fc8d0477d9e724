#include "gateway/app/live_check.h"

#include <Poco/Exception.h>
#include <Poco/Net/NetException.h>
#include <Poco/URI.h>

#include <thread>

#include "adapters/kit/http_connection.h"
#include "gateway/app/deployment.h"
#include "gateway/app/destinations.h"

namespace yht::app {
namespace {

using base::ErrorCode;

constexpr std::int64_t kConnectMillis = 5'000;
constexpr std::int64_t kExchangeMillis = 15'000;
constexpr std::size_t kAnswerBytesMax = 64 * 1024;
// Asks about the server as a whole (RFC 9110 section 9.3.7): nothing is handed in.
constexpr const char* kQuestion = "GET / HTTP/1.1\r\nHost: ";
constexpr const char* kQuestionEnd = "\r\nConnection: close\r\n\r\n";

std::string leafText(const std::string& path) {
    const auto chain = trust::readCertificates(path);
    return chain.ok() ? crypto::certificateText(chain->front()) : std::string();
}

/// One handshake and one question; what the far side answered with.
base::Result<std::string> askFarSide(const Poco::Net::Context::Ptr& context, const std::string& host, std::uint16_t port) {
    const base::SystemClock clock;
    const auto deadline_ms = clock.steadyMillis() + kExchangeMillis;
    auto connection = kit::HttpConnection::open({host, port}, context, kConnectMillis, deadline_ms, clock);
    if (!connection.ok()) return std::move(connection).error();
    const auto written = (*connection)->write(kQuestion + host + kQuestionEnd, deadline_ms);
    kit::HttpAnswer answer;
    const auto read = (*connection)->read(answer, kAnswerBytesMax, deadline_ms);
    if (written.refused || read.refused) return base::makeError(ErrorCode::TlsRefusedByPeer, read.detail.empty() ? written.detail : read.detail);
    if (!read.complete && !read.began) return base::makeError(ErrorCode::PeerAnswerLost, read.detail);
    return "HTTP " + std::to_string(answer.status);
}

void checkDestination(const DestinationFiles& files, std::vector<LiveStep>& steps) {
    const auto fail = [&](const char* what, base::Error error) { steps.push_back({what, files.url, std::move(error)}); };
    auto context = trust::clientContext(
        {.certificate_chain_pem = files.certificate, .private_key_pem = files.private_key, .peer_ca_pem = files.peer_ca}
    );
    if (!context.ok()) return fail("handshake", std::move(context).error());
    try {
        const Poco::URI uri(files.url);
        auto answer = askFarSide(*context, uri.getHost(), uri.getPort());
        if (!answer.ok()) return fail("handshake", std::move(answer).error());
        steps.push_back({"handshake", files.url + ", " + *answer, {}});
    } catch (const Poco::Exception& fault) {
        fail("handshake", base::makeError(ErrorCode::ConfigInvalid, fault.displayText()));
    }
}

/// Serves one handshake on loopback.
class OneHandshake {
public:
    explicit OneHandshake(Poco::Net::Context::Ptr context)
        : contexts_(std::move(context)), socket_(trust::listenTls(Poco::Net::SocketAddress("127.0.0.1", 0), contexts_, 1)),
          thread_([this] { serve(); }) {}
    std::uint16_t port() const { return socket_.address().port(); }

private:
    void serve() {
        try {
            constexpr std::int64_t kMicros = kExchangeMillis * 1000;
            if (!socket_.poll(Poco::Timespan(kMicros), Poco::Net::Socket::SELECT_READ)) return;
            Poco::Net::StreamSocket peer = socket_.acceptConnection();
            peer.setReceiveTimeout(Poco::Timespan(kMicros));
            char request[512];
            if (peer.receiveBytes(request, sizeof(request)) <= 0) return;
            const std::string answer = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
            peer.sendBytes(answer.data(), static_cast<int>(answer.size()));
        } catch (const Poco::Exception&) {
            return;  // the client says what went wrong
        }
    }
    trust::TlsContextHolder contexts_;
    Poco::Net::ServerSocket socket_;
    std::jthread thread_;
};

std::vector<std::string> hostsOf(const Config& config) {
    std::vector<std::string> hosts;
    for (const auto& url : config.texts("partner.public_base_urls")) {
        try {
            hosts.push_back(Poco::URI(url).getHost());
        } catch (const Poco::Exception&) {
            continue;  // what is wrong with it, `yht config check` tells
        }
    }
    return hosts;
}

void checkListener(const Config& config, const LiveQuestion& question, const trust::CredentialQuestion& pair, std::vector<LiveStep>& steps) {
    const auto fail = [&](const char* what, base::Error error) { steps.push_back({what, "loopback", std::move(error)}); };
    const auto chain = trust::readCertificates(pair.certificate_path);
    if (!chain.ok()) return fail("names", chain.error());
    const auto names = hostsOf(config);
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
    steps.push_back({"names", text, crypto::checkNames(chain->front(), names)});
    if (!steps.back().outcome.ok()) return;
    auto context = trust::openServerContext({.certificate_chain_pem = pair.certificate_path, .private_key_pem = pair.private_key_path, .peer_ca_pem = {}});
    if (!context.ok()) return fail("handshake", std::move(context).error());
    const std::string ca = question.ca.empty() ? (pair.issuer_ca_path.empty() ? config.text("partner.client_ca") : pair.issuer_ca_path) : question.ca;
    // The pair itself stands in for a partner's: the listener here asks for none.
    auto client = trust::clientContext({.certificate_chain_pem = pair.certificate_path, .private_key_pem = pair.private_key_path, .peer_ca_pem = ca});
    if (!client.ok()) return fail("handshake", std::move(client).error());
    const OneHandshake server(*context);
    const base::SystemClock clock;
    const auto deadline_ms = clock.steadyMillis() + kExchangeMillis;
    auto connection = kit::HttpConnection::open({"127.0.0.1", server.port()}, *client, kConnectMillis, deadline_ms, clock);
    // Under which name a partner calls was looked at above.
    const bool well = connection.ok() || connection.error().code == ErrorCode::CertNameMismatch;
    steps.push_back({"handshake", "loopback, CA " + ca, well ? base::Status() : base::Status(connection.error())});
    if (connection.ok()) static_cast<void>((*connection)->write("GET / HTTP/1.1\r\n\r\n", deadline_ms));
}

void checkSigning(const trust::CredentialQuestion& pair, std::vector<LiveStep>& steps) {
    const auto key = readSigningKey(pair.certificate_path, pair.private_key_path);
    base::Status outcome;
    if (!key.ok()) outcome = key.error();
    else if (auto made = key->key.sign(key->algorithm, "yht"); !made.ok()) outcome = made.error();
    steps.push_back({"signature", key.ok() ? crypto::algorithmName(key->algorithm) : "", std::move(outcome)});
}

}  // namespace

base::Result<std::vector<LiveStep>> checkLive(const LiveQuestion& question, base::UnixMillis now_ms) {
    const auto config = Config::load(question.directory);
    if (!config.ok()) return config.error();
    const auto slots = allSlots(question.directory);
    if (!slots.ok()) return slots.error();
    auto slot = findSlot(*slots, question.slot);
    if (!slot.ok()) return std::move(slot).error();
    auto& pair = slot->question;
    if (!question.certificate.empty()) pair.certificate_path = question.certificate;
    if (!question.private_key.empty()) pair.private_key_path = question.private_key;
    std::vector<LiveStep> steps;
    const auto checked = trust::checkCredential(pair, now_ms);
    steps.push_back({"files", leafText(pair.certificate_path), checked.ok() ? base::Status() : base::Status(checked.error())});
    if (!checked.ok()) return steps;
    if (slot->name == "signing") {
        checkSigning(pair, steps);
        return steps;
    }
    auto destinations = destinationFiles(question.directory);
    if (!destinations.ok()) return std::move(destinations).error();
    for (auto& files : *destinations) {
        if (slot->name != "destination " + files.id) continue;
        files.certificate = pair.certificate_path;
        files.private_key = pair.private_key_path;
        checkDestination(files, steps);
        return steps;
    }
    checkListener(*config, question, pair, steps);
    return steps;
}

}  // namespace yht::app
