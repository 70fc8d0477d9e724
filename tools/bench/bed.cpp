#include "tools/bench/bed.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/SSLManager.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "gateway/app/deployment.h"
#include "gateway/json/json.h"
#include "gateway/trust/tls.h"
#include "tools/bench/figures.h"

namespace yht::bench {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kReadyMillisMax = 120'000;
constexpr int kLookAgainMillis = 2;
constexpr const char* kPartner = "hotline-12315";
constexpr const char* kSource = "zz-12315";
constexpr const char* kBesieger = "police-110";
constexpr const char* kBesiegersSource = "zz-110";
constexpr const char* kPartnerRsa = "hotline-12315-rsa";
constexpr const char* kGatewayRsa = "gateway-rsa";

const std::string kTools = std::string(YHT_SOURCE_DIR) + "/tools/";
const std::string kBinaries = std::string(YHT_BINARY_DIR) + "/bin/";

double steadyMillis() {
    const auto since = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration<double, std::milli>(since).count();
}

std::string textOf(const std::string& path) {
    std::ifstream in(path);
    if (!in) throw Invalid("can't read " + path);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write(const std::string& path, const std::string& text) {
    std::ofstream out(path);
    out << text;
    if (!out.flush()) throw Invalid("can't write " + path);
}

void replace(const std::string& path, const std::string& from, const std::string& to) {
    std::string text = textOf(path);
    const auto at = text.find(from);
    if (at == std::string::npos) throw Invalid(path + " has no \"" + from + "\"");
    write(path, text.replace(at, from.size(), to));
}

template <class T>
T require(base::Result<T> result) {
    if (!result) throw Invalid(base::describe(result.error()));
    return std::move(*result);
}

std::vector<std::string> wordsOf(const std::string& text) {
    std::istringstream in(text);
    return {std::istream_iterator<std::string>(in), {}};
}

int statusOf(std::uint16_t port, const std::string& path) {
    try {
        Poco::Net::HTTPClientSession session("127.0.0.1", port);
        session.setTimeout(Poco::Timespan(20, 0));
        Poco::Net::HTTPRequest request("GET", path, "HTTP/1.1");
        session.sendRequest(request);
        Poco::Net::HTTPResponse response;
        session.receiveResponse(response);
        return response.getStatus();
    } catch (const Poco::Exception&) {
        return 0;
    }
}

}  // namespace

Bed::Bed(const BedOptions& options) : options_(options), directory_(options.directory) {
    if (directory_.empty()) {
        std::string name = options.work + "/yht-bench-XXXXXX";
        if (::mkdtemp(name.data()) == nullptr)
            throw Invalid("can't make a folder in " + options.work);
        directory_ = name;
    }
    fs::create_directories(directory_);
    makeDeployment();
    readKeys();
}

Bed::~Bed() {
    siege_.stop(SIGTERM);
    gateway_.stop(SIGTERM);
    centre_.stop(SIGTERM);
    province_.stop(SIGTERM);
    std::error_code ignored;
    if (options_.directory.empty()) fs::remove_all(directory_, ignored);
}

void Bed::makeDeployment() {
    const auto url = [](std::uint16_t port) { return "https://localhost:" + std::to_string(port); };
    const auto make = [&](const std::vector<std::string>& command) {
        if (stage::runToEnd(command, log("making")).exit_code != 0)
            throw Invalid(command.front() + " failed: " + textOf(log("making")));
    };
    make({kTools + "dev-pki", pki()});
    make(
        {kTools + "dev-deployment", deployment(), pki(), std::to_string(gateway_port_),
         std::to_string(admin_port_), url(province_port_), url(centre_port_) + "/deliveries"}
    );
    if (!options_.routes || options_.province_only) narrowRoutes();
    if (options_.soap) speakSoap();
    if (options_.lanes > 0) setLanes();
    if (options_.connections_max > 64) raiseConnections();
    if (options_.rsa) {
        make({kTools + "dev-pki", pki(), kPartnerRsa, kGatewayRsa});
        useRsa();
    }
}

void Bed::useRsa() const {
    const std::string partner = kPartnerRsa, gateway = kGatewayRsa;
    for (const std::string& name : {partner + ".pem", gateway + ".pem", gateway + ".key"})
        fs::copy(pki() + "/" + name, deployment() + "/" + name);
    replace(
        deployment() + "/partners.yaml", std::string("{file: ") + kPartner + ".pem}",
        std::string("{file: ") + kPartner + ".pem}, {file: " + kPartnerRsa + ".pem, algorithm: rsa-v1_5-sha256}"
    );
    replace(
        deployment() + "/yht.yaml", "  private_key: gateway.key\nledger:",
        std::string("  private_key: gateway.key\n  soap_certificate: ") + kGatewayRsa + ".pem\n  soap_private_key: " +
            kGatewayRsa + ".key\nledger:"
    );
}

void Bed::narrowRoutes() const {
    // The destinations stand there, and the router looks at every entry, but nothing goes to them.
    write(
        deployment() + "/routes.yaml",
        std::string("destinations:\n  province: {from: start, attachments: true}\n  centre-430200: {from: start, attachments: true}\n") +
            (options_.routes ? "routes:\n  - {destination: province}\n" : "routes: []\n")
    );
}

void Bed::speakSoap() const {
    const std::string file = deployment() + "/destinations.yaml";
    replace(file, "profiles/xiang-province", "profiles/xiang-exchange");
    replace(file, "sender_id: XZ43020001", "sender_id: ZZ4302");
}

void Bed::setLanes() const {
    for (const char* id : {"province", "centre-430200"})
        replace(
            deployment() + "/routes.yaml", std::string(id) + ": {from: start",
            std::string(id) + ": {lanes: " + std::to_string(options_.lanes) + ", from: start"
        );
}

void Bed::raiseConnections() const {
    const auto count = std::to_string(options_.connections_max);
    replace(
        deployment() + "/yht.yaml", "partner:\n",
        "partner:\n  connections_max: " + std::to_string(2 * options_.connections_max + 64) + "\n"
    );
    replace(
        deployment() + "/partners.yaml", std::string("- id: ") + kPartner + "\n",
        std::string("- id: ") + kPartner + "\n    connections_max: " + count + "\n"
    );
}

void Bed::readKeys() {
    Poco::Net::initializeSSL();
    const std::string stem = pki() + "/" + kPartner;
    context_ = require(trust::clientContext(
        {.certificate_chain_pem = stem + ".pem",
         .private_key_pem = stem + ".key",
         .peer_ca_pem = pki() + "/root.pem"}
    ));
    const std::string signer = pki() + "/" + (options_.rsa ? kPartnerRsa : kPartner);
    const auto algorithm = options_.rsa ? std::optional(crypto::SignatureAlgorithm::RsaV15Sha256) : std::nullopt;
    key_ = std::make_unique<trust::SigningKey>(
        require(trust::signingKey(textOf(signer + ".pem"), textOf(signer + ".key"), algorithm))
    );
    const std::string answers = pki() + "/" + (options_.rsa ? kGatewayRsa : "gateway") + ".pem";
    gateway_certificate_ = require(crypto::Certificate::fromPem(textOf(answers)));
    const auto private_key =
        require(crypto::PrivateKey::fromPem(textOf(deployment() + "/log.key")));
    const auto config = require(app::Config::load(deployment()));
    log_key_ = std::make_unique<speaker::LogKey>(speaker::LogKey{
        config.text("ledger.log_key_name"), private_key.publicKey()});
}

double Bed::cpuSeconds() const {
    double seconds = 0;
    for (const auto* program : {&gateway_, &province_, &centre_, &siege_})
        if (program->pid() > 0) seconds += useOf(program->pid()).cpu_s;
    return seconds;
}

SSL_CTX* Bed::tls() const {
    return context_->sslContext();
}

void Bed::waitUntilReady(
    stage::Child& program, const std::string& name, std::uint16_t port, const std::string& path
) const {
    const double deadline_ms = steadyMillis() + kReadyMillisMax;
    while (statusOf(port, path) != 200) {
        if (!program.running()) throw Invalid(name + " ended: " + textOf(log(name)));
        if (steadyMillis() > deadline_ms) throw Invalid(name + " did not get ready");
        ::poll(nullptr, 0, kLookAgainMillis);
    }
}

double Bed::startGateway() {
    std::vector<std::string> environment;
    if (options_.slow_fsync_us > 0)
        environment = {
            std::string("LD_PRELOAD=") + YHT_SLOW_FSYNC,
            "YHT_SLOW_FSYNC_US=" + std::to_string(options_.slow_fsync_us)};
    std::vector<std::string> command = wordsOf(options_.under);
    for (const auto& word : {kBinaries + "yht", std::string("serve"), std::string("--config"), deployment()})
        command.push_back(word);
    const double begin_ms = steadyMillis();
    gateway_ = stage::Child(command, log("gateway"), environment);
    waitUntilReady(gateway_, "gateway", admin_port_, "/readyz");
    return steadyMillis() - begin_ms;
}

void Bed::stopGateway() {
    const int code = gateway_.stop(SIGTERM);
    if (code != 0) throw Invalid("the gateway ended with exit code " + std::to_string(code));
}

void Bed::startProvince() {
    const std::string sender = options_.soap ? "ZZ4302:R4302:" : "XZ43020001:HX430201:";
    std::vector<std::string> command{
        kBinaries + (options_.soap ? "exchange-sim" : "province-sim"), "--host", "127.0.0.1", "--port",
        std::to_string(province_port_), "--control-port", std::to_string(province_control_), "--cert",
        pki() + "/province.pem", "--key", pki() + "/province.key", "--ca", pki() + "/root.pem", "--sender",
        sender + pki() + "/gateway.pem", "--data", directory_ + "/province.sqlite"};
    if (options_.soap)
        command.insert(command.end(), {"--schemas", std::string(YHT_SOURCE_DIR) + "/schemas/profiles/xiang-exchange"});
    province_ = stage::Child(command, log("province"));
    waitUntilReady(province_, "province", province_control_, "/stats");
}

void Bed::startCentre() {
    // It takes what is delivered and handles nothing: its own posts would be a load of their own.
    write(directory_ + "/plan.json", R"({"cases":[],"default_handling":[]})");
    centre_ = stage::Child(
        {kBinaries + "centre-sim",
         "--host",
         "127.0.0.1",
         "--port",
         std::to_string(centre_port_),
         "--control-port",
         std::to_string(centre_control_),
         "--cert",
         pki() + "/centre.pem",
         "--key",
         pki() + "/centre.key",
         "--ca",
         pki() + "/root.pem",
         "--gateway",
         "https://localhost:" + std::to_string(gateway_port_),
         "--gateway-cert",
         pki() + "/gateway.pem",
         "--data",
         directory_ + "/centre.sqlite",
         "--plan",
         directory_ + "/plan.json"},
        log("centre")
    );
    waitUntilReady(centre_, "centre", centre_control_, "/stats");
}

void Bed::beginSiege(const SiegeSize& size) {
    const std::string credential = pki() + "/" + kBesieger, port = std::to_string(gateway_port_);
    siege_ = stage::Child(
        {kBinaries + "partner-sim", "siege", "--gateway", "https://localhost:" + port, "--address", "127.0.0.1:" + port,
         "--cert", credential + ".pem", "--key", credential + ".key", "--ca", pki() + "/root.pem", "--source",
         kBesiegersSource, "--idle", std::to_string(size.idle), "--dribbling", std::to_string(size.dribbling), "--forging",
         std::to_string(size.forging), "--oversized", std::to_string(size.oversized)},
        log("siege")
    );
    const double deadline_ms = steadyMillis() + kReadyMillisMax;
    while (!textOf(log("siege")).starts_with("stands\n")) {
        if (!siege_.running()) throw Invalid("the siege ended: " + textOf(log("siege")));
        if (steadyMillis() > deadline_ms) throw Invalid("the siege never stood");
        ::poll(nullptr, 0, kLookAgainMillis);
    }
    siege_began_ms_ = steadyMillis();
}

SiegeEnd Bed::endSiege() {
    SiegeEnd end{.seconds = (steadyMillis() - siege_began_ms_) / 1000, .cpu_s = useOf(siege_.pid()).cpu_s};
    if (const int code = siege_.stop(SIGTERM); code != 0) throw Invalid("the siege ended with exit code " + std::to_string(code));
    const std::string said = textOf(log("siege"));
    const auto counts = json::parse(said.substr(said.find('\n') + 1));
    if (!counts.ok()) throw Invalid("the siege said: " + said);
    const auto number = [&](const char* name) { return std::stod(json::textMember(*counts, name)); };
    if (number("forged_otherwise") + number("oversized_taken") > 0) throw Invalid("something of the siege was not refused: " + said);
    end.forged_refused = number("forged_refused");
    end.oversized_refused = number("oversized_refused");
    end.dribblers_opened = number("dribblers_opened");
    return end;
}

Recipe Bed::recipe(std::uint64_t seed, std::size_t requests, std::size_t records) const {
    return {
        .authority = "localhost:" + std::to_string(gateway_port_),
        .key = key_.get(),
        .source = kSource,
        .seed = seed,
        .first = 0,
        .requests = requests,
        .records = records};
}

double Bed::ledgerMegabytes() const {
    double bytes = 0;
    for (const char* name : {"/data/ledger.db", "/data/ledger.db-wal"}) {
        std::error_code missing;
        const auto size = fs::file_size(deployment() + name, missing);
        if (!missing) bytes += static_cast<double>(size);
    }
    return bytes / 1e6;
}

}  // namespace yht::bench
