// What a sample is by its look (报文样貌), where the ending of a file's name does not say it: a form, a multipart body, a SOAP call
// with a text inside that is itself JSON or XML, lines of fixed width. And where its items stand. Guesses for a draft.
// Uses: decoder, json. Used by: draft.
#pragma once

#include <optional>
#include <string>

#include "adapters/kit/decode_rules.h"

namespace yht::kit {

/// The first list of objects of a JSON message, one or two names down; "" the message itself.
std::string jsonItemsPath(const std::string& sample);
/// The repeated element of an XML message, below its root; "" the root is the one item.
std::string xmlItemsPath(const DecodeRules& rules, const std::string& sample);

/// form, multipart, soap_string. nullopt: it looks like none of them.
std::optional<DecodeRules> wrappedByLook(const std::string& sample);

/// Sets format and columns where all lines have one length in bytes, and spaces part them at the same places. Returns how many lines
/// those are; 0: it is no such text. Columns that no space parts are one.
std::size_t guessFixedColumns(const std::string& sample, DecodeRules& rules);

}  // namespace yht::kit
