#include "tests/unit/gateway/intake/admission/admission_fixture.h"

#include <map>

#include "gateway/base/time_text.h"
#include "gateway/json/json.h"
#include "gateway/ticket/record_json.h"
#include "gateway/ticket/ticket_number.h"
#include "tests/support/pki.h"

namespace yht::intake {
namespace {

using trust::Right;

constexpr const char* kBaseUrl = "https://gateway.test:8443";
// Certificates are issued now: the tests' clock must stand within their term.
base::UnixMillis startMillis() {
    return base::SystemClock().nowMillis();
}

struct Member {
    trust::Partner partner;
    trust::SigningKey key;
};

Member member(
    const std::string& name, const std::string& source, std::vector<trust::Grant> grants
) {
    const test::CertificateFiles files = test::sharedPki().partner(name);
    crypto::Certificate certificate = crypto::Certificate::fromPem(files.certificatePem()).value();
    trust::SigningKey key{
        .key = crypto::PrivateKey::fromPem(files.privateKeyPem()).value(),
        .keyid = certificate.fingerprint(),
        .algorithm = crypto::SignatureAlgorithm::EcdsaP256Sha256};
    trust::Partner partner;
    partner.id = name;
    partner.stage = trust::Stage::Live;
    partner.sources = {source};
    partner.grants = std::move(grants);
    partner.grants.push_back({Right::SubmitOwn, ""});
    partner.certificates.push_back(
        {.certificate = std::move(certificate), .algorithm = key.algorithm}
    );
    return {std::move(partner), std::move(key)};
}

/// One cast for the whole program: keys cost time.
const std::map<std::string, Member>& cast() {
    static const std::map<std::string, Member> members = [] {
        std::map<std::string, Member> made;
        made.emplace("centre", member("centre", "zz12345", {{Right::ReadCity, "4302"}}));
        made.emplace("police", member("police", "zz110", {{Right::ReadOwn, ""}}));
        made.emplace("media", member("media", "zz-media", {{Right::ReadOwn, ""}}));
        made.emplace(
            "water",
            member("water", "zz-water", {{Right::ReadUnit, "430202"}, {Right::JoinCity, "4302"}})
        );
        made.emplace("trial", member("trial", "zz-trial", {}));
        made.at("trial").partner.stage = trust::Stage::JointTest;
        return made;
    }();
    return members;
}

std::shared_ptr<const trust::TrustSnapshot> registry() {
    std::vector<trust::Partner> partners;
    std::vector<trust::Source> sources;
    for (const auto& [name, member] : cast()) {
        partners.push_back(member.partner);
        trust::Source source;
        source.id = *member.partner.sources.begin();
        source.region = "430200";
        sources.push_back(source);
    }
    return std::make_shared<trust::TrustSnapshot>(std::move(partners), std::move(sources));
}

std::string recordJson(
    const std::string& kind, const std::string& source, const std::string& ref,
    std::map<std::string, std::string> values, const Fields& fields
) {
    values["kind"] = kind;
    values["source"] = source;
    values["record_ref"] = ref;
    values.emplace("event_time", "2019-10-15T08:30:00+08:00");
    for (const auto& [name, text] : fields) values[name] = text;
    std::string out = "{";
    for (const auto& [name, text] : values) {
        if (text.empty()) continue;
        if (out.size() > 1) out += ",";
        out += "\"" + name + "\":";
        if (text.front() == '[')
            out += text;
        else
            json::appendCanonicalString(out, text);
    }
    return out + "}";
}

}  // namespace

std::string appeal(const std::string& source, const std::string& ref, const Fields& fields) {
    return recordJson(
        "appeal", source, ref,
        {{"channel", "10"},
         {"appeal_type", "3"},
         {"category_path", R"(["城乡建设","排水"])"},
         {"title", "下水道反味"},
         {"content", "四楼以上下水道泛出刺鼻气味。"},
         {"appeal_time", "2019-10-15T08:20:00+08:00"},
         {"handling_way", "3"},
         {"is_anonymous", "true"},
         {"is_secret", "false"},
         {"area_code", "430211"},
         {"urgency", "3"}},
        fields
    );
}

std::string assignment(const std::string& source, const std::string& ref, const Fields& fields) {
    return recordJson(
        "assignment", source, ref,
        {{"org_code", "430202001"}, {"org_role", "1"}, {"org_level", "2"}}, fields
    );
}

std::string process(const std::string& source, const std::string& ref, const Fields& fields) {
    return recordJson("process", source, ref, {{"process_type", "30"}}, fields);
}

std::string result(const std::string& source, const std::string& ref, const Fields& fields) {
    return recordJson(
        "result", source, ref,
        {{"org_code", "430202001"},
         {"result_type", "0"},
         {"public_reply", "管道已疏通。"},
         {"finish_time", "2019-10-15T11:20:00+08:00"}},
        fields
    );
}

std::string call(const std::string& source, const std::string& ref, const Fields& fields) {
    return recordJson(
        "call", source, ref,
        {{"call_direction", "1"},
         {"connected", "true"},
         {"hotline_number", "12345"},
         {"caller_phone", "199 0000 0001"}},
        fields
    );
}

std::string filing(const std::string& source, const std::string& ref, const Fields& fields) {
    return recordJson(
        "filing", source, ref,
        {{"org_code", "430202001"},
         {"filing_state", "1"},
         {"filing_subject", "老旧小区房产证"},
         {"filing_reason", "历史遗留,暂不具备条件。"}},
        fields
    );
}

std::string unknownTicket() {
    return ticket::formatTicketNumber({.region = "430200", .day = 18'000, .serial = 1});
}

AdmissionTest::AdmissionTest()
    : clock_(startMillis()),
      ledger_(clock_, random_),
      trust_(std::make_unique<trust::TrustHolder>(registry())),
      verifier_(std::make_unique<trust::RequestVerifier>(
          *trust_, clock_, trust::VerifierOptions{.public_base_urls = {kBaseUrl}}
      )),
      admission_(std::make_unique<Admission>(ledger_.store(), random_)) {}

SignedRequest AdmissionTest::sign(const std::string& partner, std::string body) const {
    SignedRequest request{.partner = partner, .head = {}, .body = std::move(body)};
    request.head.method = "POST";
    request.head.target_uri = std::string(kBaseUrl) + "/v1/records";
    request.head.set("content-type", "application/json");
    const base::Status done =
        trust::signMessage(request.head, request.body, cast().at(partner).key, clock_.nowMillis());
    EXPECT_TRUE(done.ok());
    return request;
}

base::Result<trust::VerifiedMessage> AdmissionTest::verify(const SignedRequest& request) const {
    trust::HttpHead head = request.head;
    head.target_uri = "/v1/records";  // what the socket shows
    return verifier_->verify(head, request.body, cast().at(request.partner).key.keyid);
}

base::Result<SubmissionAnswer> AdmissionTest::send(const SignedRequest& request) {
    const base::Result<trust::VerifiedMessage> verified = verify(request);
    if (!verified.ok()) return verified.error();
    return admission_->submitRecords(*verified);
}

void AdmissionTest::restart() {
    admission_.reset();
    ledger_.restart();
    admission_ = std::make_unique<Admission>(ledger_.store(), random_);
}

ItemAnswer AdmissionTest::post(const std::string& partner, const std::string& record) {
    base::Result<SubmissionAnswer> answer = send(partner, record);
    if (!answer.ok()) {
        ADD_FAILURE() << base::describe(answer.error());
        return {};
    }
    EXPECT_FALSE(answer->array);
    EXPECT_EQ(1U, answer->items.size());
    return answer->items.at(0);
}

std::vector<ItemAnswer> AdmissionTest::postAll(
    const std::string& partner, const std::vector<std::string>& records
) {
    std::string body = "[";
    for (const std::string& record : records) body += (body.size() > 1 ? "," : "") + record;
    base::Result<SubmissionAnswer> answer = send(partner, body + "]");
    if (!answer.ok()) {
        ADD_FAILURE() << base::describe(answer.error());
        return {};
    }
    EXPECT_TRUE(answer->array);
    EXPECT_EQ(records.size(), answer->items.size());
    return answer->items;
}

ItemDecision AdmissionTest::correct(const std::string& record) {
    const rapidjson::Document json = json::parse(record).value();
    PreparedMessage message;
    message.speaker = trust_->current()->findPartner("centre");
    const std::shared_ptr<const trust::TrustSnapshot> registry = trust_->current();
    message.registry = registry.get();
    message.assurance = ledger::Assurance::Internal;
    message.salt = random_.bytes(ledger::kSaltBytes);
    message.items.push_back(
        prepareRecord(ticket::readRecord(json).value(), "", random_.bytes(ledger::kSaltBytes))
    );
    Decisions decisions;
    const base::Status done = ledger_.store().run([&](ledger::Transaction& transaction) {
        base::Result<Decisions> decided = decide(transaction, message);
        if (!decided.ok()) return base::Status(std::move(decided).error());
        decisions = *std::move(decided);
        return base::Status();
    });
    EXPECT_TRUE(done.ok());
    return decisions.items.at(0);
}

std::vector<std::string> AdmissionTest::entries() {
    std::vector<std::string> found;
    const auto snapshot = ledger_.store().snapshot().value();
    for (const ledger::LeafHeader& header : snapshot->scan(0, 10'000)) {
        if (header.type == ledger::EntryType::Message) found.emplace_back("message");
        if (header.type != ledger::EntryType::Record) continue;
        found.emplace_back(ticket::kindRow(static_cast<ticket::Kind>(header.kind)).name);
    }
    return found;
}

std::vector<std::string> AdmissionTest::namesOf(const std::string& ticket_no) {
    std::vector<std::string> names;
    const auto snapshot = ledger_.store().snapshot().value();
    for (const ledger::Alias& alias : snapshot->aliases(ticket_no)) {
        names.push_back(alias.party + "/" + alias.number);
    }
    return names;
}

std::uint64_t AdmissionTest::versionOf(
    const std::string& source, ticket::Kind kind, const std::string& ref
) {
    const auto snapshot = ledger_.store().snapshot().value();
    const auto latest = snapshot->findLatest(source, kind, ref);
    return latest ? latest->identity.version : 0;
}

std::string outcome(const ItemAnswer& answer) {
    switch (answer.verdict) {
        case ItemVerdict::Created:
            return "created";
        case ItemVerdict::Stale:
            return "stale";
        case ItemVerdict::Duplicate:
            return "duplicate";
        case ItemVerdict::Refused:
            break;
    }
    return answer.error ? answer.error->row().wire : "refused without a reason";
}

std::vector<std::string> outcomes(const std::vector<ItemAnswer>& answers) {
    std::vector<std::string> texts;
    for (const ItemAnswer& answer : answers) texts.push_back(outcome(answer));
    return texts;
}

std::vector<std::string> pointers(const ItemAnswer& answer) {
    std::vector<std::string> found;
    if (!answer.error) return found;
    for (const base::FieldError& field : answer.error->fields) found.push_back(field.pointer);
    return found;
}

}  // namespace yht::intake
