#include "gateway/app/delivery_metrics.h"

#include <algorithm>
#include <chrono>

namespace yht::app {
namespace {

using ledger::DeliveryState;
using prometheus::BuildCounter;
using prometheus::BuildGauge;

constexpr DeliveryState kStates[] = {DeliveryState::Ready, DeliveryState::InFlight, DeliveryState::Held,
                                     DeliveryState::Unknown, DeliveryState::Dead};
constexpr double kMillisPerSecond = 1000;

/// Counts up to a total that its owner keeps.
void raise(prometheus::Family<prometheus::Counter>& family, const prometheus::Labels& labels, std::uint64_t total) {
    auto& counter = family.Add(labels);
    counter.Increment(std::max(0.0, static_cast<double>(total) - counter.Value()));
}

double seconds(std::int64_t ms) { return static_cast<double>(ms) / kMillisPerSecond; }

/// The cursor that the ledger keeps is saved with rows only; where the router has come to is known to itself alone.
void showRouting(prometheus::Registry& registry, delivery::Deliveries& deliveries) {
    auto& routed = BuildGauge()
                       .Name("yht_delivery_routed_seq")
                       .Help("Entries up to this one have been decided on for the destination: whatever goes to it is queued.")
                       .Register(registry);
    deliveries.whenRouted([&routed](const std::string& id, ledger::Seq upto) {
        routed.Add({{"destination", id}}).Set(static_cast<double>(upto));
    });
}

}  // namespace

DeliveryMetrics::DeliveryMetrics(
    prometheus::Registry& registry, delivery::Deliveries& deliveries, ledger::Store& store, const base::Clock& clock
)
    : deliveries_(deliveries),
      store_(store),
      clock_(clock),
      records_(BuildCounter()
                   .Name("yht_delivery_records_total")
                   .Help("Records that a destination has answered, or that ended unsent, by verdict.")
                   .Register(registry)),
      batches_(BuildCounter()
                   .Name("yht_delivery_batches_total")
                   .Help("Batches by what came of them: answered, lost, not_sent, busy.")
                   .Register(registry)),
      mapping_(BuildCounter()
                   .Name("yht_delivery_mapping_total")
                   .Help("How often mapping had to make do: fallback (a code without a row), substitution (a character "
                         "that the far side can't write), cut (a text at its length).")
                   .Register(registry)),
      breaker_open_(BuildGauge()
                        .Name("yht_delivery_breaker_open")
                        .Help("1 where nothing but probes goes to the destination.")
                        .Register(registry)),
      in_maintenance_(BuildGauge()
                          .Name("yht_delivery_in_maintenance")
                          .Help("1 in an announced maintenance window, in which nothing is tried.")
                          .Register(registry)),
      last_success_(BuildGauge()
                        .Name("yht_delivery_last_success_timestamp_seconds")
                        .Help("When a batch was last answered; 0: not since the start.")
                        .Register(registry)),
      rows_(BuildGauge()
                .Name("yht_delivery_unfinished_records")
                .Help("Records routed to the destination and not finished, by state.")
                .Register(registry)),
      oldest_(BuildGauge()
                  .Name("yht_delivery_oldest_age_seconds")
                  .Help("Age of the oldest record that should be on its way; 0: there is none.")
                  .Register(registry)),
      thread_([this](const std::stop_token& stop) {
          while (!stop.stop_requested()) {
              read();
              std::unique_lock lock(wait_mutex_);
              stopped_.wait_for(lock, stop, std::chrono::milliseconds(kDeliveryMetricsMillis), [] { return false; });
          }
      }) {
    showRouting(registry, deliveries);
}

DeliveryMetrics::~DeliveryMetrics() = default;

void DeliveryMetrics::read() {
    const std::lock_guard lock(mutex_);
    for (const auto& id : deliveries_.ids()) {
        readCourier(id, deliveries_.find(id)->counters());
        readMapping(id, deliveries_.findDestination(id)->mappingCounts());
    }
    auto snapshot = store_.snapshot();
    if (snapshot.ok()) readRows(**snapshot);
}

void DeliveryMetrics::readCourier(const std::string& id, const delivery::CourierCounters& counters) {
    const std::pair<const char*, std::uint64_t> verdicts[] = {
        {"accepted", counters.accepted}, {"duplicate", counters.duplicate},   {"refused", counters.refused},
        {"later", counters.later},       {"unmappable", counters.unmappable}, {"stale", counters.stale},
        {"withheld", counters.withheld}};
    for (const auto& [verdict, total] : verdicts) raise(records_, {{"destination", id}, {"verdict", verdict}}, total);
    const std::pair<const char*, std::uint64_t> results[] = {
        {"answered", counters.batches - std::min(counters.batches, counters.lost + counters.not_sent + counters.busy)},
        {"lost", counters.lost},
        {"not_sent", counters.not_sent},
        {"busy", counters.busy}};
    for (const auto& [result, total] : results) raise(batches_, {{"destination", id}, {"result", result}}, total);
    const bool open = counters.breaker != delivery::BreakerState::Closed;
    breaker_open_.Add({{"destination", id}}).Set(open ? 1 : 0);
    in_maintenance_.Add({{"destination", id}}).Set(counters.in_maintenance ? 1 : 0);
    last_success_.Add({{"destination", id}}).Set(seconds(counters.last_success_ms));
}

void DeliveryMetrics::readMapping(const std::string& id, const kit::MappingCounts& counts) {
    const std::pair<const char*, std::uint64_t> rules[] = {
        {"fallback", counts.fallbacks}, {"substitution", counts.substitutions}, {"cut", counts.cuts}};
    for (const auto& [rule, total] : rules) raise(mapping_, {{"destination", id}, {"rule", rule}}, total);
}

void DeliveryMetrics::readRows(ledger::View& view) {
    const base::UnixMillis now_ms = clock_.nowMillis();
    const auto counts = view.deliveryCounts();
    for (const auto& id : deliveries_.ids()) {
        base::UnixMillis oldest_ms = now_ms;
        for (const auto state : kStates) {
            std::uint64_t rows = 0;
            for (const auto& count : counts) {
                if (count.destination != id || count.state != state) continue;
                rows = count.count;
                const bool moves = state != DeliveryState::Held && state != DeliveryState::Dead;
                if (moves && rows > 0) oldest_ms = std::min(oldest_ms, count.oldest_committed_ms);
            }
            rows_.Add({{"destination", id}, {"state", ledger::deliveryStateName(state)}}).Set(static_cast<double>(rows));
        }
        oldest_.Add({{"destination", id}}).Set(seconds(now_ms - oldest_ms));
    }
}

}  // namespace yht::app
