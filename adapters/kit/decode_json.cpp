#include "adapters/kit/decode_json.h"

#include <algorithm>

#include "adapters/kit/charset_decode.h"
#include "adapters/kit/json_item.h"

#include <rapidjson/error/en.h>

namespace yht::kit {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr unsigned kFlags = rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseInsituFlag;

class JsonDecoder final : public Decoder {
public:
    explicit JsonDecoder(JsonRules rules) : rules_(std::move(rules)) {}

    base::Status decode(std::string_view message, const ItemSink& sink) const override {
        if (message.size() > rules_.limits.message_bytes_max)
            return jsonTooLarge("message_bytes_max");
        if (rules_.charset == "UTF-8") return decodeUtf8(message, sink);
        // Another charset is brought to UTF-8 as a whole: its items are no slices of the message.
        auto text = openMessageText(message, rules_.charset);
        if (!text) return std::move(text).error();
        std::string utf8;
        if (const auto wrong = text->charset.appendWhole(message.substr(text->begin), utf8))
            return undecodableByte(rules_.charset, text->begin + *wrong);
        return decodeUtf8(utf8, [&sink](DecodedItem&& item) {
            item.raw_offset = item.raw_bytes = 0;
            return sink(std::move(item));
        });
    }

private:
    base::Status decodeUtf8(std::string_view message, const ItemSink& sink) const {
        const std::size_t mark = message.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
        std::uint64_t index = 0;
        if (rules_.lines) return decodeLines(message, mark, index, sink);
        bool stopped = false;
        return parse(message.substr(mark), mark, index, "", sink, stopped);
    }

    base::Status parse(
        std::string_view text, std::size_t offset, std::uint64_t& index, const std::string& line,
        const ItemSink& sink, bool& stopped
    ) const {
        std::string copy(text);  // texts are unescaped where they stand: cheaper than byte by byte onto the reader's stack
        JsonStream stream(copy);
        JsonItemBuilder builder(rules_, stream, offset, index, line, sink);
        rapidjson::Reader reader;
        const auto result = reader.Parse<kFlags>(stream, builder);
        stopped = builder.stopped();
        if (stopped) return {};
        if (builder.fatal()) return *builder.fatal();
        if (result.IsError()) {
            return jsonUndecodable(
                std::string(rapidjson::GetParseError_En(result.Code())) + " At byte " +
                std::to_string(offset + result.Offset()) + "."
            );
        }
        // The reader takes a NUL for the end: what follows it would be lost without a word.
        if (!stream.atEnd()) return jsonUndecodable("a NUL at byte " + std::to_string(offset + stream.Tell()));
        if (!builder.found() && rules_.items_required)
            return jsonUndecodable("nothing at the items path \"" + rules_.items + "\"");
        return {};
    }

    /// One value a line: a bad one fails alone.
    base::Status decodeLines(
        std::string_view message, std::size_t at, std::uint64_t& index, const ItemSink& sink
    ) const {
        for (std::size_t number = 1; at < message.size(); ++number) {
            const std::size_t stop = std::min(message.find('\n', at), message.size());
            const auto line = message.substr(at, stop - at);
            const std::string place = "line " + std::to_string(number);
            bool stopped = false;
            if (line.find_first_not_of(" \t\r") != std::string_view::npos) {
                std::vector<DecodedItem> items;  // what follows the value may still spoil the line
                const std::uint64_t before = index;
                auto status = parse(
                    line, at, index, place,
                    [&items](DecodedItem&& item) {
                        items.push_back(std::move(item));
                        return true;
                    },
                    stopped
                );
                if (before >= rules_.limits.items_max) return jsonTooLarge("items_max");
                if (!status) {
                    items.clear();
                    items.push_back(
                        {before, place, {}, std::move(status).error(), {}, at, line.size()}
                    );
                    index = before + 1;
                }
                for (auto& item : items) {
                    if (!sink(std::move(item))) return {};
                }
            }
            at = stop + 1;
        }
        return {};
    }

    const JsonRules rules_;
};

}  // namespace

base::Result<std::shared_ptr<const Decoder>> makeJsonDecoder(const DecodeRules& rules) {
    const auto wrong = [](const std::string& what) {
        return base::makeError(base::ErrorCode::ManifestInvalid, "decode." + what);
    };
    if (auto charset = CharsetDecoder::open(rules.charset); !charset)
        return wrong("charset: " + charset.error().detail);
    auto items = Path::parse(rules.items);
    if (!items) return wrong("items: " + items.error().detail);
    auto array_paths = ArrayPaths::parse(rules.array_paths);
    if (!array_paths) return wrong("array_paths: " + array_paths.error().detail);
    const bool utf8 = rules.charset == "utf-8" || rules.charset == "UTF-8";
    JsonRules own{
        {},
        rules.items,
        utf8 ? "UTF-8" : rules.charset,
        rules.items_required,
        rules.lines,
        std::move(*array_paths),
        rules.limits};
    for (const auto& step : items->steps()) {
        if (step.each)
            return wrong("items: write member names; every entry of the list is an item");
        own.steps.push_back(step.name);
    }
    return std::shared_ptr<const Decoder>(std::make_shared<JsonDecoder>(std::move(own)));
}

}  // namespace yht::kit
