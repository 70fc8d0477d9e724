#include "gateway/intake/http/wire.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "gateway/base/bytes.h"
#include "gateway/base/time_text.h"

namespace yht::http {

namespace {

using base::ErrorCode;

base::Error malformed(const char* detail) {
    return base::makeError(ErrorCode::RequestMalformed, detail);
}

bool isTokenCharacter(char c) {
    const auto u = static_cast<unsigned char>(c);
    if ((u >= '0' && u <= '9') || (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z')) return true;
    return c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool isToken(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), isTokenCharacter);
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

/// Whether the comma-separated field holds `token`, whatever its case.
bool hasToken(const trust::HttpHead& head, const char* name, std::string_view token) {
    for (const auto& [field, value] : head.fields) {
        if (field != name) continue;
        std::string_view rest = value;
        while (!rest.empty()) {
            const auto comma = rest.find(',');
            if (lower(trimmed(rest.substr(0, comma))) == token) return true;
            rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
        }
    }
    return false;
}

std::size_t countFields(const trust::HttpHead& head, std::string_view name) {
    return static_cast<std::size_t>(std::count_if(
        head.fields.begin(), head.fields.end(), [&](const auto& f) { return f.first == name; }
    ));
}

std::string_view valueOf(const trust::HttpHead& head, std::string_view name) {
    for (const auto& [field, value] : head.fields) {
        if (field == name) return value;
    }
    return {};
}

base::Status parseRequestLine(std::string_view line, RequestHead& head) {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) return malformed("request line");
    const auto method = line.substr(0, first);
    const auto target = line.substr(first + 1, last - first - 1);
    const auto version = line.substr(last + 1);
    if (!isToken(method) || method.size() > kMethodBytesMax) return malformed("method");
    if (target.size() > kTargetBytesMax) {
        return base::makeError(ErrorCode::HeaderTooLarge, "request target");
    }
    const bool visible =
        std::all_of(target.begin(), target.end(), [](char c) { return c > ' ' && c < 0x7f; });
    if (target.empty() || target.front() != '/' || !visible || target.find('#') != target.npos) {
        return malformed("request target");
    }
    if (version != "HTTP/1.1" && version != "HTTP/1.0") return malformed("version");
    head.version_10 = version == "HTTP/1.0";
    head.http.method = method;
    head.http.target_uri = target;
    const auto mark = target.find('?');
    head.path = target.substr(0, mark);
    if (mark != target.npos) head.query = target.substr(mark + 1);
    return {};
}

base::Status parseField(std::string_view line, RequestHead& head) {
    const auto colon = line.find(':');
    if (colon == line.npos || !isToken(line.substr(0, colon))) return malformed("field name");
    const auto value = trimmed(line.substr(colon + 1));
    const bool clean = std::all_of(value.begin(), value.end(), [](char c) {
        const auto u = static_cast<unsigned char>(c);
        return u == '\t' || (u >= ' ' && u != 0x7f);
    });
    if (!clean) return malformed("control character in a field");
    if (head.http.fields.size() == kHeaderFieldsMax) {
        return base::makeError(ErrorCode::HeaderTooLarge, "too many fields");
    }
    head.http.fields.emplace_back(lower(line.substr(0, colon)), std::string(value));
    return {};
}

/// How the body is framed; the rules that keep two readers from seeing two different messages.
base::Status judgeFraming(RequestHead& head) {
    const auto& http = head.http;
    if (countFields(http, "host") != 1 && !head.version_10) return malformed("Host");
    const auto lengths = countFields(http, "content-length");
    const auto codings = countFields(http, "transfer-encoding");
    if (lengths > 1 || codings > 1 || (lengths == 1 && codings == 1)) return malformed("framing");
    if (codings == 1) {
        if (head.version_10 || lower(valueOf(http, "transfer-encoding")) != "chunked") {
            return malformed("transfer coding");
        }
        head.chunked = true;
    }
    if (lengths == 1) {
        const auto text = valueOf(http, "content-length");
        std::uint64_t length = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
        if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
            return malformed("Content-Length");
        }
        head.content_length = length;
    }
    head.keep_alive = head.version_10 ? hasToken(http, "connection", "keep-alive")
                                      : !hasToken(http, "connection", "close");
    head.expects_continue = !head.version_10 && hasToken(http, "expect", "100-continue");
    return {};
}

}  // namespace

base::Result<RequestHead> parseHead(std::string_view text) {
    RequestHead head;
    bool first = true;
    while (true) {
        const auto end = text.find("\r\n");
        if (end == text.npos) return malformed("line without its end");
        const auto line = text.substr(0, end);
        text.remove_prefix(end + 2);
        if (line.empty() && !first) break;
        const auto status = first ? parseRequestLine(line, head) : parseField(line, head);
        if (!status) return status.error();
        first = false;
    }
    if (auto status = judgeFraming(head); !status) return status.error();
    return head;
}

bool MessageReader::fill() {
    if (position_ > 0) {
        buffer_.erase(0, position_);
        position_ = 0;
    }
    const std::size_t held = buffer_.size();
    buffer_.resize(held + kReadBytes);
    const std::size_t count = source_.read(buffer_.data() + held, kReadBytes);
    buffer_.resize(held + count);
    if (count == 0) ended_ = true;
    return count > 0;
}

bool MessageReader::waitForRequest() {
    return position_ < buffer_.size() || fill();
}

base::Result<RequestHead> MessageReader::readHead() {
    // One empty line before a request is forgiven (RFC 9112 section 2.2): old clients end bodies
    // with it.
    while (buffer_.size() - position_ < 2) {
        if (!fill()) return malformed("connection ended in the head");
    }
    if (buffer_.compare(position_, 2, "\r\n") == 0) position_ += 2;
    while (true) {
        const auto end = buffer_.find("\r\n\r\n", position_);
        const auto held = (end == buffer_.npos ? buffer_.size() : end + 4) - position_;
        if (held > kHeadBytesMax) return base::makeError(ErrorCode::HeaderTooLarge, "head");
        if (end != buffer_.npos) {
            auto head = parseHead(std::string_view(buffer_).substr(position_, held));
            position_ += held;
            return head;
        }
        if (!fill()) return malformed("connection ended in the head");
    }
}

base::Status MessageReader::readExactly(std::uint64_t count, const BodySink& sink) {
    while (count > 0) {
        if (position_ == buffer_.size() && !fill())
            return malformed("connection ended in the body");
        const auto part = std::min<std::uint64_t>(
            {count, buffer_.size() - position_, static_cast<std::uint64_t>(kReadBytes)}
        );
        const auto taken = sink(std::string_view(buffer_).substr(position_, part));
        if (!taken) return taken;
        position_ += part;
        count -= part;
    }
    return {};
}

base::Result<std::string> MessageReader::readLine(std::size_t bytes_max) {
    while (true) {
        const auto end = buffer_.find("\r\n", position_);
        const auto length = (end == buffer_.npos ? buffer_.size() : end) - position_;
        // A line whose LF has not come yet may show its CR already.
        const bool unfinished = end == buffer_.npos;
        if (length > bytes_max + (unfinished ? 1 : 0)) return malformed("line too long");
        if (end != buffer_.npos) {
            std::string line = buffer_.substr(position_, length);
            position_ = end + 2;
            return line;
        }
        if (!fill()) return malformed("connection ended in the body");
    }
}

base::Status MessageReader::skipTrailer() {
    for (std::size_t total = 0; total <= kTrailerBytesMax;) {
        auto line = readLine(kTrailerBytesMax);
        if (!line) return line.error();
        if (line->empty()) return {};
        total += line->size() + 2;
    }
    return malformed("trailer too long");
}

base::Status MessageReader::readChunks(std::uint64_t bytes_max, const BodySink& sink) {
    std::uint64_t total = 0;
    while (true) {
        auto line = readLine(kChunkLineBytesMax);
        if (!line) return std::move(line).error();
        const std::string_view digits = trimmed(std::string_view(*line).substr(0, line->find(';')));
        std::uint32_t size = 0;
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
        if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) {
            return malformed("chunk size");
        }
        if (size == 0) break;
        if (size > bytes_max - total) return base::makeError(ErrorCode::BodyTooLarge, "chunks");
        if (auto status = readExactly(size, sink); !status) return status;
        total += size;
        auto rest = readLine(0);
        if (!rest) return std::move(rest).error();
    }
    return skipTrailer();
}

