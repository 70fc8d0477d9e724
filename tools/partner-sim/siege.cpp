#include "tools/partner-sim/siege.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/StreamCopier.h>
#include <Poco/URI.h>
#include <poll.h>

#include <fstream>
#include <optional>
#include <random>
#include <sstream>

#include "gateway/base/bytes.h"
#include "gateway/base/random.h"
#include "tools/partner-sim/flood.h"

namespace yht::partner_sim {

namespace {

constexpr int kDribbleEveryMillis = 100;
constexpr int kIdleAgainMillis = 250;
constexpr int kRefusedPauseMillis = 50;  // after a connection that was not let in
constexpr std::size_t kHugeHeadBytes = 10'000'000;
constexpr std::size_t kHugeBodyBytes = 5'000'000;
constexpr std::size_t kDeepLevels = 1'000'000;
constexpr const char* kRecords = "/v1/records";
const Poco::Timespan kPatience(20, 0);

std::string textOf(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

void pause(int ms) { ::poll(nullptr, 0, ms); }

/// What has come without being asked for is the end of a connection that was cut.
bool isCut(Poco::Net::StreamSocket& socket) {
    try {
        return socket.poll(Poco::Timespan(0), Poco::Net::Socket::SELECT_READ);
    } catch (const Poco::Exception&) {
        return true;
    }
}

/// A session on a connection that is made already: Poco's own constructor for that refuses, in the version that we have.
class Session : public Poco::Net::HTTPSClientSession {
public:
    Session(const Poco::URI& gateway, const Poco::Net::Context::Ptr& context, const Poco::Net::SecureStreamSocket& socket)
        : HTTPSClientSession(gateway.getHost(), gateway.getPort(), context) {
        attachSocket(socket);
        setTimeout(kPatience);
        setKeepAlive(true);
    }
};

}  // namespace

/// One kept-alive connection on which requests of a siege go out, made anew where it was cut.
class Siege::Line {
public:
    explicit Line(const Siege& siege) : siege_(siege) {}

