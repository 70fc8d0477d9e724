#include "gateway/intake/http/front.h"

#include <algorithm>
#include <optional>

#include "gateway/crypto/digest.h"
#include "gateway/trust/structured_field.h"

namespace yht::http {
namespace {

using base::ErrorCode;

constexpr const char* kCertificateField = "client-cert";
constexpr const char* kChainField = "client-cert-chain";

std::size_t countOf(const trust::HttpHead& head, std::string_view name) {
    return static_cast<std::size_t>(std::count_if(head.fields.begin(), head.fields.end(), [&](const auto& field) { return field.first == name; }));
}

/// The octets of an item that is one byte sequence and nothing else.
std::optional<base::Bytes> byteSequence(std::string_view text) {
    // An item has the grammar of a dictionary's value.
    const auto parsed = trust::parseDictionary(kCertificateField, "c=" + std::string(text));
    if (!parsed.ok() || parsed->size() != 1) return std::nullopt;
    const auto* item = std::get_if<trust::Item>(&parsed->front().value);
    if (item == nullptr || !item->parameters.empty()) return std::nullopt;
    const auto* octets = std::get_if<trust::ByteSequence>(&item->value);
    return octets == nullptr ? std::nullopt : std::optional(octets->octets);
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<crypto::CertificateChain> readChain(const trust::HttpHead& head) {
    if (countOf(head, kCertificateField) != 1 || countOf(head, kChainField) > 1) return std::nullopt;
    auto leaf = byteSequence(head.field(kCertificateField));
    if (!leaf) return std::nullopt;
    crypto::CertificateChain chain{*std::move(leaf)};
    const std::string rest = head.field(kChainField);
    for (std::size_t begin = 0; begin < rest.size();) {
        const auto end = std::min(rest.find(',', begin), rest.size());
        auto next = byteSequence(trimmed(std::string_view(rest).substr(begin, end - begin)));
        if (!next || chain.size() >= static_cast<std::size_t>(crypto::kChainCertificatesMax)) return std::nullopt;
        chain.push_back(*std::move(next));
        begin = end + 1;
    }
    return chain;
}

}  // namespace

base::Status FrontGate::checkChain(const crypto::CertificateChain& chain, const std::shared_ptr<const FrontRules>& rules) {
    crypto::Sha256 digest;
    for (const auto& der : chain) digest.update(crypto::sha256(der));
    const base::Bytes name = digest.finish();
    const auto now_ms = clock_.nowMillis();
    {
        const std::lock_guard lock(mutex_);
        if (verified_by_ != rules) verified_until_.clear();
        verified_by_ = rules;
        const auto known = verified_until_.find(name);
        if (known != verified_until_.end() && now_ms < known->second) return {};
    }
    const auto judged = crypto::checkChain(
        chain.front(), {.others = {chain.begin() + 1, chain.end()}, .anchors = rules->authorities, .at_ms = now_ms,
                        .purpose = crypto::CertificatePurpose::TlsClient}
    );
    if (!judged.status.ok()) return judged.status;
    crypto::CertificateChain verified;
    for (const auto& member : judged.members) verified.push_back(member.der);
    if (rules->seen) rules->seen(verified);
    constexpr std::int64_t kLookAgainMillis = 60'000;  // a CA between may end
    const std::lock_guard lock(mutex_);
    if (verified_by_ != rules) return {};
    if (verified_until_.size() >= clients_max_ && !verified_until_.contains(name)) verified_until_.clear();
    verified_until_[name] = now_ms + kLookAgainMillis;
    return {};
}

base::Result<FrontedClient> FrontGate::clientOf(const trust::HttpHead& head, const std::string& front_fingerprint) {
    const auto rules = rules_.current();
    if (!rules->fronts.contains(front_fingerprint)) return base::makeError(ErrorCode::FrontUntrusted, "certificate " + front_fingerprint);
    const auto chain = readChain(head);
    if (!chain) return base::makeError(ErrorCode::FrontHeader);
    const auto facts = crypto::readCertificateFacts(chain->front());
    if (!facts.ok()) return base::makeError(ErrorCode::FrontHeader, "no certificate");
    if (auto checked = checkChain(*chain, rules); !checked.ok()) return std::move(checked).error();
    return FrontedClient{facts->fingerprint, chain->front()};
}

}  // namespace yht::http
