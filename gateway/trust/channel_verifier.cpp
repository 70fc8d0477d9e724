#include "gateway/trust/channel_verifier.h"

#include <algorithm>

#include "gateway/crypto/digest.h"

namespace yht::trust {
namespace {

using base::ErrorCode;
using Kind = SignedPiece::Kind;

base::Error unknown(const char* why) { return base::makeError(ErrorCode::CallerUnknown, why); }

/// The one value of that name; nullopt where there is none or several.
std::optional<std::string> onlyOne(
    const std::vector<std::pair<std::string, std::string>>& pairs, const std::string& name
) {
    std::optional<std::string> found;
    for (const auto& [key, value] : pairs) {
        if (key != name) continue;
        if (found) return std::nullopt;
        found = value;
    }
    return found;
}

/// "a=1&b=2": every parameter and top member with a value, but the signature itself.
std::string sortedMembers(const ChannelCall& call, const Place& signature) {
    std::vector<std::pair<std::string, std::string>> pairs;
    const auto take = [&](const auto& from, Place::In in) {
        for (const auto& pair : from) {
            if (!pair.second.empty() && !(signature == Place{in, pair.first})) pairs.push_back(pair);
        }
    };
    take(call.query, Place::In::Query);
    take(call.members, Place::In::Body);
    std::sort(pairs.begin(), pairs.end());
    std::string text;
    for (const auto& [name, value] : pairs) text += (text.empty() ? "" : "&") + name + "=" + value;
    return text;
}

std::optional<std::string> pieceText(
    const SignedPiece& piece, const ChannelCall& call, const Place& signature, const std::string& secret
) {
    using crypto::VendorDigest;
    switch (piece.kind) {
        case Kind::Text: return piece.text;
        case Kind::AtPlace: return textAt(call, piece.place);
        case Kind::Body: return std::string(call.body);
        case Kind::BodyMd5: return base::toHex(crypto::vendorDigest(VendorDigest::Md5, call.body));
        case Kind::BodySha256: return base::toHex(crypto::sha256(call.body));
        case Kind::Method: return call.head.method;
        case Kind::Path: return call.path;
        case Kind::Secret: return secret;
        case Kind::Sorted: return sortedMembers(call, signature);
    }
    YHT_ASSERT(false);
}

/// nullopt where something that is signed is not there.
std::optional<std::string> signedText(
    const SignatureRule& rule, const ChannelCall& call, const std::string& secret
) {
    std::vector<std::string> parts;
    for (const auto& pieces : rule.parts) {
        std::string part;
        for (const auto& piece : pieces) {
            auto text = pieceText(piece, call, rule.place, secret);
            if (!text) return std::nullopt;
            part += *text;
        }
        parts.push_back(std::move(part));
    }
    if (rule.sort) std::sort(parts.begin(), parts.end());
    std::string text;
    for (std::size_t i = 0; i < parts.size(); ++i) text += (i == 0 ? "" : rule.separator) + parts[i];
    return text;
}

base::Bytes signatureOver(const SignatureRule& rule, const std::string& secret, const std::string& text) {
    return rule.hmac ? crypto::vendorHmac(rule.digest, secret, text) : crypto::vendorDigest(rule.digest, text);
}

/// Each text with its length, so that no two lists have one digest.
base::Bytes keyOf(std::initializer_list<std::string_view> texts) {
    base::Bytes whole;
    for (const auto text : texts) {
        base::appendU32(whole, static_cast<std::uint32_t>(text.size()));
        whole += text;
    }
    return crypto::sha256(whole);
}

std::string algorithmName(const SignatureRule& rule) {
    static constexpr const char* kNames[] = {"md5", "sha1", "sha256"};
    return std::string(rule.hmac ? "hmac-" : "") + kNames[static_cast<std::size_t>(rule.digest)];
}

std::string proofText(const ChannelRules& rules, const char* way) {
    return "yht-channel/1 " + rules.endpoint + " " + way;
}

base::Result<Proof> checkToken(const ChannelRules& rules, const ChannelCall& call) {
    const TokenRule& rule = *rules.caller.token;
    const auto given = textAt(call, rule.place);
    if (!given) return unknown("no token");
    if (!given->starts_with(rule.prefix)) return unknown("the token does not begin as it should");
    // As digests: the time says nothing of the secret's length either.
    const auto digest = crypto::sha256(std::string_view(*given).substr(rule.prefix.size()));
    std::string matched;
    for (const auto& name : rule.secrets) {
        if (base::equalConstantTime(digest, crypto::sha256(rules.secrets.at(name)))) matched = name;
    }
    if (matched.empty()) return unknown("wrong token");
    Proof proof;
    proof.signature_base = proofText(rules, "token");
    proof.keyid = matched;
    proof.algorithm = "token";
    return proof;
}

}  // namespace

std::optional<std::string> textAt(const ChannelCall& call, const Place& place) {
    switch (place.in) {
        case Place::In::Header: return onlyOne(call.head.fields, place.name);
        case Place::In::Query: return onlyOne(call.query, place.name);
        case Place::In::Body: return call.member ? call.member(place.name) : std::nullopt;
    }
    YHT_ASSERT(false);
}

base::Result<Proof> ChannelVerifier::checkSignature(
    const ChannelRules& rules, const ChannelCall& call, std::string_view message, base::UnixMillis now_ms
) {
    const SignatureRule& rule = *rules.caller.signature;
    const auto given = textAt(call, rule.place);
    const auto signature = !given ? std::nullopt : rule.base64 ? base::fromBase64(*given) : base::fromHex(*given);
    if (!signature) return unknown("no signature, or none that can be read");
    if (rule.time) {
        const auto text = textAt(call, rule.time->place);
        const auto signed_ms = text ? rule.time->read(*text) : std::nullopt;
        if (!signed_ms) return unknown("no time, or none that can be read");
        if (*signed_ms < now_ms - rule.time->window_ms) return unknown("the time is too old");
        if (*signed_ms > now_ms + rule.time->window_ms) return unknown("the time lies in the future");
    }
    std::string matched, text_of_match;
    for (const auto& name : rule.secrets) {
        const std::string& secret = rules.secrets.at(name);
        auto text = signedText(rule, call, secret);
        if (!text) return unknown("a part that is signed is missing");
        if (!base::equalConstantTime(signatureOver(rule, secret, *text), *signature)) continue;
        matched = name;
        text_of_match = *std::move(text);
    }
    if (matched.empty()) return unknown("wrong signature");
    Proof proof;
    proof.signature_base = proofText(rules, "signature");
    if (!rule.covers(Kind::Secret)) {
        proof.signature_base += " sha256:" + base::toHex(crypto::sha256(text_of_match));
    }
    proof.signature = *signature;
    proof.keyid = matched;
    proof.algorithm = algorithmName(rule);
    if (rule.nonce) {
        const auto nonce = textAt(call, *rule.nonce);
        if (!nonce || nonce->empty()) return unknown("no nonce");
        proof.replay_key = keyOf({"channel nonce", rules.endpoint, *nonce});
    } else if (rule.coversBody()) {
        proof.replay_key = keyOf({"channel signature", rules.endpoint, text_of_match});
    } else {
        proof.replay_key = keyOf({"channel message", rules.endpoint, text_of_match, message});
    }
    if (rule.time) {
        auto noted = noteReplayKey(proof.replay_key, message, now_ms + 2 * rule.time->window_ms);
        if (!noted) return std::move(noted).error();
    }
    return proof;
}

base::Status ChannelVerifier::noteReplayKey(
    const base::Bytes& key, std::string_view message, base::UnixMillis until_ms
) {
    const auto digest = crypto::sha256(message);
    const std::lock_guard lock(mutex_);
    if (const auto known = seen_.find(key); known != seen_.end()) {
        if (base::equalConstantTime(known->second.message_sha256, digest)) return {};
        return base::makeError(ErrorCode::ReplayRefused, "another message under the same signature or nonce");
    }
    if (seen_.size() >= kReplayKeysMax) {
        const auto now_ms = clock_.nowMillis();
        std::erase_if(seen_, [&](const auto& entry) { return entry.second.until_ms < now_ms; });
    }
    // A flood of genuine signatures: the ledger's memory stands behind this one.
    if (seen_.size() >= kReplayKeysMax) seen_.clear();
    seen_.emplace(key, Seen{digest, until_ms});
    return {};
}

base::Result<Proof> ChannelVerifier::checkCaller(
    const ChannelRules& rules, const ChannelCall& call, std::string_view message, base::UnixMillis now_ms
) {
    const auto& addresses = rules.caller.addresses;
    const bool near = addresses.empty() || std::any_of(addresses.begin(), addresses.end(), [&](const auto& range) {
        return range.holds(call.address);
    });
    if (!near) return unknown("the address is in no network of the list");
    if (rules.caller.token) return checkToken(rules, call);
    if (rules.caller.signature) return checkSignature(rules, call, message, now_ms);
    Proof proof;
    if (rules.caller.certificate) {
        proof.signature_base = proofText(rules, "client certificate");
        proof.keyid = call.certificate;
        proof.algorithm = "tls";
        return proof;
    }
    if (addresses.empty()) return unknown("the endpoint knows no caller");
    proof.signature_base = proofText(rules, "address");
    proof.keyid = call.address;
    proof.algorithm = "address";
    return proof;
}

base::Result<RequestVerifier::Speaker> ChannelVerifier::speakerOf(
    const ChannelRules& rules, const ChannelCall& call
) const {
    if (rules.caller.certificate) {
        auto speaker = requests_.speakerOf(call.certificate);
        if (speaker && !speaker->partner->speaksFor(rules.source)) return base::makeError(ErrorCode::SourceNotOwn);
        return speaker;
    }
    auto snapshot = trust_.current();
    const Partner* partner = snapshot->findPartner(rules.partner);
    if (partner == nullptr || !partner->speaksFor(rules.source)) return base::makeError(ErrorCode::SourceNotOwn);
    if (partner->stage == Stage::Stopped) return base::makeError(ErrorCode::PartnerStopped);
    return RequestVerifier::Speaker{std::move(snapshot), partner};
}

base::Result<VerifiedMessage> ChannelVerifier::verify(
    const ChannelRules& rules, const ChannelCall& call, std::string message
) {
    const base::UnixMillis now_ms = clock_.nowMillis();
    auto proof = checkCaller(rules, call, message, now_ms);
    if (!proof) return std::move(proof).error();
    auto speaker = speakerOf(rules, call);
    if (!speaker) return std::move(speaker).error();
    VerifiedMessage verified;
    verified.snapshot_ = std::move(speaker->snapshot);
    verified.speaker_ = speaker->partner;
    verified.assurance_ = rules.caller.assurance();
    verified.proof_ = *std::move(proof);
    verified.body_ = std::move(message);
    verified.received_ms_ = now_ms;
    return verified;
}

}  // namespace yht::trust
