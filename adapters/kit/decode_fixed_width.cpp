#include "adapters/kit/decode_fixed_width.h"

#include <algorithm>
#include <string>

#include "adapters/kit/charset_decode.h"
#include "adapters/kit/decode_output.h"

namespace yht::kit {
namespace {

using base::ErrorCode;
using base::Result;
using base::Status;

std::string_view withoutPadding(std::string_view cell) {
    constexpr std::string_view kPadding("\0 ", 2);
    const std::size_t first = cell.find_first_not_of(kPadding);
    if (first == std::string_view::npos) return {};
    return cell.substr(first, cell.find_last_not_of(kPadding) - first + 1);
}

struct Line {
    std::size_t begin = 0, bytes = 0;  // without its line end
    std::uint64_t number = 1;
};

class FixedWidthRun {
public:
    FixedWidthRun(
        const DecodeRules& rules, std::string_view text, MessageText start, const ItemSink& sink
    )
        : rules_(rules),
          text_(text),
          charset_(std::move(start.charset)),
          at_(start.begin),
          output_(rules.limits, sink) {}

    Status run() {
        const std::size_t first_row = std::max<std::size_t>(1, rules_.table.first_row);
        Line line;
        while (nextLine(line)) {
            if (line.number < first_row) continue;
            if (withoutPadding(text_.substr(line.begin, line.bytes)).empty()) continue;
            if (!giveLine(line)) return output_.finish();
        }
        if (at_ == text_.size()) return output_.finish();
        return base::makePublicError(
            ErrorCode::ItemUndecodable, "The last record is torn: it is shorter than line_bytes.",
            "最后一条记录不完整,短于 line_bytes。"
        );
    }

private:
    bool nextLine(Line& line) {
        if (at_ >= text_.size()) return false;
        line.number = ++lines_;
        line.begin = at_;
        if (rules_.table.line_bytes > 0) {
            if (text_.size() - at_ < rules_.table.line_bytes) return false;
            line.bytes = rules_.table.line_bytes;
            at_ += line.bytes;
            return true;
        }
        // No charset that is taken here has a line feed inside a character.
        const std::size_t end = std::min(text_.find('\n', at_), text_.size());
        at_ = std::min(end + 1, text_.size());
        line.bytes = end - line.begin;
        if (line.bytes > 0 && text_[end - 1] == '\r') --line.bytes;
        return true;
    }

    bool giveLine(const Line& line) {
        DecodedItem item;
        item.place = "line " + std::to_string(line.number);
        item.raw_offset = line.begin;
        item.raw_bytes = line.bytes;
        if (line.bytes > rules_.limits.item_bytes_max) {
            return output_.giveFailure(
                std::move(item), ItemOutput::tooLarge("bytes", rules_.limits.item_bytes_max)
            );
        }
        auto value = valueOf(line);
        if (!value) return output_.giveFailure(std::move(item), std::move(value).error());
        item.value = *std::move(value);
        return output_.give(std::move(item));
    }

    Result<ItemValue> valueOf(const Line& line) {
        const std::string_view bytes = text_.substr(line.begin, line.bytes);
        std::vector<ItemValue::Member> members;
        members.reserve(rules_.table.columns.size());
        for (const FixedColumn& column : rules_.table.columns) {
            if (column.offset_bytes + column.width_bytes > bytes.size() &&
                !rules_.table.short_rows) {
                return base::makePublicError(
                    ErrorCode::ItemUndecodable,
                    "The line ends before column " + column.name + " does.",
                    "该行在“" + column.name + "”列结束之前就已结束。"
                );
            }
            const std::size_t from = std::min(column.offset_bytes, bytes.size());
            const std::string_view cell = withoutPadding(bytes.substr(from, column.width_bytes));
            std::string text;
            if (const auto bad = charset_.appendWhole(cell, text)) {
                const auto offset = static_cast<std::size_t>(cell.data() - text_.data()) + *bad;
                return undecodableByte(charset_.name(), offset);
            }
            members.emplace_back(
                column.name,
                text.empty() ? ItemValue() : ItemValue::scalar(ItemType::Text, std::move(text))
            );
        }
        return ItemValue::object(std::move(members));
    }

    const DecodeRules& rules_;
    std::string_view text_;
    CharsetDecoder charset_;
    std::size_t at_;
    std::uint64_t lines_ = 0;
    ItemOutput output_;
};

class FixedWidthDecoder final : public Decoder {
public:
    explicit FixedWidthDecoder(const DecodeRules& rules) : rules_(rules) {}

    Status decode(std::string_view message, const ItemSink& sink) const override {
        if (message.size() > rules_.limits.message_bytes_max)
            return ItemOutput::tooLarge("bytes", rules_.limits.message_bytes_max);
        auto start = openMessageText(message, rules_.charset);
        if (!start) return std::move(start).error();
        if (start->charset.family() == CharsetFamily::Utf16) {
            return base::makePublicError(
                ErrorCode::ItemUndecodable, "Lines of fixed width can't be UTF-16.",
                "定长文件不能是 UTF-16 编码。"
            );
        }
        return FixedWidthRun(rules_, message, std::move(*start), sink).run();
    }

private:
    DecodeRules rules_;
};

Status checkColumns(const DecodeRules& rules) {
    const auto invalid = [](const std::string& why) {
        return base::makeError(ErrorCode::ManifestInvalid, "columns: " + why);
    };
    const TableRules& table = rules.table;
    if (table.columns.empty()) return invalid("none");
    if (table.columns.size() > rules.limits.members_max) return invalid("too many");
    std::vector<std::string> names;
    for (const FixedColumn& column : table.columns) {
        // Both bounded by the same limit, so that their sum can't wrap.
        if (column.width_bytes == 0 || column.width_bytes > rules.limits.item_bytes_max ||
            column.offset_bytes > rules.limits.item_bytes_max) {
            return invalid(column.name + " has no width, or too much");
        }
        if (table.line_bytes > 0 && column.offset_bytes + column.width_bytes > table.line_bytes)
            return invalid(column.name + " goes beyond line_bytes");
        names.push_back(column.name);
    }
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice != names.end()) return invalid(*twice + " stands there twice");
    return {};
}

}  // namespace

Result<std::shared_ptr<const Decoder>> makeFixedWidthDecoder(const DecodeRules& rules) {
    auto charset = CharsetDecoder::open(rules.charset);
    if (!charset) return std::move(charset).error();
    if (charset->family() == CharsetFamily::Utf16)
        return base::makeError(ErrorCode::ManifestInvalid, "charset: fixed_width can't be UTF-16");
    if (auto columns = checkColumns(rules); !columns) return std::move(columns).error();
    return std::shared_ptr<const Decoder>(std::make_shared<FixedWidthDecoder>(rules));
}

}  // namespace yht::kit
