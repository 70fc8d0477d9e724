#include "tools/stage/workbook.h"

#include <unistd.h>
#include <zip.h>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <map>
#include <random>
#include <stdexcept>

#include "gateway/base/time_text.h"

namespace yht::stage {
namespace {

constexpr const char* kMain = "xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'";
constexpr const char* kTypes = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
constexpr const char* kRelationships = "xmlns='http://schemas.openxmlformats.org/package/2006/relationships'";
constexpr std::size_t kRepeatedMax = 10'000;  // texts that are one shared string however often they come

/// A part on its way to the archive. Gone with the object.
class Part {
public:
    explicit Part(const std::string& path) : path_(path), out_(path, std::ios::binary) {}
    ~Part() { ::unlink(path_.c_str()); }
    Part(const Part&) = delete;
    Part& operator=(const Part&) = delete;

    Part& operator<<(const std::string& text) {
        out_ << text;
        bytes_ += text.size();
        return *this;
    }
    std::size_t bytes() const { return bytes_; }
    std::string closed() {
        out_.close();
        if (!out_) throw std::runtime_error("can't write " + path_);
        return path_;
    }

private:
    const std::string path_;
    std::ofstream out_;
    std::size_t bytes_ = 0;
};

/// Excel's day and fraction.
std::string serialOf(const std::string& time) {
    constexpr double kDayMs = 86'400'000, kDaysTo1970 = 25'569;
    const auto civil = base::parseCivil(time, "%Y-%m-%d %H:%M:%S");
    const auto ms = civil ? base::fromCivil(*civil, 0) : std::nullopt;
    if (!ms) throw std::runtime_error("no time: " + time);
    char text[32];
    std::snprintf(text, sizeof text, "%.10f", kDaysTo1970 + static_cast<double>(*ms) / kDayMs);
    return text;
}

class SheetWriter {
public:
    explicit SheetWriter(const std::string& path) : sheet_(path + ".sheet"), strings_(path + ".strings") {
        sheet_ << std::string("<worksheet ") + kMain + "><sheetData>";
        strings_ << std::string("<sst ") + kMain + ">";
    }
    void row(const WorkbookRow& cells, bool names) {
        ++rows_;
        sheet_ << "<row r='" + std::to_string(rows_) + "'>";
        for (const auto& cell : cells) {
            if (!names && cell.text.empty()) sheet_ << "<c/>";
            else if (!names && cell.is_time && rows_ % 2 == 0) sheet_ << "<c s='1'><v>" + serialOf(cell.text) + "</v></c>";
            else sheet_ << "<c t='s'><v>" + std::to_string(numberOf(names ? cell.name : cell.text)) + "</v></c>";
        }
        sheet_ << "</row>";
    }
    WorkbookSize size() const { return {rows_, sheet_.bytes() + strings_.bytes(), strings_.bytes()}; }
    std::pair<std::string, std::string> closed() {
        sheet_ << "</sheetData></worksheet>";
        strings_ << "</sst>";
        return {sheet_.closed(), strings_.closed()};
    }

private:
    std::size_t numberOf(const std::string& text) {
        if (const auto known = repeated_.find(text); known != repeated_.end()) return known->second;
        strings_ << "<si><t>" + text + "</t></si>";
        if (repeated_.size() < kRepeatedMax) repeated_.emplace(text, count_);
        return count_++;
    }

    Part sheet_, strings_;
    std::map<std::string, std::size_t> repeated_;
    std::size_t rows_ = 0, count_ = 0;
};

std::string related(const std::vector<std::pair<const char*, const char*>>& targets) {
    std::string text = std::string("<Relationships ") + kRelationships + ">";
    for (const auto& [type, target] : targets) {
        text += std::string("<Relationship Id='") + type + "' Type='" + kTypes + "/" + type + "' Target='" + target + "'/>";
    }
    return text + "</Relationships>";
}

void pack(const std::string& path, const std::string& sheet, const std::string& strings) {
    const std::string styles = std::string("<styleSheet ") + kMain + "><cellXfs><xf numFmtId='0'/><xf numFmtId='22'/></cellXfs></styleSheet>";
    const std::string workbook = std::string("<workbook ") + kMain + " xmlns:r='" + kTypes +
                                 "'><sheets><sheet name='a' sheetId='1' r:id='worksheet'/></sheets></workbook>";
    const std::map<std::string, std::string> small = {
        {"_rels/.rels", related({{"officeDocument", "xl/workbook.xml"}})},
        {"xl/workbook.xml", workbook},
        {"xl/styles.xml", styles},
        {"xl/_rels/workbook.xml.rels",
         related({{"worksheet", "worksheets/sheet1.xml"}, {"sharedStrings", "sharedStrings.xml"}, {"styles", "styles.xml"}})}};
    int code = 0;
    zip_t* archive = ::zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
    if (archive == nullptr) throw std::runtime_error("zip_open");
    for (const auto& [name, text] : small) ::zip_file_add(archive, name.c_str(), ::zip_source_buffer(archive, text.data(), text.size(), 0), 0);
    ::zip_file_add(archive, "xl/worksheets/sheet1.xml", ::zip_source_file(archive, sheet.c_str(), 0, -1), 0);
    ::zip_file_add(archive, "xl/sharedStrings.xml", ::zip_source_file(archive, strings.c_str(), 0, -1), 0);
    if (::zip_close(archive) != 0) throw std::runtime_error("zip_close");
}

}  // namespace

WorkbookSize writeWorkbook(const std::string& path, std::size_t xml_bytes, const std::function<WorkbookRow(std::size_t)>& rowOf) {
    SheetWriter writer(path);
    writer.row(rowOf(0), true);
    for (std::size_t number = 0; writer.size().xml_bytes < xml_bytes; ++number) writer.row(rowOf(number), false);
    const auto size = writer.size();
    const auto [sheet, strings] = writer.closed();
    pack(path, sheet, strings);
    return size;
}

std::string chineseText(std::size_t number, std::size_t characters) {
    constexpr std::uint32_t kFirst = 0x4E00, kCommon = 3'000;
    std::minstd_rand next(static_cast<std::uint_fast32_t>(number + 1));
    std::string text;
    for (std::size_t i = 0; i < characters; ++i) {
        const std::uint32_t code = kFirst + static_cast<std::uint32_t>(next()) / 7 % kCommon;
        text += {static_cast<char>(0xE0 | (code >> 12)), static_cast<char>(0x80 | ((code >> 6) & 0x3F)), static_cast<char>(0x80 | (code & 0x3F))};
    }
    return text;
}

}  // namespace yht::stage
