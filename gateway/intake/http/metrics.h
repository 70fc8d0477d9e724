// What the door counts, for Prometheus. Labels are route patterns, methods, statuses and causes:
// never a partner's data, a ticket number or anything else a request brought.
// Uses: prometheus-cpp core. Used by: dispatch, server, handlers (admin).
#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include "gateway/attachments/store.h"
#include "gateway/intake/admission/admission.h"
#include "gateway/intake/admission/source_messages.h"
#include "gateway/intake/http/connections.h"
#include "gateway/ledger/store/store.h"

namespace yht::http {

/// Thread-safety: any thread. One a registry.
class Metrics {
public:
    explicit Metrics(prometheus::Registry& registry);

    /// `route`: its pattern, or "none" where no route was found.
    void requestDone(const char* route, const std::string& method, int status, double seconds);
    void refused(const char* listener, Cause cause);
    void handshakeRefused(const char* listener, base::ErrorCode code);
    prometheus::Gauge& inFlight() { return in_flight_; }
    /// Read from their owners right before a scrape.
    void setConnections(const char* listener, std::size_t count);
    void setLongPolls(std::size_t count) { long_polls_.Set(static_cast<double>(count)); }
    void setLedger(const ledger::WriterCounters& counters);
    void setAdmission(const intake::AdmissionCounters& counters);
    /// Labels are ids of sources that have a manifest, and verdicts.
    void setSources(const std::map<std::string, intake::SourceCounters>& counters);
    void setAttachments(const attachments::Counters& counters);
    /// The text that Prometheus scrapes: everything in the registry, other rooms' families
    /// included.
    std::string text() const;

private:
    prometheus::Registry& registry_;
    prometheus::Family<prometheus::Counter>& requests_;
    prometheus::Family<prometheus::Histogram>& seconds_;
    prometheus::Family<prometheus::Counter>& refused_;
    prometheus::Family<prometheus::Counter>& handshakes_refused_;
    prometheus::Family<prometheus::Gauge>& connections_;
    prometheus::Family<prometheus::Gauge>& ledger_;
    prometheus::Family<prometheus::Gauge>& items_;
    prometheus::Family<prometheus::Gauge>& items_refused_;
    prometheus::Family<prometheus::Gauge>& attachments_;
    prometheus::Family<prometheus::Gauge>& attachments_not_kept_;
    prometheus::Family<prometheus::Gauge>& source_items_;
    prometheus::Family<prometheus::Gauge>& source_messages_;
    prometheus::Gauge& in_flight_;
    prometheus::Gauge& long_polls_;
};

}  // namespace yht::http
