#include "adapters/kit/multipart_parts.h"

#include <algorithm>
#include <utility>

#include "adapters/kit/decode_multipart.h"
#include "adapters/kit/decode_output.h"

namespace yht::kit {
namespace {

using base::Error;
using base::Result;
using base::Status;

Error malformed(const char* en, const char* zh) {
    return base::makePublicError(base::ErrorCode::ItemUndecodable, en, zh);
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

std::string_view withoutSpace(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string_view takeLine(std::string_view& rest) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

int hexDigit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char small = static_cast<char>(c | 0x20);
    return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

std::string percentDecoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escape = text[i] == '%' && i + 2 < text.size() && hexDigit(text[i + 1]) >= 0 &&
                            hexDigit(text[i + 2]) >= 0;
        if (!escape) {
            out.push_back(text[i]);
            continue;
        }
        out.push_back(static_cast<char>(hexDigit(text[i + 1]) * 16 + hexDigit(text[i + 2])));
        i += 2;
    }
    return out;
}

/// `; name="value"; name=value` behind a header's first token: names in lower case.
std::vector<std::pair<std::string, std::string>> parametersOf(std::string_view rest) {
    std::vector<std::pair<std::string, std::string>> parameters;
    std::size_t at = rest.find(';');
    while (at < rest.size()) {
        const std::size_t equals = rest.find('=', ++at);
        if (equals == std::string_view::npos) break;
        std::string name = lower(withoutSpace(rest.substr(at, equals - at)));
        std::string value;
        at = equals + 1;
        if (at < rest.size() && rest[at] == '"') {
            for (++at; at < rest.size() && rest[at] != '"'; ++at) {
                // Only a quote is ever escaped: old browsers send C:\file as it is.
                const bool escaped =
                    rest[at] == '\\' && at + 1 < rest.size() && rest[at + 1] == '"';
                if (escaped) ++at;
                value.push_back(rest[at]);
            }
            at = rest.find(';', at);
        } else {
            const std::size_t end = std::min(rest.find(';', at), rest.size());
            value = std::string(withoutSpace(rest.substr(at, end - at)));
            at = end;
        }
        parameters.emplace_back(std::move(name), std::move(value));
    }
    return parameters;
}

Status readHeader(std::string_view line, Part& part) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos)
        return malformed("A part has a header line without a colon.", "分段头中有一行没有冒号。");
    const std::string name = lower(withoutSpace(line.substr(0, colon)));
    const std::string_view value = withoutSpace(line.substr(colon + 1));
    const std::string token = lower(withoutSpace(value.substr(0, value.find(';'))));
    if (name == "content-type") {
        part.content_type = token;
        for (auto& [key, text] : parametersOf(value)) {
            if (key == "charset") part.charset = text;
        }
    }
    if (name == "content-transfer-encoding" && token != "binary" && token != "8bit" &&
        token != "7bit") {
        return malformed("A part has a transfer encoding.", "分段使用了传输编码。");
    }
    if (name != "content-disposition") return {};
    for (auto& [key, text] : parametersOf(value)) {
        if (key == "name") part.name = text;
        if (key == "filename" && !part.filename_is_utf8) part.filename = text;
        if (key == "filename*" && lower(text).starts_with("utf-8'")) {
            const std::size_t quote = text.find('\'', 6);
            part.filename = percentDecoded(
                quote == std::string::npos ? std::string_view()
                                           : std::string_view(text).substr(quote + 1)
            );
            part.filename_is_utf8 = true;
        }
    }
    return {};
}

Result<Part> partOf(std::string_view bytes) {
    Part part;
    const std::size_t total = bytes.size();
    for (std::size_t headers = 0;; ++headers) {
        if (bytes.empty())
            return malformed(
                "A part has no empty line behind its headers.", "分段头之后没有空行。"
            );
        const std::string_view line = takeLine(bytes);
        if (total - bytes.size() > kPartHeaderBytesMax)
            return ItemOutput::tooLarge("bytes of a part's headers", kPartHeaderBytesMax);
        if (line.empty()) break;
        if (headers == kPartHeadersMax)
            return ItemOutput::tooLarge("headers of a part", kPartHeadersMax);
        if (auto read = readHeader(line, part); !read) return std::move(read).error();
    }
    if (part.name.empty()) return malformed("A part has no name.", "分段没有名称。");
    part.body = bytes;
    return part;
}

}  // namespace

Result<std::vector<Part>> partsOf(std::string_view message, std::size_t parts_max) {
    std::string_view rest = message;
    const std::string_view first = takeLine(rest);
    if (!first.starts_with("--") || first.size() < 3 || first.size() > kBoundaryBytesMax + 2)
        return malformed("The message does not begin with a boundary.", "报文不以分段边界开头。");
    std::vector<Part> parts;
    if (first.ends_with("--") && rest.empty()) return parts;  // closed before it began
    const std::string separator = "\n" + std::string(first);
    for (;;) {
        const std::size_t end = rest.find(separator);
        if (end == std::string_view::npos)
            return malformed(
                "The closing boundary is missing: the message is torn.", "缺少结束边界,报文不完整。"
            );
        std::string_view bytes = rest.substr(0, end);
        if (bytes.ends_with('\r')) bytes.remove_suffix(1);
        if (parts.size() == parts_max) return ItemOutput::tooLarge("parts", parts_max);
        auto part = partOf(bytes);
        if (!part) return std::move(part).error();
        parts.push_back(*std::move(part));
        rest.remove_prefix(end + separator.size());
        if (rest.starts_with("--")) return parts;
        if (!withoutSpace(takeLine(rest)).empty())
            return malformed("Text stands behind a boundary.", "分段边界之后有多余文字。");
    }
}

}  // namespace yht::kit
