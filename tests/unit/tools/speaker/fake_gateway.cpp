#include "tests/unit/tools/speaker/fake_gateway.h"

#include <chrono>

#include "gateway/base/assert.h"
#include "gateway/crypto/digest.h"
#include "gateway/ticket/record_json.h"
#include "gateway/ticket/ticket_number.h"

namespace yht::test {

namespace {

constexpr const char* kLogName = "fake.example/430200";
constexpr auto kPatience = std::chrono::minutes(2);

stage::ListenerOptions listenOptions() {
    const auto files = sharedPki().gateway();
    return {.tls = stage::TlsPaths{files.certificate, files.private_key, files.ca}};
}

trust::Partner partnerOf(const std::string& name) {
    trust::Partner partner;
    partner.id = name;
    partner.stage = trust::Stage::Live;
    auto certificate = crypto::Certificate::fromPem(sharedPki().partner(name).certificatePem());
    YHT_ASSERT(certificate.ok());
    partner.certificates.push_back(
        {.certificate = std::move(*certificate),
         .algorithm = crypto::SignatureAlgorithm::EcdsaP256Sha256}
    );
    return partner;
}

std::shared_ptr<const trust::TrustSnapshot> partners() {
    return std::make_shared<const trust::TrustSnapshot>(
        std::vector{partnerOf("centre"), partnerOf("hotline")}, std::vector<trust::Source>{}
    );
}

crypto::PrivateKey newLogKey() {
    auto key = crypto::PrivateKey::generate(crypto::SignatureAlgorithm::Ed25519);
    YHT_ASSERT(key.ok());
    return *key;
}

bool takeOff(int& counter) {
    return counter > 0 && counter-- > 0;
}

stage::HttpAnswer problem(int status, const std::string& code) {
    stage::HttpAnswer answer;
    answer.status = status;
    answer.content_type = "application/problem+json";
    answer.body = "{\"status\":" + std::to_string(status) + ",\"code\":\"" + code + "\"}";
    return answer;
}

}  // namespace

FakeGateway::FakeGateway() : log_key_(newLogKey()), trust_(partners()), listener_(listenOptions()) {
    verifier_ = std::make_unique<trust::RequestVerifier>(
        trust_, clock_, trust::VerifierOptions{.public_base_urls = {url()}}
    );
    listener_.start([this](const auto& request) { return handle(request); });
}

std::string FakeGateway::url() const {
    return "https://localhost:" + std::to_string(listener_.port());
}

std::string FakeGateway::verifierKey() const {
    return ledger::verifierKey(kLogName, log_key_.publicKey());
}

speaker::SpeakerOptions FakeGateway::speakerOptions(const std::string& partner) const {
    const auto files = sharedPki().partner(partner);
    return {
        .base_url = url(),
        .tls =
            {.certificate_chain_pem = files.certificate,
             .private_key_pem = files.private_key,
             .peer_ca_pem = files.ca},
        .signing_certificate_pem = {},
        .signing_key_pem = {}};
}

void FakeGateway::set(int& counter, int count) {
    const std::scoped_lock lock(mutex_);
    counter = count;
}

std::vector<PostedRecord> FakeGateway::taken() const {
    const std::scoped_lock lock(mutex_);
    return taken_;
}

bool FakeGateway::waitForTaken(std::size_t count) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return taken_.size() >= count; });
}

int FakeGateway::requests() const {
    const std::scoped_lock lock(mutex_);
    return requests_;
}

stage::HttpAnswer FakeGateway::handle(const stage::HttpRequest& request) {
    trust::HttpHead head;
    head.method = request.method;
    head.target_uri = request.target;
    head.fields = request.fields;
    const auto verified = verifier_->verify(
        head, request.body, base::toHex(crypto::sha256(request.peer_certificate_der))
    );
    if (!verified) return problem(401, verified.error().row().wire);
    const std::scoped_lock lock(mutex_);
    ++requests_;
    if (takeOff(refuse_signatures_)) return problem(401, "signature.expired");
    if (takeOff(busy_)) {
        auto answer = problem(503, "server.queue_full");
        answer.fields.emplace_back("Retry-After", "0");
        return answer;
    }
    auto answer = submit(request.body);
    if (takeOff(lose_)) answer.ending = stage::Ending::CutMidAnswer;
    changed_.notify_all();
    return answer;
}

