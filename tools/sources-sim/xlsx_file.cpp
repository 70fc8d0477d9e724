#include "tools/sources-sim/xlsx_file.h"

#include <zip.h>

#include <ctime>
#include <memory>
#include <stdexcept>

namespace yht::sources_sim {
namespace {

constexpr const char* kTypes =
    R"(<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">)"
    R"(<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>)"
    R"(<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" )"
    R"(ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override )"
    R"(PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>)";
constexpr const char* kRelations =
    R"(<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">)"
    R"(<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>)";
constexpr const char* kBook =
    R"(<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" )"
    R"(xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="工单" sheetId="1" r:id="rId1"/></sheets></workbook>)";
constexpr const char* kBookRelations =
    R"(<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">)"
    R"(<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>)";

std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '<') out += "&lt;";
        else if (c == '&') out += "&amp;";
        else out += c;
    }
    return out;
}

std::string columnName(std::size_t index) {
    constexpr std::size_t kLetters = 26;
    std::string name(1, static_cast<char>('A' + index % kLetters));
    return index < kLetters ? name : std::string(1, static_cast<char>('A' + index / kLetters - 1)) + name;
}

/// Days since 1899-12-30 of "2019-10-15 08:30:00".
std::string serialOf(const std::string& time) {
    constexpr double kDay = 86'400, kDaysBefore1970 = 25'569;
    std::tm parts{};
    ::strptime(time.c_str(), "%Y-%m-%d %H:%M:%S", &parts);
    char text[32];
    std::snprintf(text, sizeof text, "%.10f", static_cast<double>(::timegm(&parts)) / kDay + kDaysBefore1970);
    return text;
}

std::string cell(const std::string& place, const std::string& text) {
    if (text.empty()) return "";
    if (text.front() == '@') return "<c r=\"" + place + "\"><v>" + serialOf(text.substr(1)) + "</v></c>";
    return "<c r=\"" + place + "\" t=\"inlineStr\"><is><t xml:space=\"preserve\">" + escaped(text) + "</t></is></c>";
}

std::string sheetOf(const std::vector<Message>& rows) {
    std::string xml = R"(<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>)";
    std::size_t number = 0;
    const auto line = [&](const std::vector<Member>& members, std::string Member::* part) {
        const std::string row = std::to_string(++number);
        xml += "<row r=\"" + row + "\">";
        for (std::size_t i = 0; i < members.size(); ++i) xml += cell(columnName(i) + row, members[i].*part);
        xml += "</row>";
    };
    line({{"", "12348 热线工单导出"}}, &Member::text);
    line(rows.front().members, &Member::name);
    for (const Message& row : rows) line(row.members, &Member::text);
    return xml + "</sheetData></worksheet>";
}

}  // namespace

std::string xlsxOf(const std::vector<Message>& rows) {
    const std::string sheet = sheetOf(rows);
    zip_error_t error{};
    zip_source_t* bytes = zip_source_buffer_create(nullptr, 0, 0, &error);
    zip_t* archive = bytes == nullptr ? nullptr : zip_open_from_source(bytes, ZIP_TRUNCATE, &error);
    if (archive == nullptr) throw std::runtime_error("libzip can't begin a workbook");
    zip_source_keep(bytes);
    const std::unique_ptr<zip_source_t, void (*)(zip_source_t*)> kept(bytes, zip_source_free);
    const std::pair<const char*, std::string_view> parts[] = {
        {"[Content_Types].xml", kTypes}, {"_rels/.rels", kRelations}, {"xl/workbook.xml", kBook},
        {"xl/_rels/workbook.xml.rels", kBookRelations}, {"xl/worksheets/sheet1.xml", sheet}};
    for (const auto& [name, text] : parts) {
        zip_source_t* part = zip_source_buffer(archive, text.data(), text.size(), 0);
        const zip_int64_t index = zip_file_add(archive, name, part, ZIP_FL_ENC_UTF_8);
        // The same rows are the same bytes: no time of day in them.
        if (index < 0 || zip_file_set_mtime(archive, static_cast<zip_uint64_t>(index), 1'571'099'400, 0) != 0)
            throw std::runtime_error("libzip can't add a part");
    }
    if (zip_close(archive) != 0 || zip_source_open(bytes) != 0) throw std::runtime_error("libzip can't write a workbook");
    std::string out;
    char buffer[16'384];
    for (zip_int64_t got = 0; (got = zip_source_read(bytes, buffer, sizeof buffer)) > 0;) out.append(buffer, static_cast<std::size_t>(got));
    zip_source_close(bytes);
    return out;
}

}  // namespace yht::sources_sim
