#include "adapters/kit/inbound/reply_template.h"

#include <algorithm>

#include "adapters/kit/yaml_map.h"
#include "gateway/base/text.h"

namespace yht::kit {
namespace {

struct Word {
    const char* name;
    ReplyWord word;
};
constexpr Word kWords[] = {
    {"ticket_no", ReplyWord::TicketNo},       {"ticket_nos", ReplyWord::TicketNos},
    {"message_no", ReplyWord::MessageNo},     {"quarantine_no", ReplyWord::QuarantineNo},
    {"received", ReplyWord::Received},        {"accepted", ReplyWord::Accepted},
    {"duplicate", ReplyWord::Duplicate},      {"quarantined", ReplyWord::Quarantined},
    {"refused", ReplyWord::Refused},          {"ignored", ReplyWord::Ignored},
    {"now", ReplyWord::Now},                  {"epoch_s", ReplyWord::EpochSeconds},
    {"operation", ReplyWord::Operation},      {"error_code", ReplyWord::ErrorCode},
    {"error_zh", ReplyWord::ErrorZh},         {"error_en", ReplyWord::ErrorEn},
};
constexpr std::string_view kRequest = "request ";

bool isWord(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || c == '_';
    });
}

base::Error invalid(const std::string& detail) {
    return base::makeError(base::ErrorCode::ManifestInvalid, detail);
}

std::optional<ReplyWord> findWord(std::string_view name) {
    for (const auto& known : kWords) {
        if (name == known.name) return known.word;
    }
    return std::nullopt;
}

}  // namespace

base::Result<ReplyTemplate> ReplyTemplate::parse(std::string_view text) {
    if (text.size() > kBytesMax || !base::countCodePoints(text)) return invalid("longer than 64 KiB, or not UTF-8");
    ReplyTemplate made;
    std::string plain;
    const auto flush = [&] {
        if (!plain.empty()) made.pieces_.push_back({std::move(plain), std::nullopt, std::nullopt});
        plain.clear();
    };
    while (!text.empty()) {
        const auto open = std::min(text.find('{'), text.size());
        plain += text.substr(0, open);
        text.remove_prefix(open);
        if (text.empty()) break;
        const auto close = text.find('}');
        const std::string_view inside = close == text.npos ? std::string_view() : text.substr(1, close - 1);
        if (isWord(inside)) {
            const auto word = findWord(inside);
            std::vector<std::string> names;
            for (const auto& known : kWords) names.emplace_back(known.name);
            if (!word) return invalid("there is no {" + std::string(inside) + "}" + didYouMean(std::string(inside), names));
            flush();
            made.pieces_.push_back({"", word, std::nullopt});
        } else if (inside.starts_with(kRequest)) {
            auto place = trust::parsePlace(inside.substr(kRequest.size()));
            if (!place) return invalid("write {request header NAME}, {request query NAME} or {request body PATH}");
            flush();
            made.pieces_.push_back({"", std::nullopt, std::move(place)});
        } else {
            plain += '{';
            text.remove_prefix(1);
            continue;
        }
        text.remove_prefix(close + 1);
    }
    flush();
    return made;
}

std::string ReplyTemplate::render(const ReplySource& source, Escape escape) const {
    std::string out;
    for (const auto& piece : pieces_) {
        if (piece.word) {
            out += escaped(source.word(*piece.word), escape);
        } else if (piece.request) {
            std::string echo = source.request(*piece.request);
            const auto points = base::countCodePoints(echo);
            if (points && echo.size() <= kEchoBytesMax) out += escaped(echo, escape);
        } else {
            out += piece.text;
        }
    }
    return out;
}

}  // namespace yht::kit
