#include "adapters/kit/transport/odbc_text.h"

#include <iconv.h>

#include <algorithm>
#include <cctype>

namespace yht::kit {
namespace {

using base::ErrorCode;

bool isNameStart(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool isNameCharacter(char c) { return isNameStart(c) || std::isdigit(static_cast<unsigned char>(c)) != 0; }

/// Behind the quote, comment or cast that begins at `at`; `at` itself where none does; npos where it does not end.
std::size_t behindPlainPart(std::string_view text, std::size_t at) {
    const auto behind = [&](std::string_view end, std::size_t from) {
        const std::size_t found = text.find(end, from);
        return found == std::string_view::npos ? found : found + end.size();
    };
    const char c = text[at];
    if (c == '\'' || c == '"' || c == '`') return behind({&text[at], 1}, at + 1);  // a doubled one is two in a row
    if (text.substr(at).starts_with("--")) return std::min(text.find('\n', at), text.size());
    if (text.substr(at).starts_with("/*")) return behind("*/", at + 2);
    if (text.substr(at).starts_with("::")) return at + 2;
    return at;
}

}  // namespace

base::Result<NamedStatement> namedStatement(const std::string& text) {
    NamedStatement named;
    const std::string_view whole(text);
    for (std::size_t at = 0; at < whole.size();) {
        const std::size_t behind = behindPlainPart(whole, at);
        if (behind == std::string_view::npos) {
            return base::makeError(ErrorCode::ManifestInvalid, "a quote or comment in the statement does not end");
        }
        if (behind != at) {
            named.statement += whole.substr(at, behind - at);
            at = behind;
            continue;
        }
        if (whole[at] != ':' || at + 1 == whole.size() || !isNameStart(whole[at + 1])) {
            named.statement += whole[at++];
            continue;
        }
        std::size_t end = at + 1;
        while (end < whole.size() && isNameCharacter(whole[end])) ++end;
        named.names.emplace_back(whole.substr(at + 1, end - at - 1));
        named.statement += '?';
        at = end;
    }
    return named;
}

base::Result<std::string> encodeText(std::string_view utf8, const std::string& charset) {
    struct Close {
        using pointer = iconv_t;
        void operator()(iconv_t converter) const { ::iconv_close(converter); }
    };
    const iconv_t opened = ::iconv_open(charset.c_str(), "UTF-8");
    // NOLINTNEXTLINE: iconv's own way to say no
    if (opened == reinterpret_cast<iconv_t>(-1)) return base::makeError(ErrorCode::MappingFailed, charset + ": no such charset");
    const std::unique_ptr<void, Close> converter(opened);
    std::string encoded(utf8.size() * 4 + 4, '\0');
    char* in = const_cast<char*>(utf8.data());  // iconv does not write there
    char* out = encoded.data();
    std::size_t in_left = utf8.size(), out_left = encoded.size();
    if (::iconv(converter.get(), &in, &in_left, &out, &out_left) == static_cast<std::size_t>(-1)) {
        return base::makeError(
            ErrorCode::MappingFailed, "character at byte " + std::to_string(utf8.size() - in_left) + " is not in " + charset
        );
    }
    encoded.resize(encoded.size() - out_left);
    return encoded;
}

}  // namespace yht::kit
