// Sample files are the tests of a source: sources/<id>/tests/<case>/ holds
//   input.*         the message as it came, any format; a case has exactly one
//   expected.json   what becomes of it: every item with its records, the rule that ignores it, or
//   its error codes expected.err    instead, where nothing may be accepted: the error codes alone,
//   one a line case.json       optional: {"now", "content_type", "file_name", "origin", "patches":
//   [{"index","path","text"}],
//                   "reviewed": {"by", "on", "input"}}: input is of the input that was looked at
// A message takes the product's own path: decoder, mapping, functions, and the ticket's validation
// as admission does it. The clock stands still at `now`; no network, no ledger, no environment.
// Uses: adapter, ticket. Used by: app (yht adapters test), tests.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/kit/inbound/adapter.h"

namespace yht::kit {

inline constexpr std::size_t kSampleBytesMax = 16U << 20;

struct SampleCase {
    std::string name, directory, input_path;
    std::string expected_json, expected_err;  // text of the file; "" none
    MessageContext context;
    std::vector<ItemPatch> patches;
    std::string reviewed_by;     // "" nobody looked at the expectation, of this input, yet
    std::string reviewed_input;  // first digits of its SHA-256; "" in reviews of old
};

/// What became of one message.
struct SampleOutcome {
    std::string json;    // as expected.json, one object, members in a fixed order
    std::string errors;  // as expected.err
    std::size_t records = 0, failed = 0, ignored = 0;
    AdaptedCounts counts;
    std::vector<Observation> observations;
};

struct SampleResult {
    std::string name;
    bool passed = false, reviewed = false;
    std::vector<std::string> differences;  // by path: "/items/0/records/0/title: expected …, is …"
};

/// The cases of a source by name; empty where it has none. Errors: ManifestInvalid for a case that
/// can't be read.
base::Result<std::vector<SampleCase>> findSamples(
    const std::string& sources_directory, const std::string& id
);

SampleOutcome adaptSample(
    const Adapter& adapter, std::string_view message, const MessageContext& context,
    const std::vector<ItemPatch>& patches = {}
);

SampleResult runSample(const Adapter& adapter, const SampleCase& sample);

/// Its expectation has records, and what it makes now has none: a mapping that broke, more likely than one that was mended.
bool losesItsRecords(const Adapter& adapter, const SampleCase& sample);
/// Writes what the case makes now as its expectation, and takes its review away. Errors:
/// ManifestInvalid (disk).
base::Status acceptSample(const Adapter& adapter, const SampleCase& sample);
/// Somebody has looked at the expectation. Errors: ManifestInvalid where it has none.
base::Status reviewSample(const SampleCase& sample, const std::string& by, const std::string& on);

/// Differences of two JSON texts by path; members in any order, lists in theirs.
std::vector<std::string> differences(std::string_view expected, std::string_view actual);

}  // namespace yht::kit
