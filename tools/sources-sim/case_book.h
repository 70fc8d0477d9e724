// What the sources have to tell: citizens' matters as they were published, without the citizens. Names and numbers are made
// up, of the form that real ones have. Uses: std. Used by: shapes.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace yht::sources_sim {

struct Case {
    const char* title;
    const char* content;
    const char* category;       // as 110 calls it
    const char* category_code;  // 110's
    const char* area;           // region of the incident
    const char* address;
    const char* caller;         // "" anonymous
    const char* opinion;        // what its unit did
};

/// In the order of the book; never empty.
std::span<const Case> caseBook();
/// The i-th of them, from the beginning again after the last.
const Case& caseOf(std::size_t i);

/// "2019-10-15 08:30:00" and so many seconds later (or earlier).
std::string nativeTime(std::int64_t after_s);
/// The same moment in seconds of Unix time.
std::int64_t unixTime(std::int64_t after_s);

}  // namespace yht::sources_sim
