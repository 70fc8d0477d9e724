#include "tools/partner-sim/posting.h"

#include <algorithm>
#include <thread>

namespace yht::partner_sim {

namespace {

/// What the threads share.
class Work {
public:
    Work(const RecordSource& next, const AckSink& sink, bool check)
        : next_(next), sink_(sink), check_(check) {}

    std::vector<std::string> take(std::size_t count) {
        const std::scoped_lock lock(mutex_);
        std::vector<std::string> records;
        while (records.size() < count && !ended_) {
            if (auto record = next_())
                records.push_back(std::move(*record));
            else
                ended_ = true;
        }
        return records;
    }

    void note(const speaker::SubmissionResult& result, std::size_t records) {
        const std::scoped_lock lock(mutex_);
        if (!result.answered) {
            totals_.unanswered += records;
            totals_.trouble = result.detail;
        }
        for (const auto& ack : result.acknowledgements) {
            (ack.status == 201   ? totals_.created
             : ack.status == 200 ? totals_.duplicate
                                 : totals_.refused)++;
            if (check_ && ack.taken() && !ack.verified) ++totals_.unverified;
            sink_(ack);
        }
    }

    PostingTotals totals() const { return totals_; }

    void fault(const std::string& what) {
        const std::scoped_lock lock(mutex_);
        ++totals_.unanswered;
        totals_.trouble = what;
        ended_ = true;
    }

private:
    const RecordSource& next_;
    const AckSink& sink_;
    const bool check_;
    std::mutex mutex_;
    bool ended_ = false;
    PostingTotals totals_;
};

}  // namespace

PostingTotals postAll(
    std::shared_ptr<const speaker::Speaker> speaker, const RecordSource& next, const AckSink& sink,
    const PostingOptions& options, const base::Clock& clock, speaker::StopToken& stop
) {
    Work work(next, sink, options.submission.log_key != nullptr);
    const auto postOnOneConnection = [&] {
        try {
            speaker::GatewayClient client(speaker);
            for (auto records = work.take(options.batch); !records.empty() && !stop.stopped();
                 records = work.take(options.batch))
                work.note(
                    speaker::submit(client, records, options.submission, clock, stop),
                    records.size()
                );
        } catch (const std::exception& fault) {
            work.fault(fault.what());  // the log could not be written: nothing more is posted
        }
    };
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < std::clamp<std::size_t>(options.parallel, 1, kParallelMax); ++i)
            threads.emplace_back(postOnOneConnection);
    }
    return work.totals();
}

}  // namespace yht::partner_sim
