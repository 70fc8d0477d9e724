// Workbooks made part by part, so that a test shows the very XML it means. Whole ones by other people's code:
// make_workbook.py (openpyxl).
#pragma once

#include <gtest/gtest.h>
#include <zip.h>

#include <map>
#include <string>

namespace yht::kit {

/// The bytes of an archive with these entries.
inline std::string zipped(const std::map<std::string, std::string>& entries) {
    zip_error_t error;
    zip_source_t* source = zip_source_buffer_create(nullptr, 0, 0, &error);
    zip_source_keep(source);
    zip_t* archive = zip_open_from_source(source, ZIP_TRUNCATE, &error);
    for (const auto& [name, bytes] : entries) {
        zip_source_t* entry = zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
        EXPECT_GE(zip_file_add(archive, name.c_str(), entry, ZIP_FL_ENC_UTF_8), 0);
    }
    EXPECT_EQ(zip_close(archive), 0);
    zip_stat_t stat;
    zip_source_stat(source, &stat);
    std::string out(stat.size, '\0');
    zip_source_open(source);
    zip_source_read(source, out.data(), out.size());
    zip_source_close(source);
    zip_source_free(source);
    return out;
}

struct WorkbookParts {
    std::string rows;            // inside <sheetData>
    std::string strings;         // inside <sst>
    std::string number_formats;  // inside <numFmts>
    std::string cell_formats = "<xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='176'/>";
    std::string workbook_properties;
    std::string sheets = "<sheet name='工单' sheetId='1' r:id='r1'/>";

    std::map<std::string, std::string> entries() const {
        const std::string main =
            "xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'";
        const std::string types =
            "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        const auto relationships = [](const std::string& inside) {
            return "<Relationships "
                   "xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>" +
                   inside + "</Relationships>";
        };
        const auto relationship = [&](const char* id, const char* type, const char* target) {
            return std::string("<Relationship Id='") + id + "' Type='" + types + "/" + type +
                   "' Target='" + target + "'/>";
        };
        return {
            {"_rels/.rels", relationships(relationship("r1", "officeDocument", "xl/workbook.xml"))},
            {"xl/workbook.xml", "<workbook " + main + " xmlns:r='" + types + "'>" +
                                    workbook_properties + "<sheets>" + sheets +
                                    "</sheets></workbook>"},
            {"xl/_rels/workbook.xml.rels",
             relationships(
                 relationship("r1", "worksheet", "worksheets/sheet1.xml") +
                 relationship("r2", "worksheet", "/xl/worksheets/sheet2.xml") +
                 relationship("r3", "sharedStrings", "sharedStrings.xml") +
                 relationship("r4", "styles", "styles.xml")
             )},
            {"xl/worksheets/sheet1.xml",
             "<worksheet " + main + "><sheetData>" + rows + "</sheetData></worksheet>"},
            {"xl/worksheets/sheet2.xml",
             "<worksheet " + main +
                 "><sheetData><row r='1'><c r='A1' t='inlineStr'><is><t>b</t></is>"
                 "</c></row><row r='2'><c r='A2'><v>2</v></c></row></sheetData></worksheet>"},
            {"xl/sharedStrings.xml", "<sst " + main + ">" + strings + "</sst>"},
            {"xl/styles.xml",
             "<styleSheet " + main + "><numFmts>" + number_formats +
                 "</numFmts><cellStyleXfs><xf numFmtId='14'/></cellStyleXfs><cellXfs>" +
                 cell_formats + "</cellXfs></styleSheet>"},
        };
    }
    std::string bytes() const { return zipped(entries()); }
};

}  // namespace yht::kit
