// RFC 8941 structured fields: dictionaries of items and inner lists, as signature and digest fields
// are. Stricter than the RFC in two places, because what is read here decides whom we believe: a
// key that stands twice (in a dictionary or among parameters) is refused instead of the last one
// winning, and base64 must be padded. Bounded: field, members, items, parameters. No regular
// expressions, no recursion. Uses: base. Used by: message_signature, signature_base.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "gateway/base/bytes.h"
#include "gateway/base/result.h"

namespace yht::trust {

inline constexpr std::size_t kFieldBytesMax = 8 * 1024;
inline constexpr std::size_t kMembersMax = 16;     // of a dictionary
inline constexpr std::size_t kInnerItemsMax = 32;  // of an inner list
inline constexpr std::size_t kParametersMax = 16;  // of an item or inner list
inline constexpr std::size_t kKeyBytesMax = 64;

struct Token {
    std::string text;
    bool operator==(const Token&) const = default;
};
struct Decimal {
    std::string text;  // canonical: no superfluous zeros
    bool operator==(const Decimal&) const = default;
};
struct ByteSequence {
    base::Bytes octets;
    bool operator==(const ByteSequence&) const = default;
};

/// std::string is a String, std::int64_t an Integer.
using BareItem = std::variant<std::int64_t, Decimal, std::string, Token, ByteSequence, bool>;
using Parameters = std::vector<std::pair<std::string, BareItem>>;

struct Item {
    BareItem value;
    Parameters parameters;
};
struct InnerList {
    std::vector<Item> items;
    Parameters parameters;
};
struct Member {
    std::string key;
    std::variant<Item, InnerList> value;
};
using Dictionary = std::vector<Member>;

/// `field_name` is for the error text only. Errors: SignatureMalformed, saying what was expected at
/// which byte (never what stood there).
base::Result<Dictionary> parseDictionary(std::string_view field_name, std::string_view text);

/// nullptr where there is none.
const Member* findMember(const Dictionary& dictionary, std::string_view key);
const BareItem* findParameter(const Parameters& parameters, std::string_view key);

/// Canonical text, RFC 8941 section 4.1. Requires: strings of visible ASCII and spaces, as the
/// parser makes them.
std::string serialize(const BareItem& item);
std::string serialize(const Item& item);
std::string serialize(const InnerList& list);

}  // namespace yht::trust
