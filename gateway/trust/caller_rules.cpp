#include "gateway/trust/caller_rules.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "gateway/base/time_text.h"

namespace yht::trust {
namespace {

constexpr std::uint8_t kChannelSignature = 2;  // ledger::Assurance values
constexpr std::uint8_t kToken = 4;
constexpr std::uint8_t kAllowList = 5;

constexpr unsigned kV4PrefixBits = 96;  // ::ffff:0:0/96
constexpr std::size_t kEpochDigitsMax = 15;

struct Word {
    std::string_view name;
    SignedPiece::Kind kind;
};
constexpr Word kWords[] = {
    {"body", SignedPiece::Kind::Body},       {"body_md5", SignedPiece::Kind::BodyMd5},
    {"body_sha256", SignedPiece::Kind::BodySha256}, {"method", SignedPiece::Kind::Method},
    {"path", SignedPiece::Kind::Path},       {"secret", SignedPiece::Kind::Secret},
    {"sorted", SignedPiece::Kind::Sorted}};

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

struct Address {
    std::array<std::uint8_t, 16> bytes{};
    bool v4 = false;
};

std::optional<Address> parseAddress(std::string_view text) {
    const std::string copy(text.substr(0, text.find('%')));  // a scope is the link's, not the address's
    Address address;
    in_addr v4{};
    if (::inet_pton(AF_INET, copy.c_str(), &v4) == 1) {
        address.v4 = true;
        address.bytes[10] = address.bytes[11] = 0xff;
        const auto* octets = reinterpret_cast<const std::uint8_t*>(&v4);
        std::copy(octets, octets + 4, address.bytes.begin() + 12);
        return address;
    }
    if (::inet_pton(AF_INET6, copy.c_str(), address.bytes.data()) == 1) return address;
    return std::nullopt;
}

bool bit(const std::array<std::uint8_t, 16>& bytes, unsigned at) {
    return ((bytes[at / 8] >> (7 - at % 8)) & 1U) != 0;
}

std::optional<SignedPiece> pieceOf(std::string_view word) {
    SignedPiece piece;
    for (const auto& known : kWords) {
        if (word == known.name) {
            piece.kind = known.kind;
            return piece;
        }
    }
    auto place = parsePlace(word);
    if (!place) return std::nullopt;
    piece.kind = SignedPiece::Kind::AtPlace;
    piece.place = *std::move(place);
    return piece;
}

}  // namespace

std::optional<Place> parsePlace(std::string_view text) {
    const auto space = text.find(' ');
    if (space == text.npos || space + 1 == text.size()) return std::nullopt;
    const std::string_view where = text.substr(0, space);
    Place place;
    place.name = text.substr(space + 1);
    if (where == "header") {
        place.name = lower(std::move(place.name));
    } else if (where == "query") {
        place.in = Place::In::Query;
    } else if (where == "body") {
        place.in = Place::In::Body;
    } else {
        return std::nullopt;
    }
    const bool spaced = place.in != Place::In::Body && place.name.find(' ') != std::string::npos;
    return spaced ? std::nullopt : std::optional(std::move(place));
}

std::optional<AddressRange> parseAddressRange(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = parseAddress(text.substr(0, slash));
    if (!address || text.find('%') != text.npos) return std::nullopt;
    AddressRange range;
    range.bytes = address->bytes;
    if (slash == text.npos) return range;
    const std::string_view digits = text.substr(slash + 1);
    unsigned bits = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    const unsigned most = address->v4 ? 32 : 128;
    if (digits.empty() || read.ec != std::errc() || read.ptr != digits.data() + digits.size() || bits > most) {
        return std::nullopt;
    }
    range.prefix_bits = address->v4 ? kV4PrefixBits + bits : bits;
    for (unsigned at = range.prefix_bits; at < 128; ++at) {
        if (bit(range.bytes, at)) return std::nullopt;
    }
    return range;
}

bool AddressRange::holds(std::string_view address) const {
    const auto given = parseAddress(address);
    if (!given) return false;
    for (unsigned at = 0; at < prefix_bits; ++at) {
        if (bit(bytes, at) != bit(given->bytes, at)) return false;
    }
    return true;
}

std::optional<std::vector<SignedPiece>> parseSignedPieces(std::string_view text) {
    std::vector<SignedPiece> pieces;
    const auto addText = [&](std::string_view plain) {
        if (!plain.empty()) pieces.push_back({SignedPiece::Kind::Text, std::string(plain), {}});
    };
    while (!text.empty()) {
        const auto open = text.find('{');
        addText(text.substr(0, open));
        if (open == text.npos) break;
        const auto close = text.find('}', open);
        if (close == text.npos) return std::nullopt;
        auto piece = pieceOf(text.substr(open + 1, close - open - 1));
        if (!piece) return std::nullopt;
        pieces.push_back(*std::move(piece));
        text.remove_prefix(close + 1);
    }
    return pieces;
}

std::optional<base::UnixMillis> SignedTime::read(const std::string& text) const {
    if (format == "rfc3339") return base::parseRfc3339(text);
    if (format == "epoch_s" || format == "epoch_ms") {
        if (text.empty() || text.size() > kEpochDigitsMax) return std::nullopt;
        std::int64_t value = 0;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
        if (read.ec != std::errc() || read.ptr != text.data() + text.size() || value < 0) return std::nullopt;
        return format == "epoch_s" ? value * 1000 : value;
    }
    const auto civil = base::parseCivil(text, format);
    return civil ? base::fromCivil(*civil, offset_seconds) : std::nullopt;
}

bool SignatureRule::covers(SignedPiece::Kind kind) const {
    return std::any_of(parts.begin(), parts.end(), [&](const auto& part) {
        return std::any_of(part.begin(), part.end(), [&](const SignedPiece& piece) { return piece.kind == kind; });
    });
}

bool SignatureRule::covers(const Place& wanted) const {
    // {sorted} is every parameter and top member by its name.
    const bool plain = wanted.in != Place::In::Header && wanted.name.find('/') == std::string::npos;
    if (plain && covers(SignedPiece::Kind::Sorted)) return true;
    if (wanted.in == Place::In::Body && coversBody()) return true;
    return std::any_of(parts.begin(), parts.end(), [&](const auto& part) {
        return std::any_of(part.begin(), part.end(), [&](const SignedPiece& piece) {
            return piece.kind == SignedPiece::Kind::AtPlace && piece.place == wanted;
        });
    });
}

bool SignatureRule::coversBody() const {
    return covers(SignedPiece::Kind::Body) || covers(SignedPiece::Kind::BodySha256) ||
           covers(SignedPiece::Kind::BodyMd5);
}

std::uint8_t CallerRules::assurance() const {
    if (certificate) return kChannelSignature;
    if (token) return kToken;
    if (!signature) return kAllowList;
    using crypto::VendorDigest;
    const bool strong = signature->digest == VendorDigest::Sha256 ||
                        (signature->hmac && signature->digest == VendorDigest::Sha1);
    const bool whole = signature->covers(SignedPiece::Kind::Body) || signature->covers(SignedPiece::Kind::BodySha256);
    return strong && whole && signature->time ? kChannelSignature : kToken;
}

}  // namespace yht::trust
