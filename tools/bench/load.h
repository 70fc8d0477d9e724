// The generator: one thread, many connections, requests that were made ahead.
//   open    each request has its own time, fixed in advance; latency counts from that time, also
//           where no connection was free for it
//   closed  each connection sends the next as soon as it has its answer: what the gateway can take
// Every answer is looked at: status, verdict, ticket number, receipt, for every record of it. A
// sample is kept for a full check of its receipts afterwards.
// Uses: tls_line, requests. Used by: the scenarios.
#pragma once

#include <openssl/types.h>

#include <functional>

#include "tools/bench/requests.h"

namespace yht::bench {

inline constexpr std::int64_t kStallMillisMax = 30'000;  // without any answer: the run is broken

struct LoadOptions {
    SSL_CTX* context = nullptr;
    std::uint16_t port = 0;
    std::size_t connections = 64;
    std::size_t sample_every = 200;  // requests
    bool keep_seqs = false;          // of every record, for what became of it later
    /// Called when every connection stands, right before the load.
    std::function<void()> connected{};
    /// Called about once a second with the number answered.
    std::function<void(std::size_t)> progress{};
};

struct Sample {
    std::size_t request = 0;
    int status = 0;
    std::string body;
};

struct LoadResult {
    double seconds = 0;                      // from the start to the last answer
    double generator_cpu_s = 0;              // ours
    base::UnixMillis started_ms = 0;         // wall clock
    std::vector<std::uint32_t> latency_us;   // sorted
    std::vector<std::uint32_t> lateness_us;  // open: sorted; intended time to first byte sent
    std::vector<std::uint64_t> seqs;         // keep_seqs: of each record, in order
    std::vector<Sample> samples;
    std::size_t records = 0;
};

/// Sends every request and waits for every answer. `arrivals_us` empty: closed. Throws Invalid at
/// the first answer that is not 201 with a receipt for every record.
LoadResult run(
    const std::vector<Request>& requests, const std::vector<std::int64_t>& arrivals_us,
    const LoadOptions& options, const base::Clock& clock
);

}  // namespace yht::bench
