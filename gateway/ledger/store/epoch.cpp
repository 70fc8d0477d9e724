#include "gateway/ledger/store/epoch.h"

#include <charconv>
#include <limits>

#include "gateway/json/json.h"

namespace yht::ledger {
namespace {

constexpr std::string_view kFormat = "yht-reopen-1";

template <class Integer>
std::optional<Integer> integerOf(const std::string& text) {
    Integer value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

}  // namespace

std::string encodeEpoch(const EpochNote& note) {
    std::string out = "{";
    json::appendMember(out, "after", std::to_string(note.epoch.after));
    json::appendMember(out, "epoch", std::to_string(note.epoch.number));
    json::appendMember(out, "former_origin", note.former_origin);
    json::appendMember(out, "format", kFormat);
    json::appendMember(out, "operator", note.operator_id);
    json::appendMember(out, "origin", note.epoch.origin);
    json::appendMember(out, "serial_day", std::to_string(note.epoch.serial_day));
    json::appendMember(out, "serial_floor", std::to_string(note.epoch.serial_floor));
    json::appendMember(out, "why", note.why);
    return out + "}";
}

base::Result<EpochNote> decodeEpoch(std::string_view payload) {
    const auto corrupt = [] {
        return base::makeError(base::ErrorCode::LedgerCorrupt, "a reopening entry can't be read");
    };
    const auto document = json::parse(payload);
    if (!document.ok() || !document->IsObject()) return corrupt();
    if (json::textMember(*document, "format") != kFormat) return corrupt();
    const auto after = integerOf<Seq>(json::textMember(*document, "after"));
    const auto day = integerOf<std::int32_t>(json::textMember(*document, "serial_day"));
    const auto floor = integerOf<std::uint32_t>(json::textMember(*document, "serial_floor"));
    const auto number = integerOf<std::uint32_t>(json::textMember(*document, "epoch"));
    if (!after || !day || !floor || !number) return corrupt();
    EpochNote note;
    note.operator_id = json::textMember(*document, "operator");
    note.why = json::textMember(*document, "why");
    note.former_origin = json::textMember(*document, "former_origin");
    note.epoch = {*number, *after, json::textMember(*document, "origin"), *day, *floor};
    if (!isOrigin(note.epoch.origin)) return corrupt();
    return note;
}

std::string nextOrigin(const std::string& origin, std::uint32_t steps) {
    const auto slash = origin.rfind('/');
    if (slash != std::string::npos) {
        const auto number = integerOf<std::uint32_t>(origin.substr(slash + 1));
        if (number && *number < std::numeric_limits<std::uint32_t>::max() - steps) {
            return origin.substr(0, slash + 1) + std::to_string(*number + steps);
        }
    }
    return origin + "/" + std::to_string(1 + steps);
}

const Epoch& epochOf(const std::vector<Epoch>& epochs, std::uint64_t size) {
    YHT_ASSERT(!epochs.empty());
    const Epoch* found = &epochs.front();
    for (const auto& epoch : epochs) {
        if (epoch.after < size) found = &epoch;
    }
    return *found;
}

std::uint64_t formerNumbers(const std::vector<Epoch>& epochs, Seq seq) {
    return (epochOf(epochs, seq).number - 1) * kSentNumbersOfEpoch;
}

}  // namespace yht::ledger
