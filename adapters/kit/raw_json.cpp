#include "adapters/kit/raw_json.h"

namespace yht::kit {
namespace {

/// The next step of a path, taken off its front.
std::string_view nextStep(std::string_view& path) {
    if (path.starts_with('/')) path.remove_prefix(1);
    const std::size_t end = path.find('/');
    const std::string_view step = path.substr(0, end);
    path = end == std::string_view::npos ? std::string_view() : path.substr(end);
    return step;
}

/// Walks over well-formed JSON without building anything.
class Scanner {
public:
    explicit Scanner(std::string_view text) : text_(text) {}

    void skipBlanks() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' ||
                                      text_[at_] == '\n' || text_[at_] == '\r')) {
            ++at_;
        }
    }

    bool take(char c) {
        skipBlanks();
        if (at_ >= text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }

    /// The value that begins here, its bytes only.
    std::string_view value() {
        skipBlanks();
        const std::size_t from = at_;
        std::size_t depth = 0;
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '"') {
                string();
            } else if (c == '{' || c == '[') {
                ++depth;
                ++at_;
            } else if (c == '}' || c == ']') {
                if (depth == 0) break;
                --depth;
                ++at_;
            } else if (depth == 0 && (c == ',' || c == ' ' || c == '\t' || c == '\n' || c == '\r')) {
                break;
            } else {
                ++at_;
                continue;
            }
            if (depth == 0) break;
        }
        return text_.substr(from, at_ - from);
    }

    /// The string that begins here, without its quotes, escapes as written.
    std::string_view string() {
        const std::size_t from = ++at_;
        while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
        const std::string_view inside = text_.substr(from, at_ - from);
        ++at_;
        return inside;
    }

    bool at(char c) {
        skipBlanks();
        return at_ < text_.size() && text_[at_] == c;
    }

private:
    std::string_view text_;
    std::size_t at_ = 0;
};

std::optional<std::string_view> memberOf(std::string_view object, std::string_view name) {
    Scanner scanner(object);
    if (!scanner.take('{')) return std::nullopt;
    while (scanner.at('"')) {
        const std::string_view found = scanner.string();
        if (!scanner.take(':')) return std::nullopt;
        const std::string_view value = scanner.value();
        if (found == name) return value;
        if (!scanner.take(',')) return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace

const rapidjson::Value* findPath(const rapidjson::Value& value, std::string_view path) {
    const rapidjson::Value* at = &value;
    while (at != nullptr && !path.empty()) at = json::findMember(*at, nextStep(path));
    return at;
}

std::string textAt(const rapidjson::Value& value, std::string_view path) {
    const auto* found = findPath(value, path);
    if (found != nullptr && found->IsBool()) return found->GetBool() ? "true" : "false";
    if (found == nullptr || !found->IsString()) return {};
    return {found->GetString(), found->GetStringLength()};
}

std::optional<std::string_view> rawAt(std::string_view text, std::string_view path) {
    std::optional<std::string_view> at = text;
    while (at && !path.empty()) at = memberOf(*at, nextStep(path));
    return at;
}

}  // namespace yht::kit
