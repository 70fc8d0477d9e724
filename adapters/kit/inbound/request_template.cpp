#include "adapters/kit/inbound/request_template.h"

#include <algorithm>

namespace yht::kit {
namespace {

constexpr std::string_view kSecret = "secret:";

bool isWordCharacter(char c) { return (c >= 'a' && c <= 'z') || c == '_'; }

/// The word in the braces that open at `at`, "" where they hold none.
std::string_view wordAt(std::string_view text, std::size_t at) {
    const std::size_t close = text.find('}', at);
    if (close == std::string_view::npos) return {};
    const std::string_view word = text.substr(at + 1, close - at - 1);
    if (word.starts_with(kSecret)) return word;
    return std::all_of(word.begin(), word.end(), isWordCharacter) ? word : std::string_view();
}

/// Calls `plain` and `word` for the parts, in their order; false from either ends it.
template <class Plain, class Word>
void forParts(std::string_view text, const Plain& plain, const Word& word) {
    std::size_t from = 0;
    for (std::size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at)) {
        const std::string_view found = wordAt(text, at);
        if (found.empty()) {
            ++at;
            continue;
        }
        plain(text.substr(from, at - from));
        if (!word(std::string(found))) return;
        at = from = at + found.size() + 2;
    }
    plain(text.substr(from));
}

}  // namespace

std::vector<std::string> templateWords(std::string_view text) {
    std::vector<std::string> words;
    forParts(text, [](std::string_view) {}, [&](std::string word) {
        words.push_back(std::move(word));
        return true;
    });
    return words;
}

base::Result<std::string> fillTemplate(
    std::string_view text, const std::function<base::Result<std::string>(const std::string& word)>& value
) {
    std::string filled;
    std::optional<base::Error> error;
    forParts(text, [&](std::string_view plain) { filled += plain; }, [&](const std::string& word) {
        auto got = value(word);
        if (got.ok()) filled += *got;
        else error = std::move(got).error();
        return !error;
    });
    if (error) return *std::move(error);
    return filled;
}

}  // namespace yht::kit
