// Formats and what decodes them: one table.
#include <string>

#include "adapters/kit/decode_json.h"
#include "adapters/kit/decode_rules.h"
#include "gateway/base/assert.h"

namespace yht::kit {
namespace {

using Made = base::Result<std::shared_ptr<const Decoder>>;

struct FormatRow {
    Format format;
    const char* name;
    Made (*make)(const DecodeRules& rules);  // nullptr: not in this build
};
constexpr FormatRow kFormats[] = {
    {Format::Json, "json", makeJsonDecoder},
    {Format::Xml, "xml", nullptr},
    {Format::Csv, "csv", nullptr},
    {Format::Tsv, "tsv", nullptr},
    {Format::FixedWidth, "fixed_width", nullptr},
    {Format::Xlsx, "xlsx", nullptr},
    {Format::Dbf, "dbf", nullptr},
    {Format::Form, "form", nullptr},
    {Format::Multipart, "multipart", nullptr},
    {Format::SoapString, "soap_string", nullptr},
};

const FormatRow& rowOf(Format format) {
    for (const auto& row : kFormats) {
        if (row.format == format) return row;
    }
    YHT_ASSERT(false);
}

}  // namespace

const char* formatName(Format format) {
    return rowOf(format).name;
}

Made makeDecoder(const DecodeRules& rules) {
    const FormatRow& row = rowOf(rules.format);
    if (row.make == nullptr) {
        return base::makeError(
            base::ErrorCode::ManifestInvalid,
            std::string("decode: format ") + row.name + " is not in this build"
        );
    }
    return row.make(rules);
}

}  // namespace yht::kit
