#include "tools/bench/backlog.h"

#include <poll.h>

#include <algorithm>

#include "gateway/app/deployment.h"
#include "gateway/delivery/outcome.h"
#include "tools/bench/figures.h"

namespace yht::bench {

namespace {

constexpr std::size_t kPageEntries = 4096;
constexpr int kLookMillis = 500;

template <class T>
T require(base::Result<T> result) {
    if (!result) throw Invalid(base::describe(result.error()));
    return std::move(*result);
}

}  // namespace

DeliveryReader::DeliveryReader(const std::string& deployment) {
    const auto config = require(app::Config::load(deployment));
    auto options = require(app::storeOptions(config, clock_, random_, true));
    store_ = require(ledger::SqliteStore::open(std::move(options)));
}

std::unique_ptr<ledger::Snapshot> DeliveryReader::snapshot() {
    return require(store_->snapshot());
}

ledger::Seq DeliveryReader::lastSeq() {
    return snapshot()->lastSeq();
}

Backlog DeliveryReader::backlog(const std::string& destination, ledger::Seq upto) {
    const auto view = snapshot();
    Backlog found;
    // The router's cursor: it moves in the commit that brings the rows.
    found.routed = view->cursor("route:" + destination) >= upto;
    const auto now_ms = clock_.nowMillis();
    for (const auto& count : view->deliveryCounts()) {
        if (count.destination != destination) continue;
        const bool stopped = count.state == ledger::DeliveryState::Held ||
                             count.state == ledger::DeliveryState::Dead;
        (stopped ? found.stopped : found.moving) += count.count;
        if (!stopped)
            found.oldest_ms =
                std::max(found.oldest_ms, static_cast<double>(now_ms - count.oldest_committed_ms));
    }
    return found;
}

void DeliveryReader::eachOutcome(
    const std::string& destination, ledger::Seq after,
    const std::function<void(const Delivered&)>& take
) {
    for (;;) {
        const auto view = snapshot();
        const auto headers = view->scan(after, kPageEntries);
        if (headers.empty()) return;
        after = headers.back().seq;
        for (const auto& header : headers) {
            // A batch's exchange is an entry of the destination's, too, but no record's.
            if (header.type != ledger::EntryType::Outcome || header.source != destination) continue;
            const auto entry = require(view->entry(header.seq));
            const auto outcome = delivery::decodeOutcome(entry.payload);
            if (!outcome) continue;
            take(
                {.record_seq = outcome->record_seq,
                 .accepted = outcome->verdict == delivery::Verdict::Accepted,
                 .sent_ms = outcome->times.sent_ms,
                 .in_ledger_ms = header.committed_ms}
            );
        }
    }
}

BacklogWatch::BacklogWatch(std::string deployment, std::vector<std::string> destinations)
    : deployment_(std::move(deployment)),
      destinations_(std::move(destinations)),
      thread_([this](const std::stop_token& stop) { look(stop); }) {}

void BacklogWatch::look(const std::stop_token& stop) {
    try {
        DeliveryReader reader(deployment_);
        while (!stop.stop_requested()) {
            for (const auto& destination : destinations_) {
                const Backlog now = reader.backlog(destination, 0);
                worst_.moving = std::max(worst_.moving, now.moving);
                worst_.stopped = std::max(worst_.stopped, now.stopped);
                worst_.oldest_ms = std::max(worst_.oldest_ms, now.oldest_ms);
            }
            ::poll(nullptr, 0, kLookMillis);
        }
    } catch (const std::exception& fault) {
        trouble_ = fault.what();
    }
}

Backlog BacklogWatch::stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
    if (!trouble_.empty()) throw Invalid("the backlog could not be read: " + trouble_);
    if (worst_.stopped > 0)
        throw Invalid(std::to_string(worst_.stopped) + " deliveries were held or dead");
    return worst_;
}

}  // namespace yht::bench
