// Fault runs that the real gateway must survive and each mutant must not. A run gives what was broken, a line each.
// Uses: scenarios. Used by: disk_test, mutant_test, rekey_test, the tests of labelled points.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/scenarios/federation.h"

namespace yht::scenarios {

using Broken = std::vector<std::string>;

/// The variables that put the failing disk (shim.c) under the gateway's ledger, or under `files`.
std::vector<std::string> failingDisk(std::vector<std::string> more, const std::string& files = "/ledger.db");

/// What of a gateway has labelled points: its files, who asks it, whom it tells.
struct Watched {
    std::string files;
    std::uint16_t door = 0, far = 0;
};

/// The points of a gateway's life between its start and the end of `life`, as shim.c labels them ("write:120"), in their order.
/// The partner that speaks in it outlives the gateway: the end of a connection would be an "ask" and an "answer" of its own.
std::vector<std::string> pointsOf(Federation& federation, const Watched& watched, const std::function<void(PartnerClient&)>& life);
/// As shim.c has written them to a file.
std::vector<std::string> tracedPoints(const std::string& path);
/// "write" of "write:12".
std::string labelOf(const std::string& point);
/// YHT_POINTS_ALL=1: before and after every one of them. Else the last of each label, which is beyond start and handshakes.
std::vector<std::string> momentsOf(const std::vector<std::string>& points);

/// What ends a gateway: kill -9, or a power failure, which takes back what no sync has confirmed: all of it, half of the newest
/// write (a torn page), or the oldest write alone (the disk took the later ones first).
enum class End { Kill, PowerFailure, TornWrite, LostWrite };

/// The variables that end a program at this moment of its life ("write:120:before").
std::vector<std::string> endingAt(End end, const std::string& moment);

/// The gateway ends at each of these moments, of a life of its own, and is started again; whoever speaks to it goes on meanwhile.
/// Requires: somebody speaks to it, so that every moment comes.
void endAtEach(Federation& federation, const Watched& watched, End end, const std::vector<std::string>& moments);

/// Careful partners post; the gateway ends at each of these moments of a life of its own, and is
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
