// RapidJSON set up for hostile input: bounded depth and count, strict UTF-8, no duplicate names, exact numbers.
// The one place where JSON text becomes values; writers use rapidjson::Writer or the canonical form below.
// Uses: base. Used by: ticket, trust, intake, kit, delivery, tools.
#pragma once

#define RAPIDJSON_HAS_STDSTRING 1
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <string>
#include <string_view>

#include "gateway/base/bytes.h"
#include "gateway/base/result.h"

namespace yht::json {

struct Limits {
    std::size_t depth_max = 16;        // nesting of arrays and objects
    std::size_t values_max = 200'000;  // values of any type in the whole text
    std::size_t members_max = 512;     // members of one object
};

/// Parses UTF-8 JSON (RFC 8259, I-JSON RFC 7493 for names and encoding).
/// Numbers become strings holding their text as written, so that 18 digits stay exact.
/// Errors: JsonMalformed; the public text says at which byte, never what stood there.
base::Result<rapidjson::Document> parse(std::string_view text, const Limits& limits = {});

/// The member's string (a number's text, too), or nullptr where absent or of another type.
const rapidjson::Value* findMember(const rapidjson::Value& object, std::string_view name);
std::string textMember(const rapidjson::Value& object, std::string_view name);

std::string write(const rapidjson::Value& value);

/// Appends `text` as an RFC 8785 (JCS) string. Requires: well-formed UTF-8.
void appendCanonicalString(std::string& out, std::string_view text);
/// Appends "name":"text" to an object that is being written into `out`, with the comma before it where it is not the first. RFC 8785
/// where names are given in their order. Requires: `out` not empty.
void appendMember(std::string& out, std::string_view name, std::string_view text);

/// RFC 8785 order of names: by UTF-16 code units. Requires: well-formed UTF-8.
bool lessUtf16(std::string_view a, std::string_view b);

/// RFC 8785 of a value whose numbers are strings (as parse() makes them). Object names are ordered by
/// UTF-16 code units as the RFC asks.
std::string canonical(const rapidjson::Value& value);

/// RFC 6901 pointer token: "~" and "/" escaped.
std::string pointerToken(std::string_view name);

}  // namespace yht::json