base::Status MessageReader::streamBody(
    const RequestHead& head, std::uint64_t bytes_max, const BodySink& sink
) {
    if (head.chunked) return readChunks(bytes_max, sink);
    const std::uint64_t length = head.content_length.value_or(0);
    if (length > bytes_max) return base::makeError(ErrorCode::BodyTooLarge, "Content-Length");
    return readExactly(length, sink);
}

base::Result<std::string> MessageReader::readBody(const RequestHead& head, std::size_t bytes_max) {
    std::string body;
    const auto read = streamBody(head, bytes_max, [&body](std::string_view piece) -> base::Status {
        body += piece;
        return {};
    });
    if (!read) return read.error();
    return body;
}

void MessageReader::discard(std::size_t bytes_max) {
    for (std::size_t total = 0; total < bytes_max; total += buffer_.size()) {
        buffer_.clear();
        position_ = 0;
        if (!fill()) return;
    }
}

namespace {

const char* reasonPhrase(int status) {
    switch (status) {
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 206:
            return "Partial Content";
        case 304:
            return "Not Modified";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 409:
            return "Conflict";
        case 410:
            return "Gone";
        case 411:
            return "Length Required";
        case 413:
            return "Content Too Large";
        case 415:
            return "Unsupported Media Type";
        case 416:
            return "Range Not Satisfiable";
        case 422:
            return "Unprocessable Content";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 503:
            return "Service Unavailable";
        default:
            return "";
    }
}

}  // namespace

