#include "tests/unit/gateway/trust/signed_request.h"

#include <stdexcept>

#include "gateway/crypto/digest.h"

namespace yht::trust {
namespace {

using crypto::SignatureAlgorithm;
using test::KeyKind;
using test::Validity;

struct ActorRow {
    const char* name;
    const char* partner;
    KeyKind kind = KeyKind::P256;
    SignatureAlgorithm algorithm = SignatureAlgorithm::EcdsaP256Sha256;
    Validity validity = Validity::Now;
    bool may_connect = true, may_sign = true, revoked = false, encrypts = false;
};

const ActorRow kActors[] = {
    {.name = "centre", .partner = "centre"},
    {.name = "centre-2", .partner = "centre"},
    {.name = "centre-ed25519",
     .partner = "centre",
     .kind = KeyKind::Ed25519,
     .algorithm = SignatureAlgorithm::Ed25519},
    {.name = "centre-rsa-pss",
     .partner = "centre",
     .kind = KeyKind::Rsa2048,
     .algorithm = SignatureAlgorithm::RsaPssSha512},
    {.name = "centre-rsa-v15",
     .partner = "centre",
     .kind = KeyKind::Rsa2048,
     .algorithm = SignatureAlgorithm::RsaV15Sha256},
    {.name = "centre-p384",
     .partner = "centre",
     .kind = KeyKind::P384,
     .algorithm = SignatureAlgorithm::EcdsaP384Sha384},
    {.name = "centre-sm2", .partner = "centre", .kind = KeyKind::Sm2, .algorithm = SignatureAlgorithm::Sm2Sm3},
    {.name = "centre-sm2-encrypt",
     .partner = "centre",
     .kind = KeyKind::Sm2,
     .algorithm = SignatureAlgorithm::Sm2Sm3,
     .may_connect = false,
     .may_sign = false,
     .encrypts = true},
    {.name = "centre-revoked", .partner = "centre", .revoked = true},
    {.name = "centre-expired", .partner = "centre", .validity = Validity::Expired},
    {.name = "centre-not-yet", .partner = "centre", .validity = Validity::NotYet},
    {.name = "centre-connect", .partner = "centre", .may_sign = false},
    {.name = "centre-sign", .partner = "centre", .may_connect = false},
    {.name = "other", .partner = "other"},
    {.name = "stopped", .partner = "stopped"},
    {.name = "stranger", .partner = ""},
};

Partner makePartner(const std::string& id, Stage stage) {
    Partner partner;
    partner.id = id;
    partner.stage = stage;
    return partner;
}

// SHA-1 of the usual body is never computed: the field only has to be well formed.
std::string digestField(const SigningPlan& plan) {
    const std::string sha256 = contentDigest(plan.body);
    const std::string sha1 = "sha=:" + base::toBase64(std::string(20, 'x')) + ":";
    if (plan.digest == "sha-256") return sha256;
    if (plan.digest == "sha-512")
        return "sha-512=:" + base::toBase64(crypto::sha512(plan.body)) + ":";
    if (plan.digest == "sha") return sha1;
    if (plan.digest == "both") return sha1 + ", " + sha256;
    throw std::runtime_error("unknown digest in plan: " + plan.digest);
}

std::string parametersOf(const SigningPlan& plan, base::UnixMillis now_ms) {
    const SigningKey& key = Cast::get().key(plan.key);
    std::string text = "(";
    for (const auto& component : plan.components) text += (text.size() > 1 ? " " : "") + component;
    text += ')';
    if (plan.created_s) text += ";created=" + std::to_string(now_ms / 1000 + *plan.created_s);
    if (plan.expires_s) text += ";expires=" + std::to_string(now_ms / 1000 + *plan.expires_s);
    const std::string keyid = plan.keyid.value_or(key.keyid);
    if (!keyid.empty()) text += ";keyid=\"" + keyid + "\"";
    const std::string alg = plan.alg.value_or(crypto::algorithmName(key.algorithm));
    if (!alg.empty()) text += ";alg=\"" + alg + "\"";
    if (!plan.tag.empty()) text += ";tag=\"" + plan.tag + "\"";
    return text + plan.more_parameters;
}

std::string baseText(
    const SigningPlan& plan, const std::string& digest, const std::string& parameters
) {
    const std::map<std::string, std::string> values = {
        {"\"@method\"", plan.method},
        {"\"@target-uri\"", plan.target},
        {"\"content-type\"", plan.content_type},
        {"\"content-digest\"", digest},
        {"\"@scheme\"", "https"},
        {"\"host\"", "gateway.example:8443"},
        {"\"x-note\"", "kept"}};
    const std::string end = plan.line_end == "crlf" ? "\r\n" : "\n";
    std::string text;
    for (const auto& component : plan.components) {
        const auto value = values.find(component);
        text += component + ": " + (value == values.end() ? "" : value->second) + end;
    }
    return text + "\"@signature-params\": " + parameters + (plan.line_end == "lf-last" ? "\n" : "");
}

// INTEGER, with the zero octet that keeps it positive.
std::string derInteger(std::string half) {
    if (static_cast<unsigned char>(half[0]) >= 0x80) half.insert(0, 1, '\0');
    return std::string("\x02") + static_cast<char>(half.size()) + half;
}

std::string derOf(const std::string& raw) {
    const std::string pair = derInteger(raw.substr(0, 32)) + derInteger(raw.substr(32));
    return std::string("\x30") + static_cast<char>(pair.size()) + pair;
}

}  // namespace

Cast::Cast() {
    std::map<std::string, Partner> partners = {
        {"centre", makePartner("centre", Stage::Live)},
        {"other", makePartner("other", Stage::JointTest)},
        {"stopped", makePartner("stopped", Stage::Stopped)}};
    for (const auto& row : kActors) {
        const auto files = test::sharedPki().issue(
            {.name = std::string("cast-") + row.name, .key = row.kind, .validity = row.validity}
        );
        actors_.emplace(
            row.name,
            signingKey(files.certificatePem(), files.privateKeyPem(), row.algorithm).value()
        );
        if (!*row.partner) continue;
        partners.at(row.partner)
            .certificates.push_back(
                {crypto::Certificate::fromPem(files.certificatePem()).value(), row.algorithm,
                 row.may_connect, row.may_sign, row.revoked, row.encrypts}
            );
    }
    std::vector<Partner> list;
    for (auto& [id, partner] : partners) list.push_back(std::move(partner));
    snapshot_ = std::make_shared<TrustSnapshot>(std::move(list), std::vector<Source>{});
}

const Cast& Cast::get() {
    static const Cast cast;
    return cast;
}

HttpHead signedRequest(const SigningPlan& plan, base::UnixMillis now_ms) {
    const SigningKey& key = Cast::get().key(plan.key);
    HttpHead head;
    head.method = "POST";
    head.target_uri = "/v1/records";
    head.set("host", "gateway.example:8443");
    head.set("content-type", "application/json");
    head.set("x-note", "kept");
    const std::string digest = plan.digest == "none" ? "" : digestField(plan);
    if (!digest.empty()) head.set("content-digest", digest);
    const std::string parameters = parametersOf(plan, now_ms);
    const auto algorithm = plan.algorithm_used.empty()
                               ? key.algorithm
                               : crypto::findAlgorithm(plan.algorithm_used).value();
    const auto raw = key.key.sign(algorithm, baseText(plan, digest, parameters)).value();
    head.set("signature-input", plan.label + "=" + parameters);
    head.set("signature", plan.label + "=:" + base::toBase64(plan.der ? derOf(raw) : raw) + ":");
    return head;
}

}  // namespace yht::trust
