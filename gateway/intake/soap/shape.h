// The shapes of SOAP operations (操作结构): what stands in a request and in its answer, as tables. The WSDL's schema is
// printed from them, requests are read by them, and answers are made from the very JSON that the REST route gives, by
// them: one answer, two spellings.
// Uses: std. Used by: operations, schema_text, request_reader, answer_text.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace yht::soap {

enum class Content : std::uint8_t {
    Text,      // xs:string
    Token,     // xs:token: a code, a number of ours, a name
    Number,    // xs:unsignedLong
    Flag,      // xs:boolean
    Time,      // xs:dateTime
    Bytes,     // xs:base64Binary
    Json,      // xs:string holding JSON as it is signed: a receipt
    Named,     // <entry name="…">text</entry>…: a JSON object of texts
    Object,    // members
    Record,    // one of the ten kinds (record_xml.h)
};

struct Shape {
    const char* name;  // of the element, and of the member in the JSON of REST
    Content content;
    bool required;
    bool many;         // a repeated element; an array in JSON
    const char* note;  // one sentence in the schema, Chinese and English
    std::span<const Shape> members = {};
};

}  // namespace yht::soap
