// Posts many records over several connections at once; each is repeated until answered.
// Uses: speaker. Used by: main, tests.
#pragma once

#include <functional>
#include <optional>

#include "tools/speaker/submission.h"

namespace yht::partner_sim {

struct PostingOptions {
    std::size_t parallel = 1;  // connections, 1 to kParallelMax
    std::size_t batch = 1;     // records of one request, 1 to kBatchMax
    speaker::SubmissionOptions submission;
};
inline constexpr std::size_t kParallelMax = 64;
inline constexpr std::size_t kBatchMax = 500;

struct PostingTotals {
    std::uint64_t created = 0, duplicate = 0, refused = 0, unanswered = 0;
    std::uint64_t unverified = 0;  // taken, with a receipt that does not hold
    std::string trouble;           // of one that was not answered
};

/// Gives the next record, nullopt at the end. Called by one thread at a time.
using RecordSource = std::function<std::optional<std::string>()>;
/// Called for every answer, by one thread at a time.
using AckSink = std::function<void(const speaker::Acknowledgement&)>;

/// Blocks until all are answered, given up or `stop`ped.
PostingTotals postAll(
    std::shared_ptr<const speaker::Speaker> speaker, const RecordSource& next, const AckSink& sink,
    const PostingOptions& options, const base::Clock& clock, speaker::StopToken& stop
);

}  // namespace yht::partner_sim
