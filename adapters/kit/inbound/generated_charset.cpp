// The message as a system of another charset would have written it: a release that writes UTF-8 where GBK is declared, or the other
// way round. Nothing of it may become a record as if it were text.
#include <algorithm>
#include <set>

#include "adapters/kit/charset_decode.h"
#include "adapters/kit/charset_encode.h"
#include "adapters/kit/inbound/generated_sample.h"
#include "gateway/base/text.h"
#include "gateway/json/json.h"

namespace yht::kit {
namespace {

constexpr json::Limits kCharsetLimits{.depth_max = 32, .values_max = 2'000'000, .members_max = 1'000};
constexpr std::string_view kPackedMark = "PK\3\4";
constexpr const char* kChinese = "GB18030";
// Four characters of UTF-8 in the place of six of GBK: fields of fixed width keep their width.
constexpr std::size_t kOverwritten = 12;

bool isHigh(char byte) { return static_cast<unsigned char>(byte) >= 0xA1; }

bool isAscii(const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string decoded(std::string_view bytes) {
    std::string utf8;
    auto charset = CharsetDecoder::open(kChinese);
    if (!charset || charset->appendWhole(bytes, utf8)) return "";
    return utf8;
}

/// Of tables with fields of so many bytes: a text that is long enough gets the same words' beginning in UTF-8.
std::string overwritten(const GeneratedSample& sample) {
    const auto& first = sample.items.front();
    std::string other = sample.message;
    for (std::size_t at = first.raw_offset, run = 0; at < first.raw_offset + first.raw_bytes; ++at) {
        run = isHigh(other[at]) ? run + 1 : 0;
        if (run < kOverwritten) continue;
        const std::size_t begin = at + 1 - kOverwritten;
        const std::string words = decoded(std::string_view(other).substr(begin, kOverwritten));
        if (words.size() < kOverwritten) continue;
        return other.replace(begin, kOverwritten, words, 0, kOverwritten);
    }
    return "";
}

/// "" where there is nothing in it that charsets write otherwise.
std::string inAnotherCharset(const GeneratedSample& sample) {
    const Format format = sample.manifest.manifest.decode.format;
    if (sample.items.empty() || sample.message.starts_with(kPackedMark) || isAscii(sample.message)) return "";
    if (format == Format::Dbf || format == Format::FixedWidth) return overwritten(sample);
    const auto mark = byteOrderMarkOf(sample.message);
    const std::string text = sample.message.substr(mark ? mark->bytes : 0);
    if (!base::countCodePoints(text)) return decoded(text);
    const auto encoded = encodeCharset(text, kChinese);
    return encoded ? *encoded : "";
}

std::multiset<std::string> recordsIn(const SampleOutcome& outcome) {
    std::multiset<std::string> all;
    const auto read = json::parse(outcome.json, kCharsetLimits);
    for (const auto& item : (*read)["items"].GetArray()) {
        if (!item.HasMember("records")) continue;
        for (const auto& record : item["records"].GetArray()) all.insert(json::write(record));
    }
    return all;
}

}  // namespace

CaseProblem wrongCharset(const GeneratedSample& sample) {
    const std::string other = inAnotherCharset(sample);
    if (other.empty() || other == sample.message) return std::nullopt;
    const auto outcome = sample.outcome(other);
    if (outcome.json.find("\xEF\xBF\xBD") != std::string::npos) return "undecodable bytes became U+FFFD";
    const auto good = recordsIn(sample.good), made = recordsIn(outcome);
    if (!std::includes(good.begin(), good.end(), made.begin(), made.end())) return "text of another charset became a record";
    return outcome.failed > 0 ? "" : "text of another charset was taken";
}

}  // namespace yht::kit
