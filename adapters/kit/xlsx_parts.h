// The small parts of a workbook: its relationships, its list of sheets, its styles. Each is a
// listener for the events of its part. Uses: gateway/xml. Used by: decode_xlsx.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/xml/stream_parser.h"

namespace yht::kit {

/// Of a number format: does it show a date or a time of day? Elapsed time ([h]:mm) is no date.
/// ECMA-376 18.8.30-31.
bool showsDate(std::uint32_t format_id, std::string_view format_code);

/// A part that is kept whole: text between its elements means nothing, and it has so many entries
/// at most.
class XlsxPart : public xml::Events {
public:
    bool onText(std::string_view) override { return true; }
    bool onEnd() override { return true; }
    /// Success, or ItemTooLarge: the bound that stopped it.
    const base::Status& status() const { return status_; }

protected:
    /// Always false, what onStart() returns then.
    bool stop(const char* entries, std::size_t max);

private:
    base::Status status_;
};

/// _rels/…rels
class XlsxRelationships final : public XlsxPart {
public:
    static constexpr std::size_t kMax = 10'000;
    bool onStart(const xml::StartElement& element) override;

    struct Relationship {
        std::string id, type, target;  // type: the last segment of its URI, "worksheet"
    };
    const Relationship* byId(std::string_view id) const;
    const Relationship* byType(std::string_view type) const;  // the first

private:
    std::vector<Relationship> relationships_;
};

/// workbook.xml
class XlsxWorkbook final : public XlsxPart {
public:
    static constexpr std::size_t kSheetsMax = 1'000;
    bool onStart(const xml::StartElement& element) override;

    struct Sheet {
        std::string name, relationship_id;
        bool hidden = false;
    };
    const std::vector<Sheet>& sheets() const { return sheets_; }
    bool uses1904() const { return uses_1904_; }

private:
    std::vector<Sheet> sheets_;
    bool uses_1904_ = false;
};

/// styles.xml: which of the cell formats show dates.
class XlsxStyles final : public XlsxPart {
public:
    static constexpr std::size_t kMax = 100'000;  // cell formats, and as many number formats
    bool onStart(const xml::StartElement& element) override;
    bool onEnd() override;

    bool isDate(std::size_t style) const { return style < dates_.size() && dates_[style]; }

private:
    std::unordered_map<std::uint32_t, bool> own_formats_;  // id → shows a date
    std::vector<bool> dates_;                              // by cell style
    std::size_t depth_ = 0, cell_formats_depth_ = 0;
};

/// The part that `target` names, seen from the part `from`: "../a.xml" from "xl/worksheets/b.xml"
/// is "xl/a.xml".
std::string xlsxPart(const std::string& from, const std::string& target);
/// Where the relationships of a part are.
std::string xlsxRelationshipsOf(const std::string& part);

}  // namespace yht::kit