    struct Answer {
        int status = 0;  // 0: cut
        std::string body;
    };
    Answer ask(const ForgedRequest& request) {
        try {
            if (!session_)
                session_ = std::make_unique<Session>(Poco::URI(siege_.options_.base_url), siege_.context_, siege_.connectTls());
            Poco::Net::HTTPRequest head("POST", request.path, Poco::Net::HTTPMessage::HTTP_1_1);
            for (const auto& [name, value] : request.fields) head.add(name, value);
            head.setContentLength64(static_cast<Poco::Int64>(request.body.size()));
            session_->sendRequest(head).write(request.body.data(), static_cast<std::streamsize>(request.body.size()));
            Poco::Net::HTTPResponse response;
            Answer answer;
            Poco::StreamCopier::copyToString64(session_->receiveResponse(response), answer.body);
            answer.status = response.getStatus();
            if (!response.getKeepAlive()) session_.reset();
            return answer;
        } catch (const Poco::Exception&) {
            session_.reset();
            return {};
        }
    }

private:
    const Siege& siege_;
    std::unique_ptr<Session> session_;
};

base::Result<std::unique_ptr<Siege>> Siege::begin(const SiegeOptions& options, const base::Clock& clock) {
    auto context = trust::clientContext(options.tls);
    if (!context) return std::move(context).error();
    auto key = trust::signingKey(textOf(options.tls.certificate_chain_pem), textOf(options.tls.private_key_pem));
    if (!key) return std::move(key).error();
    return std::unique_ptr<Siege>(new Siege(options, clock, *context, *std::move(key)));
}

Siege::Siege(SiegeOptions options, const base::Clock& clock, Poco::Net::Context::Ptr context, trust::SigningKey key)
    : options_(std::move(options)), clock_(clock), context_(std::move(context)), key_(std::move(key)) {
    // Dribblers first: who comes after the idle ones finds no place.
    if (options_.dribbling > 0) threads_.emplace_back([this](const std::stop_token& stop) { dribble(stop); });
    for (std::size_t i = 0; i < options_.forging; ++i)
        threads_.emplace_back([this, i](const std::stop_token& stop) { forge(stop, i); });
    for (std::size_t i = 0; i < options_.oversized; ++i)
        threads_.emplace_back([this](const std::stop_token& stop) { oversize(stop); });
    if (options_.idle > 0) threads_.emplace_back([this](const std::stop_token& stop) { stayIdle(stop); });
}

Siege::~Siege() {
    for (auto& thread : threads_) thread.request_stop();
}

SiegeCounts Siege::counts() const {
    const std::lock_guard lock(mutex_);
    return {
        .idle_opened = idle_opened_,
        .dribblers_opened = dribblers_opened_,
        .octets_dribbled = octets_dribbled_,
        .forged_refused = forged_refused_,
        .forged_not_let_in = forged_not_let_in_,
        .forged_otherwise = forged_otherwise_,
        .otherwise = otherwise_,
        .oversized_refused = oversized_refused_,
        .oversized_taken = oversized_taken_};
}

Poco::Net::StreamSocket Siege::connect() const {
    Poco::Net::StreamSocket socket;
    if (!options_.from.empty()) socket.impl()->bind(Poco::Net::SocketAddress(options_.from, 0));
    socket.connect(Poco::Net::SocketAddress(options_.address), kPatience);
    return socket;
}

Poco::Net::SecureStreamSocket Siege::connectTls() const {
    auto socket = connect();
    socket.setReceiveTimeout(kPatience);
    socket.setSendTimeout(kPatience);
    return Poco::Net::SecureStreamSocket::attach(socket, Poco::URI(options_.base_url).getHost(), context_);
}

void Siege::stayIdle(const std::stop_token& stop) {
    // The dribblers' handshakes come first.
    while (options_.dribbling > 0 && dribblers_opened_ < options_.dribbling && !stop.stop_requested()) pause(kIdleAgainMillis);
    std::vector<std::optional<Poco::Net::StreamSocket>> idle(options_.idle);
    for (bool first = true; !stop.stop_requested(); first = false) {
        for (auto& socket : idle) {
            if (stop.stop_requested() || (!first && !options_.idle_again)) break;
            if (socket && !isCut(*socket)) continue;
            try {
                socket = connect();
                ++idle_opened_;
            } catch (const Poco::Exception&) {
                socket.reset();
            }
        }
        pause(kIdleAgainMillis);
    }
}

void Siege::dribble(const std::stop_token& stop) {
    const std::string begun = "POST /v1/records HTTP/1.1\r\nhost: localhost\r\nx-slow: ";
    std::vector<std::optional<Poco::Net::SecureStreamSocket>> dribbling(options_.dribbling);
    const auto goOn = [&](std::optional<Poco::Net::SecureStreamSocket>& socket) {
        try {
            if (socket && socket->sendBytes("a", 1) == 1) {
                ++octets_dribbled_;
                return;
            }
            socket = connectTls();
            socket->sendBytes(begun.data(), static_cast<int>(begun.size()));
            ++dribblers_opened_;
        } catch (const Poco::Exception&) {
            socket.reset();  // cut, as it should be; or not let in
        }
    };
    while (!stop.stop_requested()) {
        for (auto& socket : dribbling)
            if (!stop.stop_requested()) goOn(socket);
        pause(kDribbleEveryMillis);
    }
}

ForgedRequest Siege::signedRequest(const std::string& body) const {
    trust::HttpHead head;
    head.method = "POST";
    head.target_uri = options_.base_url + kRecords;
    head.set("content-type", "application/json");
    const auto status = trust::signMessage(head, body, key_, clock_.nowMillis());
    YHT_ASSERT(status.ok());
    ForgedRequest request{.path = kRecords, .fields = {}, .body = body};
    for (const auto& [name, value] : head.fields) request.fields[name] = value;
    return request;
}

ForgedRequest Siege::forgedRecord(std::uint64_t number) const {
    auto request = signedRequest(floodRecord({.seed = 1, .source = options_.source}, number));
    // 64 octets, r and s: what ECDSA P-256 has. Only the curve can tell that they are not ours.
    request.fields["signature"] = std::string(trust::kSignatureTag) + "=:" + base::toBase64(base::SeededRandom(number).bytes(64)) + ":";
    return request;
}

void Siege::forge(const std::stop_token& stop, std::uint64_t thread) {
    Line line(*this);
    for (std::uint64_t number = thread; !stop.stop_requested(); number += options_.forging) {
        const auto answer = line.ask(options_.forge ? options_.forge(number) : forgedRecord(number));
        if (answer.status == 0) {
            pause(kRefusedPauseMillis);
        } else if (answer.body.find("signature.invalid") != std::string::npos) {
            ++forged_refused_;
        } else if (answer.status == 429) {
            ++forged_not_let_in_;  // too many connections is no answer to the forgery
        } else {
            ++forged_otherwise_;
            const std::lock_guard lock(mutex_);
            otherwise_ = std::to_string(answer.status) + " " + answer.body.substr(0, 400);
        }
    }
}

void Siege::oversize(const std::stop_token& stop) {
    Line line(*this);
    const auto mustBe = [&](const ForgedRequest& request, const std::string& code) {
        if (stop.stop_requested()) return;
        const auto answer = line.ask(request);
        // What is refused while it is still sent may have no answer that was read; too many connections is no answer to it.
        const bool refused = answer.status == 0 || answer.status == 429 || answer.body.find(code) != std::string::npos;
        ++(refused ? oversized_refused_ : oversized_taken_);
        if (answer.status == 0) pause(kRefusedPauseMillis);
    };
    const auto huge_body = signedRequest(std::string(kHugeBodyBytes, ' '));
    auto huge_head = signedRequest("{}");
    huge_head.fields["x-big"] = std::string(kHugeHeadBytes, 'a');
    while (!stop.stop_requested()) {
        mustBe(huge_head, "request.header_too_large");
        mustBe(signedRequest(std::string(kDeepLevels, '[')), "request.json_malformed");
        mustBe(huge_body, "request.body_too_large");
    }
}

}  // namespace yht::partner_sim
