// The vocabulary as partners read it, printed from the tables: JSON Schema, reference page, code
// lists. Committed copies: schemas/ (a test holds them equal). Commands: yht schema json | docs |
// codes. Uses: base, json. Used by: app (yht schema), door (/v1/schema).
#pragma once

#include <string>
#include <string_view>

namespace yht::ticket {

/// JSON Schema 2020-12: one record; $defs has each kind and each code list.
/// It accepts at least what readRecord accepts of well-typed JSON: check characters, dates of codes
/// and the form of ticket numbers are judged by the gateway only.
std::string jsonSchema();

/// Markdown, Chinese first: kinds, fields with their permanent numbers, code lists with dates,
/// rules, findings, states.
std::string referencePage();
/// The same as JSON: kinds with a row for each field, code_lists, validation_errors, states, findings.
std::string referenceJson();

/// One code list, or all where `list` is "". "{}" and a line end where there is no such list.
std::string codesJson(std::string_view list);

}  // namespace yht::ticket
