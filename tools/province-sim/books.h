// What a record meets in a province's books, whatever language it came in: taken before, older than what is held, without
// what it stands on. Which kinds those are is the language's. Uses: store. Used by: judge, exchange-sim.
#pragma once

#include <string>

#include "tools/province-sim/store.h"

namespace yht::province_sim {

/// A serial number is never used for two entries: what it says now is not looked at. Counts it, and what should never happen.
bool wasTaken(const RecordKey& key, Store& store);
/// A newer version of the same identity is held.
bool isOlder(const RecordKey& key, Store& store);
/// "" where everything it stands on is here; else what is not.
std::string missing(const RecordKey& key, Store& store);

/// Whole numbers of up to 20 digits, kept as text. Requires: digits only.
std::string withoutLeadingZeros(const std::string& digits);
bool numberLess(const std::string& a, const std::string& b);
bool isNumber(const std::string& text, std::size_t digits_max);

}  // namespace yht::province_sim
