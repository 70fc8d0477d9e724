// The byte grammar of README.md in this folder, in the order of its table.
#include "gateway/ledger/format/leaf.h"

#include "gateway/crypto/digest.h"
#include "gateway/crypto/sm3.h"

namespace yht::ledger {
namespace {

void appendText(base::Bytes& out, base::BytesView text) {
    YHT_ASSERT(text.size() <= kLeafTextBytesMax);
    base::appendU8(out, static_cast<std::uint8_t>(text.size()));
    out.append(text);
}

std::string readText(base::ByteReader& in, bool& in_range) {
    const std::size_t size = in.u8();
    if (size > kLeafTextBytesMax) in_range = false;
    return std::string(in.bytes(size));
}

base::Error corrupt(const char* why) {
    return base::makeError(base::ErrorCode::LedgerCorrupt, std::string("leaf: ") + why);
}

bool isEntryType(std::uint8_t value) {
    return value >= static_cast<std::uint8_t>(EntryType::Message) &&
           value <= static_cast<std::uint8_t>(EntryType::Erasure);
}

bool isAssurance(std::uint8_t value) {
    return value <= static_cast<std::uint8_t>(Assurance::AllowList);
}

bool isDigestAlgorithm(std::uint8_t value) {
    return value == kDigestSha256 || value == kDigestSha256Sm3;
}

std::size_t commitmentBytes(std::uint8_t digest_algorithm) {
    return digest_algorithm == kDigestSha256Sm3 ? 2 * kHashBytes : kHashBytes;
}

}  // namespace

const char* entryTypeName(EntryType type) {
    switch (type) {
        case EntryType::Message:
            return "message";
        case EntryType::Record:
            return "record";
        case EntryType::Outcome:
            return "outcome";
        case EntryType::Decision:
            return "decision";
        case EntryType::Audit:
            return "audit";
        case EntryType::Key:
            return "key";
        case EntryType::Config:
            return "config";
        case EntryType::Erasure:
            return "erasure";
    }
    YHT_ASSERT(false);
}

const char* assuranceName(Assurance assurance) {
    switch (assurance) {
        case Assurance::Internal:
            return "internal";
        case Assurance::PartnerSignature:
            return "partner_signature";
        case Assurance::ChannelSignature:
            return "channel_signature";
        case Assurance::AuthenticatedPull:
            return "authenticated_pull";
        case Assurance::Token:
            return "token";
        case Assurance::AllowList:
            return "allow_list";
    }
    YHT_ASSERT(false);
}

base::Bytes commitmentOf(base::BytesView salt, base::BytesView payload, std::uint8_t digest_algorithm) {
    YHT_ASSERT(salt.size() == kSaltBytes && isDigestAlgorithm(digest_algorithm));
    auto commitment = crypto::Sha256().update(salt).update(payload).finish();
    if (digest_algorithm == kDigestSha256Sm3) commitment += crypto::sm3(salt, payload);
    return commitment;
}

std::optional<CommitmentDifference> compareCommitment(const Leaf& leaf, base::BytesView salt, base::BytesView payload) {
    const auto found = commitmentOf(salt, payload, leaf.header.digest_algorithm);
    if (found == leaf.commitment) return std::nullopt;
    const auto part = [](base::BytesView commitment, bool second) {
        return base::Bytes(commitment.substr(second ? kHashBytes : 0, kHashBytes));
    };
    const bool second = part(found, false) == leaf.sha256Commitment();
    return CommitmentDifference{second ? "SM3" : "SHA-256", part(leaf.commitment, second), part(found, second)};
}

base::Bytes encodeLeaf(const LeafHeader& header, base::BytesView commitment) {
    YHT_ASSERT(isDigestAlgorithm(header.digest_algorithm) && header.config_digest.size() == kHashBytes);
    YHT_ASSERT(commitment.size() == commitmentBytes(header.digest_algorithm));
    base::Bytes out;
    out.reserve(kLeafBytesMax);
    base::appendU8(out, kLeafVersion);
    base::appendU8(out, static_cast<std::uint8_t>(header.type));
    base::appendU8(out, header.kind);
    base::appendU8(out, static_cast<std::uint8_t>(header.assurance));
    base::appendU8(out, header.digest_algorithm);
    base::appendU64(out, header.seq);
    base::appendU64(out, header.message_seq);
    base::appendU64(out, static_cast<std::uint64_t>(header.event_ms));
    base::appendU64(out, static_cast<std::uint64_t>(header.received_ms));
    base::appendU64(out, static_cast<std::uint64_t>(header.committed_ms));
    out.append(header.config_digest);
    appendText(out, header.source);
    appendText(out, header.ticket_no);
    appendText(out, header.adapter);
    appendText(out, header.adapter_version);
    out.append(commitment);
    return out;
}

base::Result<Leaf> decodeLeaf(base::BytesView bytes) {
    base::ByteReader in(bytes);
    const std::uint8_t version = in.u8();
    if (version != kLeafVersion) return corrupt("version is not 1");
    const std::uint8_t type = in.u8();
    Leaf leaf;
    auto& header = leaf.header;
    header.kind = in.u8();
    const std::uint8_t assurance = in.u8();
    header.digest_algorithm = in.u8();
    header.seq = in.u64();
    header.message_seq = in.u64();
    header.event_ms = static_cast<base::UnixMillis>(in.u64());
    header.received_ms = static_cast<base::UnixMillis>(in.u64());
    header.committed_ms = static_cast<base::UnixMillis>(in.u64());
    header.config_digest = base::Bytes(in.bytes(kHashBytes));
    bool in_range = true;
    header.source = readText(in, in_range);
    header.ticket_no = readText(in, in_range);
    header.adapter = readText(in, in_range);
    header.adapter_version = readText(in, in_range);
    // Before the commitment, whose length it says.
    if (in.ok() && !isDigestAlgorithm(header.digest_algorithm)) return corrupt("unknown digest algorithm");
    leaf.commitment = base::Bytes(in.bytes(commitmentBytes(header.digest_algorithm)));
    if (!in.finished()) return corrupt(in.ok() ? "bytes after its end" : "cut short");
    if (!in_range) return corrupt("a text is longer than 64 bytes");
    if (!isEntryType(type)) return corrupt("unknown entry type");
    if (!isAssurance(assurance)) return corrupt("unknown assurance");
    if (header.seq == 0) return corrupt("sequence number 0");
    header.type = static_cast<EntryType>(type);
    header.assurance = static_cast<Assurance>(assurance);
    return leaf;
}

}  // namespace yht::ledger
