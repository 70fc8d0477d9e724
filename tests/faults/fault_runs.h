// Fault runs that the real gateway must survive and each mutant must not. A run gives what was broken, a line each.
// Uses: scenarios. Used by: disk_test, mutant_test.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/scenarios/federation.h"

namespace yht::scenarios {

using Broken = std::vector<std::string>;

/// The variables that put the failing disk (shim.c) under the gateway's ledger.
std::vector<std::string> failingDisk(std::vector<std::string> more);

/// Careful partners post; the power fails at each of these moments of a gateway's life ("write:120:before"), and it is
/// started again.
Broken powerFailures(Federation& federation, const std::vector<std::string>& moments);

/// Careful partners post; the power fails so many times, each time after a partner was told of a record that this life of
/// the gateway has written: a gateway that answers before the disk has it can't keep that promise.
Broken powerFailuresAfterAnswers(Federation& federation, int failures);

/// kill -9 while a batch is on its way to the province, again and again.
Broken killsWhileSending(Federation& federation, int kills);

/// A signed message comes a second time after the record has moved on: an old message must not become the newest state.
Broken oldMessageAgain(Federation& federation);

/// Runs are longer by hand: the environment's number, else `fallback`.
std::uint64_t setting(const char* name, std::uint64_t fallback);

}  // namespace yht::scenarios
