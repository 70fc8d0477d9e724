// Signed notes. Reading is strict: a note that we would not have written is no evidence.
// Lines by other names (witnesses' cosignatures) may follow ours; they must be well formed and are
// not judged.
#include "gateway/ledger/format/checkpoint.h"

#include <charconv>
#include <vector>

#include "gateway/base/text.h"
#include "gateway/crypto/digest.h"
#include "gateway/ledger/format/leaf.h"

namespace yht::ledger {
namespace {

constexpr std::string_view kSignaturePrefix = "\xE2\x80\x94 ";  // U+2014 EM DASH and a space
constexpr char kEd25519Type = '\x01';
constexpr std::size_t kKeyIdBytes = 4;
constexpr std::size_t kSignatureBytes = 64;
constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kNoteBytesMax = 16 * 1024;
constexpr std::size_t kNoteSignaturesMax = 16;

base::Error corrupt(const std::string& why) {
    return base::makeError(base::ErrorCode::LedgerCorrupt, "checkpoint: " + why);
}

base::Bytes typedKey(const crypto::PublicKey& key) {
    return kEd25519Type + key.rawEd25519();
}

base::Bytes keyId(std::string_view key_name, base::BytesView typed_key) {
    auto digest = crypto::Sha256().update(key_name).update("\n").update(typed_key).finish();
    digest.resize(kKeyIdBytes);
    return digest;
}

/// Everything up to the next "\n", which is removed from `rest`; nullopt where there is none.
std::optional<std::string_view> takeLine(std::string_view& rest) {
    const auto end = rest.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const auto line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    return line;
}

std::optional<std::uint64_t> parseSize(std::string_view text) {
    if (text.empty() || (text.size() > 1 && text.front() == '0')) return std::nullopt;
    std::uint64_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return size;
}

std::string bodyOf(const Checkpoint& checkpoint) {
    return checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" +
           base::toBase64(checkpoint.root) + "\n";
}

base::Result<Checkpoint> parseBody(std::string_view body) {
    std::string_view rest = body;
    const auto origin = takeLine(rest);
    const auto size_text = takeLine(rest);
    const auto root_text = takeLine(rest);
    if (!origin || !size_text || !root_text || !rest.empty()) return corrupt("not three lines");
    const auto size = parseSize(*size_text);
    const auto root = base::fromBase64(*root_text);
    if (!isOrigin(*origin)) return corrupt("no origin");
    if (!size) return corrupt("the size is no plain decimal number");
    if (!root || root->size() != kHashBytes) return corrupt("the root is no base64 of 32 octets");
    return Checkpoint{std::string(*origin), *size, *root};
}

struct SignatureLine {
    std::string_view name;
    base::Bytes key_id;
    base::Bytes signature;
};

std::optional<SignatureLine> parseSignatureLine(std::string_view line) {
    if (!line.starts_with(kSignaturePrefix)) return std::nullopt;
    line.remove_prefix(kSignaturePrefix.size());
    const auto space = line.find(' ');
    if (space == std::string_view::npos || !isKeyName(line.substr(0, space))) return std::nullopt;
    const auto blob = base::fromBase64(line.substr(space + 1));
    if (!blob || blob->size() <= kKeyIdBytes) return std::nullopt;
    return SignatureLine{
        line.substr(0, space), blob->substr(0, kKeyIdBytes), blob->substr(kKeyIdBytes)};
}

base::Result<std::vector<SignatureLine>> parseSignatures(std::string_view rest) {
    std::vector<SignatureLine> lines;
    while (!rest.empty()) {
        const auto line = takeLine(rest);
        if (!line) return corrupt("its last line has no end");
        const auto signature = parseSignatureLine(*line);
        if (!signature) return corrupt("a signature line can't be read");
        lines.push_back(*signature);
        if (lines.size() > kNoteSignaturesMax) return corrupt("more than 16 signature lines");
    }
    return lines;
}

}  // namespace

bool isKeyName(std::string_view name) {
    if (name.empty() || !base::countCodePoints(name) || base::hasControlCharacters(name))
        return false;
    return name.find_first_of(" +\t\n\r") == std::string_view::npos;
}

bool isOrigin(std::string_view origin) {
    return !origin.empty() && origin.find_first_of("\n\r\t") == std::string_view::npos;
}

CheckpointSigner::CheckpointSigner(std::string_view key_name, crypto::PrivateKey key)
    : key_name_(key_name), key_(std::move(key)), key_id_(keyId(key_name, typedKey(key_.publicKey()))) {
    YHT_ASSERT(isKeyName(key_name));
}

base::Result<std::string> CheckpointSigner::sign(const Checkpoint& checkpoint) const {
    YHT_ASSERT(isOrigin(checkpoint.origin) && checkpoint.root.size() == kHashBytes);
    const std::string body = bodyOf(checkpoint);
    auto signature = key_.sign(crypto::SignatureAlgorithm::Ed25519, body);
    if (!signature) return signature.error();
    return body + "\n" + std::string(kSignaturePrefix) + key_name_ + " " +
           base::toBase64(key_id_ + *signature) + "\n";
}

base::Result<std::string> signCheckpoint(
    const Checkpoint& checkpoint, std::string_view key_name, const crypto::PrivateKey& key
) {
    return CheckpointSigner(key_name, key).sign(checkpoint);
}

base::Result<Checkpoint> openCheckpoint(
    std::string_view note, std::string_view key_name, const crypto::PublicKey& key
) {
    if (note.size() > kNoteBytesMax) return corrupt("longer than 16 KiB");
    if (!base::countCodePoints(note)) return corrupt("not UTF-8");
    const auto gap = note.rfind("\n\n");
    if (gap == std::string_view::npos) return corrupt("no blank line before the signatures");
    const auto body = note.substr(0, gap + 1);
    auto checkpoint = parseBody(body);
    if (!checkpoint) return checkpoint;
    auto signatures = parseSignatures(note.substr(gap + 2));
    if (!signatures) return signatures.error();

    const auto id = keyId(key_name, typedKey(key));
    bool found = false;
    for (const auto& line : *signatures) {
        if (line.name != key_name || line.key_id != id) continue;
        if (line.signature.size() != kSignatureBytes)
            return corrupt("our signature is not 64 octets");
        auto verdict = key.verify(crypto::SignatureAlgorithm::Ed25519, body, line.signature);
        if (!verdict) return verdict.error();
        if (*verdict != crypto::SignatureVerdict::Valid) {
            return corrupt("the signature by " + std::string(key_name) + " does not verify");
        }
        found = true;
    }
    if (!found) {
        return corrupt(
            "no signature by " + std::string(key_name) + " with key id " + base::toHex(id)
        );
    }
    return checkpoint;
}

std::string verifierKey(std::string_view key_name, const crypto::PublicKey& key) {
    const auto typed = typedKey(key);
    return std::string(key_name) + "+" + base::toHex(keyId(key_name, typed)) + "+" +
           base::toBase64(typed);
}

base::Result<std::pair<std::string, crypto::PublicKey>> parseVerifierKey(std::string_view text) {
    // The base64 part may hold "+" itself: the name ends at the first, the id at the second.
    const auto first = text.find('+');
    const auto second = first == std::string_view::npos ? first : text.find('+', first + 1);
    if (second == std::string_view::npos) return corrupt("verifier key is not name+id+key");
    const auto name = text.substr(0, first);
    const auto typed = base::fromBase64(text.substr(second + 1));
    if (!isKeyName(name)) return corrupt("verifier key has no name");
    if (!typed || typed->size() != 1 + kKeyBytes || typed->front() != kEd25519Type) {
        return corrupt("verifier key is no Ed25519 key");
    }
    const auto id = base::toHex(keyId(name, *typed));
    const auto given = text.substr(first + 1, second - first - 1);
    if (given != id) return corrupt("verifier key id is " + std::string(given) + ", not " + id);
    auto key = crypto::PublicKey::fromEd25519(base::BytesView(*typed).substr(1));
    if (!key) return key.error();
    return std::pair{std::string(name), *std::move(key)};
}

}  // namespace yht::ledger
