// Normalized records as XML: <appeal><source>…</source>…</appeal>, one element a field, under the catalogue's names. A
// list is its element repeated; an extension block is <ext><entry name="…">text</entry></ext>. The order of elements is
// that of the schema for who writes them, and of no meaning to who reads them.
// A record read from XML becomes the JSON value that REST would have been given, so that one validation judges both.
// Uses: ticket, xml, json. Used by: request_reader, answer_text.
#pragma once

#include <string>
#include <string_view>

#include "gateway/json/json.h"
#include "gateway/ticket/catalogue.h"
#include "gateway/xml/document.h"

namespace yht::soap {

/// The object that readRecord() takes. Unknown elements become unknown members, a repeated scalar becomes a list where
/// none may be: both are then refused there, with place and nearest name. White space around values that are no text
/// is dropped, as xs:token has it; xs:boolean's 1 and 0 are true and false; xsi:nil is "not there".
/// Errors: SoapArgument (not one element of a kind; attributes or elements where there can't be any).
base::Result<rapidjson::Value> recordFromXml(
    const xml::Element& record, rapidjson::Document::AllocatorType& allocator
);

/// Appends the record in its canonical order. Requires: `record` is the JSON of a record of `kind`.
void appendRecordXml(std::string& out, ticket::Kind kind, const rapidjson::Value& record);

}  // namespace yht::soap
