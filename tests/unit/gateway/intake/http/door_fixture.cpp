#include "tests/unit/gateway/intake/http/door_fixture.h"

#include <chrono>
#include <thread>

#include "tests/support/pki.h"
#include "tests/unit/gateway/intake/admission/admission_fixture.h"

namespace yht::http {

namespace {

constexpr std::chrono::seconds kHangGuard{60};

using trust::Grant;
using trust::Right;

trust::TlsFiles filesOf(const test::CertificateFiles& files) {
    return {
        .certificate_chain_pem = files.certificate,
        .private_key_pem = files.private_key,
        .peer_ca_pem = files.ca};
}

Poco::Net::Context::Ptr contextOf(const std::string& name) {
    static std::map<std::string, Poco::Net::Context::Ptr> contexts;
    auto& context = contexts[name];
    if (!context) context = *trust::clientContext(filesOf(test::sharedPki().partner(name)));
    return context;
}

trust::Partner partnerOf(
    const std::string& name, const std::string& source, std::vector<Grant> grants
) {
    trust::Partner partner;
    partner.id = name;
    partner.stage = trust::Stage::Live;
    if (!source.empty()) partner.sources = {source};
    partner.grants = std::move(grants);
    partner.certificates.push_back(
        {.certificate =
             *crypto::Certificate::fromPem(test::sharedPki().partner(name).certificatePem()),
         .algorithm = crypto::SignatureAlgorithm::EcdsaP256Sha256}
    );
    return partner;
}

std::map<std::string, trust::Partner> cast() {
    const Grant submit{Right::SubmitOwn, ""};
    const Grant evidence{Right::ReadEvidence, ""};
    std::map<std::string, trust::Partner> all;
    all.emplace(
        "centre", partnerOf("centre", "zz12345", {submit, evidence, {Right::ReadCity, "4302"}})
    );
    all.emplace("police", partnerOf("police", "zz110", {submit, evidence, {Right::ReadOwn, ""}}));
    all.emplace("water", partnerOf("water", "zz-water", {submit, {Right::ReadUnit, "430202"}}));
    all.emplace("guest", partnerOf("guest", "", {}));
    all.emplace("ceased", partnerOf("ceased", "zz-ceased", {submit}));
    all.at("ceased").stage = trust::Stage::Stopped;
    return all;
}

}  // namespace

bool WatchedStore::waitForEntry(ledger::Seq after, std::int64_t timeout_ms) {
    {
        const std::lock_guard lock(mutex_);
        awaited_after_ = after;
        changed_.notify_all();
    }
    return store_.waitForEntry(after, timeout_ms);
}

bool WatchedStore::isAwaitedAfter(ledger::Seq seq) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kHangGuard, [&] { return awaited_after_ == seq; });
}

DoorTest::DoorTest() : ledger(clock, random), partners(cast()) {
    trust.emplace(snapshot());
    verifier.emplace(*trust, clock, trust::VerifierOptions{.public_base_urls = {kBaseUrl}});
    admission.emplace(ledger.store(), random);
    contexts.emplace(*trust::serverContext(filesOf(test::sharedPki().gateway())));
    reopen();
}

DoorTest::~DoorTest() {
    door.reset();
}

void DoorTest::reopen(const std::function<void(DoorOptions&)>& change) {
    open(clock, change);
}

void DoorTest::reopenWith(const base::Clock& door_clock, const std::function<void(DoorOptions&)>& change) {
    open(door_clock, change);
}

void DoorTest::open(
    const base::Clock& door_clock, const std::function<void(DoorOptions&)>& change
) {
    door.reset();
    registry = std::make_unique<prometheus::Registry>();
    DoorOptions options;
    options.partner_listen = Poco::Net::SocketAddress("127.0.0.1", 0);
    options.admin_listen = Poco::Net::SocketAddress("127.0.0.1", 0);
    options.public_base_urls = {kBaseUrl};
    options.signing_key = keyOf("gateway");
    options.drain_ms = 0;
    change(options);
    watched.emplace(ledger.store());
    door = *Door::open(
        std::move(options), *contexts, *admission, *watched, *verifier, door_clock, *registry
    );
    door->start();
}

