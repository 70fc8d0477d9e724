#include "adapters/kit/xlsx_parts.h"

#include <algorithm>
#include <charconv>

#include "adapters/kit/decode_output.h"

namespace yht::kit {
namespace {

constexpr std::size_t kFormatCodeBytesMax = 1'000;

std::uint32_t numberOf(std::string_view text, std::uint32_t otherwise) {
    std::uint32_t number = otherwise;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? number : otherwise;
}

/// Formats that have a number and no code, those of Chinese versions among them.
bool builtInDate(std::uint32_t id) {
    return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || id == 45 || id == 47 ||
           (id >= 50 && id <= 58);
}

/// What stands in brackets: a colour, a locale, a condition, or elapsed hours, minutes or seconds.
bool isElapsed(std::string_view bracket) {
    return !bracket.empty() && bracket.find_first_not_of("hHmMsS") == std::string_view::npos;
}

}  // namespace

bool showsDate(std::uint32_t format_id, std::string_view code) {
    if (code.empty()) return builtInDate(format_id);
    bool date = false;
    for (std::size_t at = 0; at < code.size() && code[at] != ';'; ++at) {
        switch (code[at]) {
            case '"':
                at = std::min(code.find('"', at + 1), code.size());
                break;
            case '\\':
            case '_':
            case '*':
                ++at;
                break;
            case '[': {
                const std::size_t end = std::min(code.find(']', at), code.size());
                if (isElapsed(code.substr(at + 1, end - at - 1))) return false;
                at = end;
                break;
            }
            case 'y':
            case 'Y':
            case 'm':
            case 'M':
            case 'd':
            case 'D':
            case 'h':
            case 'H':
            case 's':
            case 'S':
                date = true;
                break;
            default:
                break;
        }
    }
    return date;
}

bool XlsxPart::stop(const char* entries, std::size_t max) {
    status_ = ItemOutput::tooLarge(entries, max);
    return false;
}

bool XlsxRelationships::onStart(const xml::StartElement& element) {
    if (element.local_name != "Relationship") return true;
    if (element.attribute("TargetMode") == "External") return true;
    if (relationships_.size() == kMax) return stop("relationships", kMax);
    const std::string_view type = element.attribute("Type");
    relationships_.push_back(
        {std::string(element.attribute("Id")), std::string(type.substr(type.rfind('/') + 1)),
         std::string(element.attribute("Target"))}
    );
    return true;
}

const XlsxRelationships::Relationship* XlsxRelationships::byId(std::string_view id) const {
    for (const auto& each : relationships_) {
        if (each.id == id) return &each;
    }
    return nullptr;
}

const XlsxRelationships::Relationship* XlsxRelationships::byType(std::string_view type) const {
    for (const auto& each : relationships_) {
        if (each.type == type) return &each;
    }
    return nullptr;
}

bool XlsxWorkbook::onStart(const xml::StartElement& element) {
    if (element.local_name == "workbookPr") {
        const std::string_view value = element.attribute("date1904");
        uses_1904_ = value == "1" || value == "true";
    }
    if (element.local_name != "sheet") return true;
    if (sheets_.size() == kSheetsMax) return stop("sheets", kSheetsMax);
    Sheet sheet{
        std::string(element.attribute("name")), "",
        !element.attribute("state").empty() && element.attribute("state") != "visible"};
    for (const xml::Attribute& each : element.attributes) {
        // r:id; its namespace has two names, of the transitional and of the strict form.
        if (each.local_name == "id" && !each.namespace_uri.empty())
            sheet.relationship_id = std::string(each.value);
    }
    sheets_.push_back(std::move(sheet));
    return true;
}

bool XlsxStyles::onStart(const xml::StartElement& element) {
    ++depth_;
    if (element.local_name == "cellXfs") cell_formats_depth_ = depth_;
    if (element.local_name == "numFmt") {
        if (own_formats_.size() == kMax) return stop("number formats", kMax);
        const std::string_view code =
            element.attribute("formatCode").substr(0, kFormatCodeBytesMax);
        const std::uint32_t id = numberOf(element.attribute("numFmtId"), 0);
        own_formats_[id] = showsDate(id, code.empty() ? "General" : code);
    }
    if (element.local_name == "xf" && cell_formats_depth_ > 0) {
        if (dates_.size() == kMax) return stop("cell formats", kMax);
        const std::uint32_t id = numberOf(element.attribute("numFmtId"), 0);
        const auto own = own_formats_.find(id);
        dates_.push_back(own == own_formats_.end() ? showsDate(id, "") : own->second);
    }
    return true;
}

bool XlsxStyles::onEnd() {
    if (cell_formats_depth_ == depth_) cell_formats_depth_ = 0;
    --depth_;
    return true;
}

std::string xlsxPart(const std::string& from, const std::string& target) {
    std::string path =
        target.starts_with('/') ? target : from.substr(0, from.rfind('/') + 1) + target;
    std::vector<std::string> segments;
    for (std::size_t at = 0; at < path.size();) {
        const std::size_t end = std::min(path.find('/', at), path.size());
        const std::string segment = path.substr(at, end - at);
        at = end + 1;
        if (segment == ".." && !segments.empty()) segments.pop_back();
        if (!segment.empty() && segment != "." && segment != "..") segments.push_back(segment);
    }
    std::string out;
    for (const std::string& segment : segments) out += (out.empty() ? "" : "/") + segment;
    return out;
}

std::string xlsxRelationshipsOf(const std::string& part) {
    const std::size_t name = part.rfind('/') + 1;
    return part.substr(0, name) + "_rels/" + part.substr(name) + ".rels";
}

}  // namespace yht::kit
