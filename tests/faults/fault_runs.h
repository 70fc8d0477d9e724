// Fault runs that the real gateway must survive and each mutant must not. A run gives what was broken, a line each.
// Uses: scenarios. Used by: disk_test, mutant_test, points_test, rekey_test.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/scenarios/federation.h"

namespace yht::scenarios {

using Broken = std::vector<std::string>;

/// The variables that put the failing disk (shim.c) under the gateway's ledger.
std::vector<std::string> failingDisk(std::vector<std::string> more);

/// The points of a gateway's life between its start and the last thing that one record leads to, as shim.c labels them
/// ("write:120"), in their order. Taken from a federation of their own.
std::vector<std::string> pointsOfALife();

/// What ends a gateway: kill -9, or a power failure, which takes back what no sync has confirmed: all of it, half of the newest
/// write (a torn page), or the oldest write alone (the disk took the later ones first).
enum class End { Kill, PowerFailure, TornWrite, LostWrite };

/// Careful partners post; the gateway ends at each of these moments of a life of its own ("write:120:before"), and is
/// started again. Requires: a province that runs.
Broken endsAt(Federation& federation, End end, const std::vector<std::string>& moments);

/// Careful partners post; the power fails so many times, each time after a partner was told of a record that this life of
/// the gateway has written: a gateway that answers before the disk has it can't keep that promise.
Broken powerFailuresAfterAnswers(Federation& federation, int failures);

/// kill -9 while writes stand still, so many times at most; a partner has posted and has so long to be answered, and repeats what
/// was not. Whoever answers before a commit is written loses what it has promised: that ends the run.
Broken killsBeforeCommit(Federation& federation, int kills, std::int64_t patience_ms);

/// kill -9 while a batch is on its way to the province, again and again.
Broken killsWhileSending(Federation& federation, int kills);

/// A signed message comes a second time after the record has moved on: an old message must not become the newest state.
Broken oldMessageAgain(Federation& federation);

/// Runs are longer by hand: the environment's number, else `fallback`.
std::uint64_t setting(const char* name, std::uint64_t fallback);

}  // namespace yht::scenarios
