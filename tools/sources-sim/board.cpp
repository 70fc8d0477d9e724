#include "tools/sources-sim/board.h"

#include <algorithm>
#include <charconv>

namespace yht::sources_sim {
namespace {

constexpr std::size_t kPageMax = 1'000;

std::size_t numberOf(const std::string& text, std::size_t otherwise) {
    std::size_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    return read.ec == std::errc() && number > 0 ? number : otherwise;
}

/// A picture of one pixel's worth of header, different for each path.
std::string jpegOf(const std::string& path) {
    const std::string head("\xFF\xD8\xFF\xE0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00", 20);
    const std::string comment = path.substr(0, 200);
    return head + std::string("\xFF\xFE\x00", 3) + static_cast<char>(comment.size() + 2) + comment + "\xFF\xD9";
}

std::string pdfOf(const std::string& path) { return "%PDF-1.4\n% " + path + "\n%%EOF\n"; }

stage::HttpAnswer said(const char* code, const char* message) {
    return {.body = jsonOf({"", "", {{"code", code}, {"message", message}, {"data", "null", Member::Form::Json}}})};
}

}  // namespace

Board::Board(BoardOptions options)
    : options_(std::move(options)), shape_(*findShape("board")), threads_(sources_sim::said(shape_, options_.shape, options_.troubles)) {}

std::optional<stage::HttpAnswer> Board::take(const stage::HttpRequest& request) {
    if (request.method != "GET") return std::nullopt;
    if (request.path == "/api/threads") return page(request);
    if (request.path.starts_with("/api/file/")) {
        if (request.field("x-app-key") != options_.app_key) return stage::HttpAnswer{.status = 403, .body = "{}"};
        ++files_;
        return stage::HttpAnswer{.content_type = "application/pdf", .body = pdfOf(request.path)};
    }
    for (const char* folder : {"/upload/", "/exchange/", "/third/"}) {
        if (!request.path.starts_with(folder)) continue;
        ++files_;
        return stage::HttpAnswer{.content_type = "image/jpeg", .body = jpegOf(request.path)};
    }
    return std::nullopt;
}

stage::HttpAnswer Board::page(const stage::HttpRequest& request) {
    if (request.field("x-app-key") != options_.app_key) return said("401", "wrong key");
    ++pages_;
    const std::string begin = request.parameter("begin"), end = request.parameter("end");
    std::vector<const Message*> found;
    for (const Message& each : threads_) {
        const std::string changed = each.text("updateTime");
        if (changed >= begin && (end.empty() || changed <= end)) found.push_back(&each);
    }
    const std::size_t size = std::min(numberOf(request.parameter("pageSize"), 20), kPageMax);
    const std::size_t number = numberOf(request.parameter("pageNo"), 1);
    std::string list;
    for (std::size_t i = (number - 1) * size; i < std::min(number * size, found.size()); ++i) list += (list.empty() ? "" : ",") + jsonOf(*found[i]);
    const std::string body = R"({"code":"200","message":"ok","data":{"total":)" + std::to_string(found.size()) + R"(,"pageNo":)" +
                             std::to_string(number) + R"(,"list":[)" + list + "]}}";
    return {.body = written(shape_, body, options_.troubles)};
}

}  // namespace yht::sources_sim
