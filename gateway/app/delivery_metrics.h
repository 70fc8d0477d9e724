// What deliveries count, for Prometheus. Labels are destinations' ids, verdicts, states and rules of the configuration:
// never a far side's text, a ticket number or anything else of a record.
// Uses: delivery, prometheus-cpp core. Used by: main.cpp.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "gateway/delivery/deliveries.h"

namespace yht::app {

/// How old what is scraped may be.
inline constexpr std::int64_t kDeliveryMetricsMillis = 2'000;

/// Reads by itself, on a thread of its own; how far is routed is told by the router as it goes. One a registry, which outlives
/// the deliveries; made before they start.
class DeliveryMetrics {
public:
    DeliveryMetrics(prometheus::Registry& registry, delivery::Deliveries& deliveries, ledger::Store& store,
                    const base::Clock& clock);
    ~DeliveryMetrics();
    DeliveryMetrics(const DeliveryMetrics&) = delete;
    DeliveryMetrics& operator=(const DeliveryMetrics&) = delete;

    /// Now. Where the ledger can't be read, what stands in it keeps its last values. Thread-safety: any thread.
    void read();

private:
    void readCourier(const std::string& id, const delivery::CourierCounters& counters);
    void readMapping(const std::string& id, const kit::MappingCounts& counts);
    void readRows(ledger::View& view);

    const delivery::Deliveries& deliveries_;
    ledger::Store& store_;
    const base::Clock& clock_;
    std::mutex mutex_;  // two readings at once must not count a difference twice
    prometheus::Family<prometheus::Counter>& records_;
    prometheus::Family<prometheus::Counter>& batches_;
    prometheus::Family<prometheus::Counter>& mapping_;
    prometheus::Family<prometheus::Gauge>& breaker_open_;
    prometheus::Family<prometheus::Gauge>& in_maintenance_;
    prometheus::Family<prometheus::Gauge>& last_success_;
    prometheus::Family<prometheus::Gauge>& rows_;
    prometheus::Family<prometheus::Gauge>& oldest_;
    std::mutex wait_mutex_;
    std::condition_variable_any stopped_;
    std::jthread thread_;
};

}  // namespace yht::app
