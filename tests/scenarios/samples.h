// Records as a test writes them: the fewest fields that are valid, and those that the test is about.
// Everything is made up and looks it: phones are 199 0000 xxxx.
// Uses: json. Used by: the scenarios.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace yht::scenarios {

using FieldMap = std::map<std::string, std::string>;

/// JSON of one record; values that begin with "[" or "{", "true" and "false" are written as they stand, all others as strings.
std::string recordJson(FieldMap fields);

/// A valid appeal that came to a departmental hotline; `more` adds or replaces, an empty value removes.
std::string appeal(const std::string& source, const std::string& ref, FieldMap more = {});
std::string assignment(const std::string& source, const std::string& ref, FieldMap more = {});
/// `type`: C10.
std::string process(const std::string& source, const std::string& ref, const std::string& type, FieldMap more = {});
std::string result(const std::string& source, const std::string& ref, FieldMap more = {});
std::string visit(const std::string& source, const std::string& ref, FieldMap more = {});
/// "[a,b,…]"
std::string arrayOf(const std::vector<std::string>& records);

}  // namespace yht::scenarios