stage::HttpAnswer FakeGateway::submit(const std::string& body) {
    const auto document = json::parse(body);
    if (!document) return problem(400, "request.json_malformed");
    stage::HttpAnswer answer;
    if (document->IsArray()) {
        for (const auto& value : document->GetArray())
            answer.body += (answer.body.empty() ? "" : ",") + takeOne(value);
        answer.body = "{\"items\":[" + answer.body + "]}";
        return answer;
    }
    answer.body = takeOne(*document);
    const auto item = json::parse(answer.body);
    answer.status = std::stoi(json::textMember(*item, "status"));
    if (const auto found = item->FindMember("problem"); found != item->MemberEnd())
        answer.body = json::write(found->value);
    return answer;
}

std::string FakeGateway::takeOne(const rapidjson::Value& value) {
    const auto record = ticket::readRecord(value);
    if (!record || takeOff(refuse_))
        return R"({"status":422,"problem":{"status":422,"code":"record.invalid",)"
               R"("errors":[{"pointer":"/title","code":"too_long"}]}})";
    const std::string canonical = ticket::canonicalText(*record);
    const bool known = index_.contains(canonical);
    if (!known) {
        const std::string ref = record->text(ticket::Field::ticket_ref).empty()
                                    ? record->text(ticket::Field::record_ref)
                                    : record->text(ticket::Field::ticket_ref);
        std::string ticket_no = record->text(ticket::Field::ticket_no);
        std::string& known_no = tickets_[record->source() + "/" + ref];
        if (ticket_no.empty()) ticket_no = known_no;
        if (ticket_no.empty())
            ticket_no = ticket::formatTicketNumber(
                {"430200", 18000, static_cast<std::uint32_t>(tickets_.size())}
            );
        known_no = ticket_no;
        index_[canonical] = taken_.size();
        taken_.push_back(
            {record->source() + "/" + ticket::kindRow(record->kind()).name + "/" +
                 record->text(ticket::Field::record_ref),
             ticket_no, canonical}
        );
    }
    const std::size_t place = index_[canonical];
    const std::string& ticket_no = taken_[place].ticket_no;
    return std::string("{\"status\":") + (known ? "200" : "201") + ",\"ticket_no\":\"" + ticket_no +
           "\",\"seq\":\"" + std::to_string(place + 1) + "\",\"verdict\":\"" +
           (known ? "duplicate" : "created") + "\",\"duplicate\":" + (known ? "true" : "false") +
           ",\"receipt\":" + receiptOf(place + 1, ticket_no, canonical) + "}";
}

std::string FakeGateway::receiptOf(
    std::uint64_t seq, const std::string& ticket_no, const std::string& payload
) {
    ledger::LeafHeader header;
    header.type = ledger::EntryType::Record;
    header.seq = seq;
    header.ticket_no = ticket_no;
    header.config_digest = base::Bytes(ledger::kHashBytes, '\0');
    const base::Bytes salt(ledger::kSaltBytes, 's');
    const std::string committed = cheat_ > 0 ? payload + " " : payload;
    ledger::Receipt receipt{
        .seq = seq,
        .ticket_no = ticket_no,
        .leaf = ledger::encodeLeaf(header, ledger::commitmentOf(salt, committed)),
        .salt = salt,
        .path = {},
        .checkpoint = {}};
    if (seq > edge_.size()) {
        std::vector<ledger::Node> completed;
        edge_.append(ledger::leafHash(receipt.leaf), completed);
        for (auto& node : completed) nodes_[{node.level, node.index}] = node.hash;
    }
    const auto path = ledger::inclusionPath(
        seq - 1, edge_.size(),
        [this](std::uint8_t level, std::uint64_t index) -> base::Result<base::Bytes> {
            return nodes_.at({level, index});
        }
    );
    receipt.path = *path;
    receipt.checkpoint =
        *ledger::signCheckpoint({kLogName, edge_.size(), edge_.root()}, kLogName, log_key_);
    return ledger::encodeReceipt(receipt);
}

}  // namespace yht::test