std::shared_ptr<const trust::TrustSnapshot> DoorTest::snapshot() const {
    std::vector<trust::Partner> list;
    std::vector<trust::Source> sources;
    for (const auto& [name, partner] : partners) {
        list.push_back(partner);
        for (const auto& id : partner.sources) {
            trust::Source source;
            source.id = id;
            source.region = "430200";
            sources.push_back(source);
        }
    }
    return std::make_shared<trust::TrustSnapshot>(std::move(list), std::move(sources));
}

void DoorTest::change(const std::string& name, const std::function<void(trust::Partner&)>& change) {
    change(partners.at(name));
    trust->replace(snapshot());
}

test::HttpClient DoorTest::connect(const std::string& name) {
    return test::HttpClient(door->partnerPort(), contextOf(name));
}

test::HttpClient DoorTest::stranger() {
    return connect("stranger");
}

trust::SigningKey DoorTest::keyOf(const std::string& name) const {
    const auto files = test::sharedPki().partner(name);
    return *trust::signingKey(files.certificatePem(), files.privateKeyPem());
}

test::ReceivedAnswer DoorTest::get(
    const std::string& name, const std::string& target, const std::string& fields
) {
    return connect(name).get(target, fields);
}

std::string DoorTest::signedPost(const std::string& name, const std::string& body) {
    trust::HttpHead head;
    head.method = "POST";
    head.target_uri = std::string(kBaseUrl) + "/v1/records";
    head.set("content-type", "application/json");
    const auto status = trust::signMessage(head, body, keyOf(name), clock.nowMillis());
    EXPECT_TRUE(status.ok());
    std::string out = "POST /v1/records HTTP/1.1\r\nhost: gateway.test:8443\r\n";
    for (const auto& [field, value] : head.fields) out += field + ": " + value + "\r\n";
    return out + "content-length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

test::ReceivedAnswer DoorTest::post(const std::string& name, const std::string& body) {
    return connect(name).ask(signedPost(name, body));
}

std::string DoorTest::mustTake(const std::string& name, const std::string& record) {
    const auto answer = post(name, record);
    EXPECT_EQ(answer.status, 201) << answer.body;
    return member(answer, "ticket_no");
}

void DoorTest::takeMany(const std::string& name, int count, const std::string& other_refs) {
    const std::string source = *partners.at(name).sources.begin();
    std::string body = "[";
    for (int i = 0; i < count; ++i) {
        const std::string ref = "many-" + std::to_string(++posted_);
        body += i == 0 ? "" : ",";
        body += other_refs.empty()
                    ? intake::appeal(source, ref)
                    : intake::process(source, ref, {{"other_refs", other_refs}});
    }
    const auto answer = post(name, body + "]");
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.body.find("\"problem\""), std::string::npos) << answer.body.substr(0, 2000);
}

void DoorTest::waitForMetric(const std::string& line) {
    auto client = admin();
    const auto end = std::chrono::steady_clock::now() + kHangGuard;
    while (client.get("/metrics").body.find(line) == std::string::npos) {
        ASSERT_LT(std::chrono::steady_clock::now(), end) << line;
        std::this_thread::yield();
    }
}

std::string member(const test::ReceivedAnswer& answer, const std::string& path) {
    const auto document = json::parse(answer.body);
    if (!document) return "";
    const rapidjson::Value* value = &*document;
    std::string_view rest = path;
    while (value != nullptr && value->IsObject()) {
        const auto dot = rest.find('.');
        if (dot == rest.npos) return json::textMember(*value, rest);
        value = json::findMember(*value, rest.substr(0, dot));
        rest = rest.substr(dot + 1);
    }
    return "";
}

std::string rawMember(const test::ReceivedAnswer& answer, const std::string& name) {
    const auto document = json::parse(answer.body);
    const auto* value = document ? json::findMember(*document, name) : nullptr;
    return value == nullptr ? "" : json::canonical(*value);
}

std::string codeOf(const test::ReceivedAnswer& answer) {
    return member(answer, "code");
}

}  // namespace yht::http
