#include "adapters/kit/xlsx_sheet.h"

#include <charconv>
#include <cstdio>
#include <cstdlib>

#include "adapters/kit/decode_output.h"

namespace yht::kit {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::int64_t kDaysFrom1904 = 1'462;  // between the two systems' day 0
constexpr std::size_t kColumnsOfExcel = 16'384;
constexpr std::size_t kNumberBytesMax = 64;

Error unreadable(const char* en, const char* zh) {
    return base::makePublicError(ErrorCode::ItemUndecodable, en, zh);
}

/// The 0-based column of "AB12"; nullopt where it names none.
std::optional<std::size_t> columnOf(std::string_view reference) {
    std::size_t column = 0, letters = 0;
    for (const char c : reference) {
        if (c < 'A' || c > 'Z') break;
        column = column * 26 + static_cast<std::size_t>(c - 'A' + 1);
        if (++letters > 3) return std::nullopt;
    }
    if (column == 0 || column > kColumnsOfExcel) return std::nullopt;
    return column - 1;
}

std::uint64_t unsignedOf(std::string_view text, std::uint64_t otherwise) {
    std::uint64_t number = otherwise;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? number : otherwise;
}

bool isNumber(std::string_view text) {
    std::size_t at = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
    const auto digits = [&] {
        const std::size_t from = at;
        while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
        return at - from;
    };
    std::size_t mantissa = digits();
    if (at < text.size() && text[at] == '.') {
        ++at;
        mantissa += digits();
    }
    if (mantissa == 0) return false;
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
        if (digits() == 0) return false;
    }
    return at == text.size();
}

/// A day of the 1904 system in the 1900 system. The fraction keeps its digits where the number is written plainly.
std::string from1904(const std::string& text) {
    const std::size_t point = std::min(text.find('.'), text.size());
    std::int64_t days = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + point, days);
    const bool plain = error == std::errc() && end == text.data() + point && days >= 0 &&
                       days < 10'000'000 && text.find_first_of("eE") == std::string::npos;
    if (plain) return std::to_string(days + kDaysFrom1904) + text.substr(point);
    char out[64];
    std::snprintf(out, sizeof out, "%.10f", std::strtod(text.c_str(), nullptr) + kDaysFrom1904);
    return out;
}

ItemValue textValue(std::string text) {
    return text.empty() ? ItemValue() : ItemValue::scalar(ItemType::Text, std::move(text));
}

}  // namespace

bool XlsxSheet::onStart(const xml::StartElement& element) {
    ++depth_;
    const std::string_view name = element.local_name;
    if (row_depth_ == 0) {
        if (name != "row") return true;
        row_depth_ = depth_;
        row_.number = unsignedOf(element.attribute("r"), row_.number + 1);
        row_.cells.clear();
        row_.fault.reset();
        row_bytes_ = 0;
        column_ = static_cast<std::size_t>(-1);
    } else if (cell_depth_ == 0) {
        if (name == "c") startCell(element);
    } else if (collect_ == Collect::Nothing && phonetic_depth_ == 0) {
        if (name == "f") has_formula_ = true;
        if (name == "rPh") phonetic_depth_ = depth_;
        if (name == "v") collect_ = Collect::Value;
        if (name == "t" && type_ == "inlineStr") collect_ = Collect::InlineText;
        if (collect_ != Collect::Nothing) collect_depth_ = depth_;
    }
    return true;
}

void XlsxSheet::startCell(const xml::StartElement& element) {
    cell_depth_ = depth_;
    const auto column = columnOf(element.attribute("r"));
    column_ = column ? *column : column_ + 1;
    type_ = std::string(element.attribute("t"));
    style_ = unsignedOf(element.attribute("s"), 0);
    text_.clear();
    has_formula_ = has_value_ = false;
}

bool XlsxSheet::onText(std::string_view text) {
    if (collect_ == Collect::Nothing) return true;
    has_value_ = true;
    if (row_bytes_ + text_.size() + text.size() > limits_.item_bytes_max) {
        row_.fault = ItemOutput::tooLarge("bytes", limits_.item_bytes_max);
        return true;
    }
    text_.append(text);
    return true;
}

bool XlsxSheet::onEnd() {
    bool go_on = true;
    if (collect_ != Collect::Nothing && collect_depth_ == depth_) {
        collect_ = Collect::Nothing;
    } else if (phonetic_depth_ == depth_) {
        phonetic_depth_ = 0;
    } else if (cell_depth_ == depth_) {
        cell_depth_ = 0;
        endCell();
        go_on = status_.ok();
    } else if (row_depth_ == depth_) {
        row_depth_ = 0;
        go_on = sink_(std::move(row_));
    }
    --depth_;
    return go_on;
}

Result<ItemValue> XlsxSheet::numberValue() {
    if (text_.empty()) return ItemValue();
    if (text_.size() > kNumberBytesMax || !isNumber(text_))
        return unreadable("A cell of numbers holds no number.", "数值单元格中不是数字。");
    if (!workbook_.styles.isDate(style_)) return ItemValue::scalar(ItemType::Number, text_);
    return ItemValue::scalar(ItemType::Serial, workbook_.uses_1904 ? from1904(text_) : text_);
}

Result<ItemValue> XlsxSheet::cellValue() {
    if (has_formula_ && !has_value_ && type_ != "str") {
        return unreadable(
            "A cell holds a formula that was never calculated.", "单元格中的公式没有计算结果。"
        );
    }
    if (type_ == "s") {
        if (text_.empty()) return ItemValue();
        auto text = workbook_.strings.at(unsignedOf(text_, ~0ULL));
        if (!text) return std::move(text).error();
        return textValue(*std::move(text));
    }
    if (type_ == "b")
        return text_.empty() ? ItemValue()
                             : ItemValue::scalar(ItemType::Flag, text_ == "1" ? "true" : "false");
    if (type_.empty() || type_ == "n") return numberValue();
    // str, inlineStr, e, and d: an ISO date, which is text
    return textValue(unescapedXlsxText(std::move(text_)));
}

void XlsxSheet::endCell() {
    if (row_.fault) return;
    auto value = cellValue();
    if (!value) {
        if (value.error().code == ErrorCode::IoFailed) {
            status_ = value.error();
        } else {
            row_.fault = std::move(value).error();
        }
        return;
    }
    if (value->type() == ItemType::Null) return;
    row_bytes_ += value->text().size();
    if (row_bytes_ > limits_.item_bytes_max) {
        row_.fault = ItemOutput::tooLarge("bytes", limits_.item_bytes_max);
    } else if (column_ > limits_.members_max) {
        row_.fault = ItemOutput::tooLarge("columns", limits_.members_max);
    } else {
        if (row_.cells.size() <= column_) row_.cells.resize(column_ + 1);
        row_.cells[column_] = *std::move(value);
    }
}

}  // namespace yht::kit
