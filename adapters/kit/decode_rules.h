// How a source's messages are decoded: the `decode` section of a manifest as a value. Reading the
// section is the manifest's business (manifest_decode.cpp); what a format needs and refuses is its
// decoder's. makeDecoder() chooses by a table in decode.cpp: a new format is a row there and a file
// decode_<format>.cpp. Uses: base, decoder. Used by: manifest, decode*.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "adapters/kit/decoder.h"

namespace yht::kit {

enum class Format : std::uint8_t {
    Json,        // json
    Xml,         // xml
    Csv,         // csv
    Tsv,         // tsv
    FixedWidth,  // fixed_width
    Xlsx,        // xlsx
    Dbf,         // dbf
    Form,        // form: application/x-www-form-urlencoded
    Multipart,   // multipart: multipart/form-data
    SoapString,  // soap_string: a text inside a SOAP body that is itself JSON, XML …
};

/// "fixed_width", as a manifest writes it.
const char* formatName(Format format);

/// One column of a fixed-width line. Widths count bytes of the declared charset, as such files do.
struct FixedColumn {
    std::string name;
    std::size_t offset_bytes = 0, width_bytes = 0;
    bool operator==(const FixedColumn&) const = default;
};

/// The line after a table's last item, total_row.h.
struct TotalRowRules {
    std::string begins;              // of its first cell; "" there is no such line
    std::uint32_t count_column = 0;  // 1-based, which says how many items there are; 0 none does
    bool operator==(const TotalRowRules&) const = default;
};

/// What tables have in common: csv, tsv, xlsx; `columns` for fixed_width.
struct TableRules {
    std::uint32_t header_row =
        1;  // 1-based line or sheet row of the column names; 0: none, see `names`
    std::uint32_t first_row = 0;     // 1-based first row of data; 0: the one after the header
    std::vector<std::string> names;  // of the columns where the file has no header
    // name → other headings that mean the same column; a heading is compared without white space at
    // its ends
    std::vector<std::pair<std::string, std::vector<std::string>>> aliases;
    std::vector<std::string>
        required;  // columns without which the message as a whole can't be read
    std::string skip_rows_where_empty;  // a total line at the end: rows where this column is empty
                                        // are no items
    TotalRowRules total_row;
    // csv, tsv
    char delimiter = ',';  // tsv: tab
    char quote = '"';      // '\0': quotes are plain characters
    bool trim = false;     // white space at the ends of cells that are not quoted
    bool short_rows =
        false;  // a row with fewer cells than the header: the rest is Null; else that item fails
    // xlsx
    std::string sheet;  // name; "" the first
    // fixed_width
    std::vector<FixedColumn> columns;
    std::size_t line_bytes =
        0;  // 0: lines end with LF or CR LF; else records of that length without line ends
    bool operator==(const TableRules&) const = default;
};

/// xml: prefixes of the paths; a path without prefix means the name in any namespace.
struct XmlRules {
    std::vector<std::pair<std::string, std::string>> namespaces;  // prefix → URI
    /// Where the message says how many items it holds, from its root on: "@SL", "Head/Count", "Head/@n"; "" nowhere. Fewer or
    /// more than it says: the message ends as one that was cut off. Needs `items` as a path of names.
    std::string items_expected;
    std::string cells;  // "cell/@name": children that are members by another name, xml_cells.h; "" none
    bool attributes =
        true;  // as members "@name"; text beside children or attributes is the member "#text"
    bool operator==(const XmlRules&) const = default;
};

/// soap_string and multipart: where the inner text stands, and how it is read.
struct InnerRules {
    std::string operation;  // local name of the Body's child; "" any
    std::string element;    // soap_string: local name of the element whose text it is; multipart:
                            // name of the part
    std::vector<std::string> beside;  // soap_string: local names of elements beside it in the call;
                                      // their texts are the items' members "@name"
    bool operator==(const InnerRules&) const = default;
};

struct DecodeRules {
    Format format = Format::Json;
    // As iconv knows it. json: UTF-8 unless said. xml: "" the document's own declaration; else it
    // wins over it. dbf: "" what its language byte says. multipart: of its text parts.
    std::string charset = "UTF-8";
    // json, xml: where the items are, in the path language of path.h without `*`: "data/rows". A
    // list: each entry is an item; an object: it is one item; absent: no item, the message fails.
    // "": the message itself. xml: the path of the repeated element from the root's children on:
    // "Body/Row".
    std::string items;
    bool items_required = true;  // false: an absent or null `items` is a message without items
    bool lines = false;          // json: one value a line (NDJSON); each line is an item
    std::vector<std::string>
        array_paths;  // inside an item: always a List, also where the source wrote one or none
    TableRules table;
    XmlRules xml;
    InnerRules inner;
    std::shared_ptr<const DecodeRules>
        inner_rules;  // soap_string; multipart where a part is to be decoded further
    DecodeLimits limits;
};

/// Errors: ManifestInvalid where the rules don't fit the format or the build does not have the
/// format; `detail` says which key of `decode`, one mistake a line.
base::Result<std::shared_ptr<const Decoder>> makeDecoder(const DecodeRules& rules);

}  // namespace yht::kit
