// One canonical text out, strict members in; then four checks, each with both values in its error.
#include "gateway/ledger/format/receipt.h"

#include <charconv>

#include "gateway/json/json.h"
#include "gateway/ledger/format/tree.h"

namespace yht::ledger {
namespace {

constexpr std::string_view kFormat = "yht-receipt-1";
constexpr std::size_t kPathHashesMax = 64;
constexpr std::size_t kReceiptBytesMax = 32 * 1024;
constexpr const char* kMembers[] = {"checkpoint", "format", "leaf",     "path",
                                    "salt",       "seq",    "ticket_no"};

base::Error corrupt(const std::string& why) {
    return base::makeError(base::ErrorCode::LedgerCorrupt, "receipt: " + why);
}

base::Error differs(
    const std::string& what, const std::string& expected, const std::string& found
) {
    return corrupt(what + ": expected " + expected + ", found " + found);
}

void appendMember(std::string& out, std::string_view name, std::string_view text) {
    if (out.size() > 1) out += ',';
    json::appendCanonicalString(out, name);
    out += ':';
    json::appendCanonicalString(out, text);
}

std::optional<std::uint64_t> parseSeq(std::string_view text) {
    std::uint64_t seq = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seq);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if (seq == 0 || std::to_string(seq) != text) return std::nullopt;
    return seq;
}

base::Status checkMembers(const rapidjson::Value& object) {
    if (!object.IsObject()) return corrupt("not an object");
    if (object.MemberCount() != std::size(kMembers)) return corrupt("not exactly seven members");
    for (const char* name : kMembers) {
        const auto* value = json::findMember(object, name);
        const bool array = std::string_view(name) == "path";
        if (value == nullptr || (array ? !value->IsArray() : !value->IsString())) {
            return corrupt(std::string("member ") + name + " is missing or of another type");
        }
    }
    return {};
}

base::Status readPath(const rapidjson::Value& array, std::vector<base::Bytes>& path) {
    if (array.Size() > kPathHashesMax) return corrupt("more than 64 hashes in the path");
    for (const auto& item : array.GetArray()) {
        if (!item.IsString()) return corrupt("a hash of the path is no text");
        auto hash = base::fromBase64({item.GetString(), item.GetStringLength()});
        if (!hash || hash->size() != kHashBytes)
            return corrupt("a hash of the path is not 32 octets");
        path.push_back(*std::move(hash));
    }
    return {};
}

base::Status verifyLeaf(const Receipt& receipt, const Leaf& leaf, const std::string* payload) {
    if (leaf.header.seq != receipt.seq) {
        return differs(
            "sequence number", std::to_string(leaf.header.seq), std::to_string(receipt.seq)
        );
    }
    if (leaf.header.ticket_no != receipt.ticket_no) {
        return differs("ticket number", leaf.header.ticket_no, receipt.ticket_no);
    }
    if (receipt.salt.size() != kSaltBytes) return corrupt("the salt is not 16 octets");
    if (payload == nullptr) return {};
    if (const auto difference = compareCommitment(leaf, receipt.salt, *payload)) {
        return differs(
            std::string("commitment by ") + difference->digest, base::toHex(difference->expected),
            base::toHex(difference->found)
        );
    }
    return {};
}

}  // namespace

std::string encodeReceipt(const Receipt& receipt) {
    std::string out = "{";
    appendMember(out, "checkpoint", receipt.checkpoint);
    appendMember(out, "format", kFormat);
    appendMember(out, "leaf", base::toBase64(receipt.leaf));
    out += ",\"path\":[";
    for (std::size_t i = 0; i < receipt.path.size(); ++i) {
        if (i > 0) out += ',';
        json::appendCanonicalString(out, base::toBase64(receipt.path[i]));
    }
    out += ']';
    appendMember(out, "salt", base::toBase64(receipt.salt));
    appendMember(out, "seq", std::to_string(receipt.seq));
    appendMember(out, "ticket_no", receipt.ticket_no);
    out += '}';
    return out;
}

base::Result<Receipt> decodeReceipt(std::string_view text) {
    if (text.size() > kReceiptBytesMax) return corrupt("longer than 32 KiB");
    auto document = json::parse(text);
    if (!document) return document.error();
    if (auto members = checkMembers(*document); !members) return members.error();
    if (json::textMember(*document, "format") != kFormat) return corrupt("not yht-receipt-1");
    const auto seq = parseSeq(json::textMember(*document, "seq"));
    auto leaf = base::fromBase64(json::textMember(*document, "leaf"));
    auto salt = base::fromBase64(json::textMember(*document, "salt"));
    if (!seq) return corrupt("seq is no plain decimal number above 0");
    if (!leaf || leaf->size() > kLeafBytesMax) return corrupt("the leaf is no base64 of a leaf");
    if (!salt || salt->size() != kSaltBytes) return corrupt("the salt is no base64 of 16 octets");
    Receipt receipt;
    receipt.seq = *seq;
    receipt.leaf = *std::move(leaf);
    receipt.salt = *std::move(salt);
    receipt.ticket_no = json::textMember(*document, "ticket_no");
    receipt.checkpoint = json::textMember(*document, "checkpoint");
    if (auto path = readPath(*json::findMember(*document, "path"), receipt.path); !path) {
        return path.error();
    }
    return receipt;
}

base::Status verifyReceipt(
    const Receipt& receipt, std::string_view key_name, const crypto::PublicKey& log_key,
    const std::string* payload
) {
    auto leaf = decodeLeaf(receipt.leaf);
    if (!leaf) return leaf.error();
    if (auto checked = verifyLeaf(receipt, *leaf, payload); !checked) return checked;
    auto checkpoint = openCheckpoint(receipt.checkpoint, key_name, log_key);
    if (!checkpoint) return checkpoint.error();
    // Tree index 0 is seq 1.
    auto root =
        rootFromInclusion(receipt.seq - 1, checkpoint->size, leafHash(receipt.leaf), receipt.path);
    if (!root) return root.error();
    if (*root != checkpoint->root) {
        return differs("root", base::toHex(checkpoint->root), base::toHex(*root));
    }
    return {};
}

}  // namespace yht::ledger
