#include "gateway/intake/http/metrics.h"

#include <prometheus/text_serializer.h>

namespace yht::http {

namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;

// From a read answered out of memory to a commit that waits for a slow disk; a long poll fills the
// last.
const prometheus::Histogram::BucketBoundaries kSeconds = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};

// A method is the client's word: only those that we know become a label.
std::string methodLabel(const std::string& method) {
    return method == "GET" || method == "POST" ? method : "other";
}

}  // namespace

Metrics::Metrics(prometheus::Registry& registry)
    : registry_(registry),
      requests_(BuildCounter()
                    .Name("yht_door_requests_total")
                    .Help("Requests answered.")
                    .Register(registry)),
      seconds_(BuildHistogram()
                   .Name("yht_door_request_seconds")
                   .Help("From the last line of the head to the answer's first byte.")
                   .Register(registry)),
      refused_(BuildCounter()
                   .Name("yht_door_connections_ended_total")
                   .Help("Connections refused or cut, by cause.")
                   .Register(registry)),
      handshakes_refused_(BuildCounter()
                              .Name("yht_tls_handshakes_refused_total")
                              .Help("TLS handshakes that were refused, by error code.")
                              .Register(registry)),
      connections_(
          BuildGauge().Name("yht_door_connections").Help("Connections open.").Register(registry)
      ),
      ledger_(BuildGauge()
                  .Name("yht_ledger_writer")
                  .Help("The ledger's writer, by counter.")
                  .Register(registry)),
      items_(BuildGauge()
                 .Name("yht_admission_items")
                 .Help("Records since the start: received = created + stale + duplicate + refused.")
                 .Register(registry)),
      items_refused_(BuildGauge()
                         .Name("yht_admission_refused_items")
                         .Help("Records refused since the start, by error code.")
                         .Register(registry)),
      attachments_(BuildGauge()
                       .Name("yht_attachments")
                       .Help("Attachments kept and under way, octets on disk, marks of which nobody has asked yet whether a "
                             "record names them (unjudged), and what came and was destroyed since the start.")
                       .Register(registry)),
      attachments_not_kept_(BuildGauge()
                                .Name("yht_attachments_not_kept")
                                .Help("Uploads not kept since the start, by error code; "
                                      "given_up: the sender ended them.")
                                .Register(registry)),
      source_items_(BuildGauge()
                        .Name("yht_source_items")
                        .Help("Items of messages in a source's own format since the start: received = accepted + "
                              "duplicate + quarantined + refused + ignored; stale is part of accepted.")
                        .Register(registry)),
      source_messages_(BuildGauge()
                           .Name("yht_source_messages")
                           .Help("Messages in a source's own format since the start.")
                           .Register(registry)),
      in_flight_(BuildGauge()
                     .Name("yht_door_requests_in_flight")
                     .Help("Requests being answered.")
                     .Register(registry)
                     .Add({})),
      long_polls_(BuildGauge()
                      .Name("yht_door_long_polls")
                      .Help("Partners waiting for changes.")
                      .Register(registry)
                      .Add({})) {}

void Metrics::requestDone(
    const char* route, const std::string& method, int status, double seconds
) {
    const std::string known_method = methodLabel(method);
    requests_.Add({{"route", route}, {"method", known_method}, {"status", std::to_string(status)}}
    ).Increment();
    seconds_.Add({{"route", route}, {"method", known_method}}, kSeconds).Observe(seconds);
}

void Metrics::handshakeRefused(const char* listener, base::ErrorCode code) {
    handshakes_refused_.Add({{"listener", listener}, {"code", base::errorRow(code).wire}}).Increment();
}

void Metrics::refused(const char* listener, Cause cause) {
    refused_.Add({{"listener", listener}, {"cause", causeName(cause)}}).Increment();
}

void Metrics::setConnections(const char* listener, std::size_t count) {
    connections_.Add({{"listener", listener}}).Set(static_cast<double>(count));
}

void Metrics::setLedger(const ledger::WriterCounters& counters) {
    const auto set = [this](const char* name, std::uint64_t value) {
        ledger_.Add({{"counter", name}}).Set(static_cast<double>(value));
    };
    set("commits", counters.commits);
    set("tasks", counters.tasks);
    set("entries", counters.entries);
    set("queue_depth", counters.queue_depth);
    set("refused_queue_full", counters.refused_queue_full);
}

void Metrics::setAdmission(const intake::AdmissionCounters& counters) {
    const auto set = [this](const char* verdict, std::uint64_t value) {
        items_.Add({{"verdict", verdict}}).Set(static_cast<double>(value));
    };
    set("received", counters.received);
    set("created", counters.created);
    set("stale", counters.stale);
    set("duplicate", counters.duplicate);
    set("refused", counters.refused);
    for (const auto& [code, count] : counters.refused_by_code) {
        items_refused_.Add({{"code", base::errorRow(code).wire}}).Set(static_cast<double>(count));
    }
}

void Metrics::setAttachments(const attachments::Counters& counters) {
    const auto set = [this](const char* name, std::uint64_t value) {
        attachments_.Add({{"counter", name}}).Set(static_cast<double>(value));
    };
    set("files", counters.files);
    set("bytes", counters.bytes);
    set("bytes_max", counters.bytes_max);
    set("uploads_under_way", counters.uploads_under_way);
    set("kept", counters.kept);
    set("again", counters.again);
    set("unjudged", counters.unjudged);
    set("destroyed", counters.destroyed);
    for (const auto& [code, count] : counters.not_kept) {
        const bool given_up = code == base::ErrorCode::Internal;
        attachments_not_kept_.Add({{"code", given_up ? "given_up" : base::errorRow(code).wire}})
            .Set(static_cast<double>(count));
    }
}

void Metrics::setSources(const std::map<std::string, intake::SourceCounters>& counters) {
    for (const auto& [source, counted] : counters) {
        const auto set = [&, &id = source](const char* verdict, std::uint64_t value) {
            source_items_.Add({{"source", id}, {"verdict", verdict}}).Set(static_cast<double>(value));
        };
        const ledger::SourceAccount& account = counted.account;
        set("received", account.received);
        set("accepted", account.accepted);
        set("stale", account.stale);
        set("duplicate", account.duplicate);
        set("quarantined", account.quarantined);
        set("refused", account.refused);
        set("ignored", account.ignoredCount());
        set("unmapped_codes", account.unmapped_codes);
        set("unknown_members", account.unknown_members);
        source_messages_.Add({{"source", source}}).Set(static_cast<double>(counted.messages));
    }
}

std::string Metrics::text() const {
    return prometheus::TextSerializer().Serialize(registry_.Collect());
}

}  // namespace yht::http