std::string serializeAnswer(
    const Answer& answer, const std::string& date_text, bool keep_alive, bool without_body
) {
    const std::uint64_t length = answer.stream ? answer.stream->size_bytes : answer.body.size();
    std::string out = "HTTP/1.1 " + std::to_string(answer.status) + ' ' +
                      reasonPhrase(answer.status) + "\r\ndate: " + date_text +
                      "\r\nserver: yht\r\ncontent-type: " + answer.content_type +
                      "\r\ncontent-length: " + std::to_string(length) +
                      "\r\ncache-control: no-store\r\n";
    for (const auto& [name, value] : answer.fields) {
        // Content-Type stands among the signed fields too; it has gone out already.
        if (name != "content-type") out += name + ": " + value + "\r\n";
    }
    out += keep_alive ? "connection: keep-alive\r\n\r\n" : "connection: close\r\n\r\n";
    if (!without_body && !answer.stream) out += answer.body;
    return out;
}

std::string httpDate(std::int64_t unix_ms) {
    static constexpr std::array<const char*, 7> kDays = {"Thu", "Fri", "Sat", "Sun",
                                                         "Mon", "Tue", "Wed"};
    static constexpr std::array<const char*, 12> kMonths = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    constexpr std::int64_t kDayMs = 86'400'000;
    const auto civil = base::toCivil(unix_ms, 0);
    const auto day = (unix_ms / kDayMs % 7 + 7) % 7;  // 1970-01-01 was a Thursday
    return std::string(kDays[static_cast<std::size_t>(day)]) + ", " +
           base::formatCivil(civil, "%d ") + kMonths[static_cast<std::size_t>(civil.month - 1)] +
           base::formatCivil(civil, " %Y %H:%M:%S GMT");
}

std::optional<std::string> percentDecode(std::string_view text, bool plus_is_space) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plus_is_space) {
            out += ' ';
        } else if (text[i] == '%') {
            const auto octet = base::fromHex(text.substr(i + 1, 2));
            if (!octet || octet->size() != 1) return std::nullopt;
            out += *octet;
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

}  // namespace yht::http
