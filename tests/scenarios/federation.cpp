#include "tests/scenarios/federation.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/StreamCopier.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <iostream>

#include "tests/scenarios/shipped_source.h"

namespace yht::scenarios {
namespace {

constexpr std::int64_t kPatienceMs = 120'000;
constexpr int kLookAgainMs = 20;
constexpr std::int64_t kDeadlineMs = 60'000;

const std::string kTools = std::string(YHT_SOURCE_DIR) + "/tools/";
const std::string kBinaries = std::string(YHT_BINARY_DIR) + "/bin/";

std::string portText(std::uint16_t port) { return std::to_string(port); }

/// The calling thread, and with it what it starts, runs on two cores: the one where it is and the next that it may have.
class TwoCores {
public:
    explicit TwoCores(bool wanted) {
        const int here = ::sched_getcpu();
        if (!wanted || here < 0 || ::sched_getaffinity(0, sizeof before_, &before_) != 0) return;
        cpu_set_t two;
        CPU_ZERO(&two);
        for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&two) < 2; ++i) {
            const int cpu = (here + i) % CPU_SETSIZE;
            if (CPU_ISSET(cpu, &before_)) CPU_SET(cpu, &two);
        }
        is_set_ = ::sched_setaffinity(0, sizeof two, &two) == 0;
    }
    ~TwoCores() {
        if (is_set_) ::sched_setaffinity(0, sizeof before_, &before_);
    }
    TwoCores(const TwoCores&) = delete;
    TwoCores& operator=(const TwoCores&) = delete;

private:
    cpu_set_t before_{};
    bool is_set_ = false;
};

/// One PKI a test program, of which each federation has a copy: making one takes twenty processes and a second of CPU.
class MadeOnce {
public:
    static const std::string& pki() {
        static const MadeOnce made;
        return made.directory_;
    }
    ~MadeOnce() { std::filesystem::remove_all(directory_); }

private:
    MadeOnce() {
        char name[] = "/tmp/yht-pki-XXXXXX";
        directory_ = ::mkdtemp(name);
        const auto made = runToEnd({kTools + "dev-pki", directory_}, directory_ + "/log");
        EXPECT_EQ(0, made.exit_code) << made.output;
        std::filesystem::remove(directory_ + "/log");
    }
    std::string directory_;
};

}  // namespace

Federation::Federation() {
    char name[] = "/tmp/yht-federation-XXXXXX";
    directory_ = ::mkdtemp(name);
    std::filesystem::copy(MadeOnce::pki(), pki());
    writeDeployment();
}

Federation::~Federation() {
    gateway_.stop(SIGTERM);
    centre_.stop(SIGTERM);
    province_.stop(SIGTERM);
    if (testing::Test::HasFailure()) {
        std::cerr << "kept for a look: " << directory_ << std::endl;
    } else {
        std::filesystem::remove_all(directory_);
    }
}

void Federation::writeDeployment() {
    const auto made = runToEnd({kTools + "dev-deployment", deployment(), pki(), portText(gateway_port_), portText(admin_port_),
                                "https://localhost:" + portText(province_port_),
                                "https://localhost:" + portText(centre_port_) + "/deliveries"},
                               log("deployment"));
    EXPECT_EQ(0, made.exit_code) << log("deployment");
    replaceInDeployment(*this, "yht.yaml", "partner:\n", "partner:\n" + patientDeadlines());
}

std::string Federation::patientDeadlines() {
    const auto ms = std::to_string(kDeadlineMs * slower());
    return "  header_deadline_ms: " + ms + "\n  body_deadline_ms: " + ms + "\n";
}

void Federation::startProvince(const std::vector<std::string>& environment) {
    province_ = Child({kBinaries + "province-sim", "--host", "127.0.0.1", "--port", portText(province_port_), "--control-port",
                         portText(province_control_), "--cert", pki() + "/province.pem", "--key",
                         pki() + "/province.key", "--ca", pki() + "/root.pem", "--sender",
                         "XZ43020001:HX430201:" + pki() + "/gateway.pem", "--data", directory_ + "/province.sqlite"},
                        log("province"), environment);
    waitUntil("province answers on its control address", [&] { return askProvince("/stats").status == 200; });
}

void Federation::startCentre() {
    centre_ = Child({kBinaries + "centre-sim", "--host", "127.0.0.1", "--port", portText(centre_port_), "--control-port",
                       portText(centre_control_), "--cert", pki() + "/centre.pem", "--key", pki() + "/centre.key",
                       "--ca", pki() + "/root.pem", "--gateway", "https://localhost:" + portText(gateway_port_),
                       "--gateway-cert", pki() + "/gateway.pem", "--data", directory_ + "/centre.sqlite", "--ack-log",
                       directory_ + "/centre.acks"},
                      log("centre"));
    waitUntil("centre answers on its control address", [&] { return askCentre("/stats").status == 200; });
}

void Federation::launchGateway(const std::vector<std::string>& environment) {
    const TwoCores cores(on_two_cores_);
    const auto program = gateway_program_.empty() ? kBinaries + "yht" : gateway_program_;
    gateway_ = Child({program, "serve", "--config", deployment()}, log("gateway"), environment);
}

bool Federation::gatewayCameUp() {
    bool running = true;
    waitUntil("gateway is ready or has ended", [&] {
        running = gateway_.running();
        return !running || askAdmin("/readyz").status == 200;
    });
    return running;
}

