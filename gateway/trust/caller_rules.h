// How the caller of a channel (an endpoint that a product declares) is known, as data: a token, a vendor's signature, a
// client certificate, or no more than its address. What each is worth is said here, once.
//   channel_signature  a client certificate; or a signature by HMAC-SHA-256, HMAC-SHA-1, or SHA-256 over the secret,
//                      that covers the whole body and a time
//   token              a token; any other signature: MD5, or the body or the time not covered. Who holds one genuine
//                      message can send others
//   allow_list         nothing but the address
// Uses: base, crypto. Used by: channel_verifier, kit/inbound (reads them from a manifest).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/crypto/vendor_digest.h"

namespace yht::trust {

/// Where something stands in a request: "header X-Token", "query token", "body data/token".
struct Place {
    enum class In : std::uint8_t { Header, Query, Body };
    In in = In::Header;
    std::string name;  // of a header in lower case
    bool operator==(const Place&) const = default;
};
/// nullopt where the text is none.
std::optional<Place> parsePlace(std::string_view text);

/// An IPv4 or IPv6 network.
struct AddressRange {
    std::array<std::uint8_t, 16> bytes{};  // IPv4 as ::ffff:a.b.c.d
    unsigned prefix_bits = 128;
    bool holds(std::string_view address) const;
};
/// "10.1.0.0/16", "2001:db8::/32", a single address. nullopt where it is none, or has bits behind its prefix.
std::optional<AddressRange> parseAddressRange(std::string_view text);

/// One piece of a text to be signed.
struct SignedPiece {
    enum class Kind : std::uint8_t { Text, AtPlace, Body, BodyMd5, BodySha256, Method, Path, Secret, Sorted };
    Kind kind = Kind::Text;
    std::string text;
    Place place;
};
/// "{header X-Nonce}{body}&key={secret}". nullopt where a "{word}" is unknown.
std::optional<std::vector<SignedPiece>> parseSignedPieces(std::string_view text);

struct TokenRule {
    Place place;
    std::string prefix;                // "Bearer ", taken off
    std::vector<std::string> secrets;  // names
};

struct SignedTime {
    Place place;
    std::string format;  // epoch_s, epoch_ms, rfc3339, or a pattern of base::parseCivil
    std::int32_t offset_seconds = 0;
    std::int64_t window_ms = 300'000;  // in both directions
    std::optional<base::UnixMillis> read(const std::string& text) const;
};

struct SignatureRule {
    crypto::VendorDigest digest = crypto::VendorDigest::Sha256;
    bool hmac = false;  // else the secret stands in the parts
    bool base64 = false;  // else hexadecimal, either case
    bool sort = false;  // parts in byte order before they are joined
    std::vector<std::string> secrets;
    std::vector<std::vector<SignedPiece>> parts;
    std::string separator;
    Place place;
    std::optional<SignedTime> time;
    std::optional<Place> nonce;

    /// Whether any part is, or holds, that.
    bool covers(SignedPiece::Kind kind) const;
    bool covers(const Place& place) const;
    bool coversBody() const;
};

/// At most one of token, signature, certificate; none of them: addresses.
struct CallerRules {
    std::optional<TokenRule> token;
    std::optional<SignatureRule> signature;
    bool certificate = false;
    std::vector<AddressRange> addresses;  // where there are any, the caller's is in one of them

    std::uint8_t assurance() const;  // ledger::Assurance value
};

}  // namespace yht::trust
