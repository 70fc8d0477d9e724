// Formats and what decodes them: one table.
#include <string>

#include "adapters/kit/decode_csv.h"
#include "adapters/kit/decode_dbf.h"
#include "adapters/kit/decode_fixed_width.h"
#include "adapters/kit/decode_form.h"
#include "adapters/kit/decode_json.h"
#include "adapters/kit/decode_multipart.h"
#include "adapters/kit/decode_soap_string.h"
#include "adapters/kit/decode_xlsx.h"
#include "adapters/kit/decode_xml.h"
#include "adapters/kit/decode_rules.h"
#include "gateway/base/assert.h"

namespace yht::kit {
namespace {

using Made = base::Result<std::shared_ptr<const Decoder>>;

struct FormatRow {
    Format format;
    const char* name;
    Made (*make)(const DecodeRules& rules);
};
constexpr FormatRow kFormats[] = {
    {Format::Json, "json", makeJsonDecoder},
    {Format::Xml, "xml", makeXmlDecoder},
    {Format::Csv, "csv", makeCsvDecoder},
    {Format::Tsv, "tsv", makeCsvDecoder},
    {Format::FixedWidth, "fixed_width", makeFixedWidthDecoder},
    {Format::Xlsx, "xlsx", makeXlsxDecoder},
    {Format::Dbf, "dbf", makeDbfDecoder},
    {Format::Form, "form", makeFormDecoder},
    {Format::Multipart, "multipart", makeMultipartDecoder},
    {Format::SoapString, "soap_string", makeSoapStringDecoder},
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
    return rowOf(rules.format).make(rules);
}

}  // namespace yht::kit