int Federation::awaitGatewaysEnd() {
    waitUntil("gateway has ended", [&] { return !gateway_.running(); });
    return gateway_.stop(SIGTERM);
}

void Federation::startGateway() {
    launchGateway({});
    EXPECT_TRUE(gatewayCameUp()) << "gateway ended; see " << log("gateway");
}

void Federation::startAll() {
    startProvince();
    startCentre();
    startGateway();
}

int Federation::stopGateway() { return gateway_.stop(SIGTERM); }

std::size_t Federation::gatewayPeakKib() const {
    std::ifstream status("/proc/" + std::to_string(gatewayPid()) + "/status");
    const std::string name = "VmHWM:";
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(name)) return std::stoul(line.substr(name.size()));
    }
    ADD_FAILURE() << "no " << name;
    return 0;
}

void Federation::forgetGatewayPeak() const { std::ofstream("/proc/" + std::to_string(gatewayPid()) + "/clear_refs") << "5"; }

PartnerClient Federation::partner(const std::string& name) { return {pki(), name, gateway_port_}; }

Finished Federation::yht(std::vector<std::string> words) {
    words.insert(words.begin(), kBinaries + "yht");
    words.insert(words.end(), {"--config", deployment()});
    return runToEnd(words, log("commands"));
}

void Federation::waitUntil(const std::string& what, const std::function<bool()>& holds) {
    const base::SystemClock clock;
    const auto deadline_ms = clock.steadyMillis() + kPatienceMs * slower();
    while (!holds()) {
        if (clock.steadyMillis() > deadline_ms) {
            ADD_FAILURE() << "never came true: " << what;
            return;
        }
        ::poll(nullptr, 0, kLookAgainMs);
    }
}

int Federation::slower() { return YHT_SLOWER; }

rapidjson::Document Federation::tickets() {
    const auto finished = yht({"tickets", "--json", "--limit", "100000"});
    auto document = json::parse(finished.output, {.values_max = 10'000'000});
    EXPECT_TRUE(document.ok()) << finished.output.substr(0, 400);
    return document.ok() ? *std::move(document) : rapidjson::Document(rapidjson::kArrayType);
}

void Federation::waitUntilUploaded(std::size_t record_count) {
    waitUntil(std::to_string(record_count) + " records uploaded", [&] {
        return json::textMember(askProvince("/stats").json(), "rows") == std::to_string(record_count);
    });
    waitUntilDrained();
}

void Federation::waitUntilDrained(const std::string& destination) {
    const auto upto = lastSeq();
    waitUntil("the router has decided on entry " + std::to_string(upto) + " for " + destination, [&] { return routed(destination, upto); });
    waitUntil("nothing waits for " + destination, [&] { return drained(destination); });
}

std::uint64_t Federation::lastSeq() {
    const auto status = json::parse(yht({"status", "--json"}).output);
    const auto entries = status.ok() && status->IsObject() ? json::textMember(*status, "entries") : "";
    EXPECT_NE("", entries);
    return entries.empty() ? 0 : std::stoull(entries);
}

std::optional<std::uint64_t> Federation::metric(const std::string& row) {
    const std::string metrics = askAdmin("/metrics").body, begun = "\n" + row + " ";
    const auto at = metrics.find(begun);
    if (at == metrics.npos) return std::nullopt;
    return static_cast<std::uint64_t>(std::stod(metrics.substr(at + begun.size())));
}

bool Federation::routed(const std::string& destination, std::uint64_t upto) {
    return metric("yht_delivery_routed_seq{destination=\"" + destination + "\"}").value_or(0) >= upto;
}

bool Federation::drained(const std::string& destination) {
    const auto all = json::parse(yht({"deliveries", "--json"}).output);
    if (!all.ok()) return false;
    for (const auto& one : all->GetArray()) {
        if (json::textMember(one, "destination") != destination) continue;
        for (const char* state : {"backlog", "held", "dead"}) {
            if (json::textMember(one, state) != "0") return false;
        }
        return true;
    }
    return false;
}

void Federation::waitUntilSettled(std::size_t ticket_count) {
    waitUntil(std::to_string(ticket_count) + " tickets settled", [&] {
        const auto all = tickets();
        if (all.Size() != ticket_count) return false;
        for (const auto& ticket : all.GetArray()) {
            if (!json::findMember(ticket, "settled")->IsTrue()) return false;
        }
        return true;
    });
}

Reply Federation::control(std::uint16_t port, const std::string& method, const std::string& path,
                          const std::string& json) {
    Reply reply;
    try {
        Poco::Net::HTTPClientSession session("127.0.0.1", port);
        session.setTimeout(Poco::Timespan(20, 0));
        Poco::Net::HTTPRequest request(method, path, Poco::Net::HTTPMessage::HTTP_1_1);
        if (!json.empty()) request.setContentType("application/json");
        request.setContentLength64(static_cast<Poco::Int64>(json.size()));
        session.sendRequest(request) << json;
        Poco::Net::HTTPResponse response;
        Poco::StreamCopier::copyToString64(session.receiveResponse(response), reply.body);
        reply.status = response.getStatus();
    } catch (const Poco::Exception&) {
        return Reply{};
    }
    return reply;
}

}  // namespace yht::scenarios
