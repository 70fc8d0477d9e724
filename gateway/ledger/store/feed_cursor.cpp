#include "gateway/ledger/store/feed_cursor.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace yht::ledger {
namespace {

std::optional<std::uint64_t> numberOf(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

}  // namespace

std::string feedCursor(const std::vector<Epoch>& epochs, Seq seq) {
    const auto number = epochs.back().number;
    return number == 1 ? std::to_string(seq) : std::to_string(number) + "." + std::to_string(seq);
}

base::Result<Seq> readFeedCursor(
    const std::vector<Epoch>& epochs, std::string_view text, Seq last
) {
    const auto dot = text.find('.');
    const bool plain = dot == std::string_view::npos;
    const auto epoch = plain ? std::optional<std::uint64_t>(1) : numberOf(text.substr(0, dot));
    const auto seq = numberOf(plain ? text : text.substr(dot + 1));
    const auto wrong = [] {
        return base::makeError(base::ErrorCode::ParameterInvalid, "no cursor of this ledger");
    };
    if (!epoch || !seq || *epoch == 0 || *epoch > epochs.back().number) return wrong();
    // Epochs that were lost themselves have no row: the next one that is known ends them all.
    const auto next = std::find_if(epochs.begin(), epochs.end(), [&](const Epoch& each) {
        return each.number > *epoch;
    });
    if (next != epochs.end()) return std::min(*seq, next->after);
    if (*seq > last) return wrong();
    return *seq;
}

}  // namespace yht::ledger
