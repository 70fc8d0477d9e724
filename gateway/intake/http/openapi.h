// The OpenAPI 3.1 file as partners get it: what is written by hand (schemas/openapi.yaml, inside the
// binary), and below its last line the records, codes and error codes, printed from the tables.
// Uses: ticket, base. Used by: handlers, app (yht schema openapi, yht schema spec).
#pragma once

#include <string>
#include <string_view>

namespace yht::http {

/// Ends the part written by hand.
inline constexpr std::string_view kOpenApiPrintedMark = "    # ---- printed from the tables";

/// The whole file. The committed copy is held equal to it by a test.
const std::string& openApiText();

}  // namespace yht::http
