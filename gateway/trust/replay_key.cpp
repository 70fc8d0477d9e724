#include "gateway/trust/replay_key.h"

#include <charconv>
#include <optional>

#include "gateway/crypto/digest.h"

namespace yht::trust {
namespace {

constexpr std::string_view kLastLine = "\"@signature-params\": ";
constexpr std::string_view kCreated = ";created=";

std::optional<std::uint64_t> createdSeconds(base::BytesView signature_base) {
    const auto line = signature_base.substr(signature_base.rfind('\n') + 1);
    const auto at = line.find(kCreated);
    if (!line.starts_with(kLastLine) || at == line.npos) return std::nullopt;
    const auto digits = line.substr(at + kCreated.size());
    std::uint64_t seconds = 0;
    if (std::from_chars(digits.data(), digits.data() + digits.size(), seconds).ec != std::errc()) return std::nullopt;
    return seconds;
}

}  // namespace

base::Bytes replayKey(base::BytesView signature_base, base::BytesView signature) {
    auto digest = crypto::Sha256().update(signature_base).update(signature).finish();
    const auto seconds = createdSeconds(signature_base);
    if (!seconds) return digest;
    base::Bytes key;
    base::appendU64(key, *seconds);
    return key + digest;
}

}  // namespace yht::trust
