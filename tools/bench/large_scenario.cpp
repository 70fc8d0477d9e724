// A large ledger beside an empty one.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "tools/bench/measuring.h"
#include "tools/bench/tls_line.h"

namespace yht::bench {

namespace {

constexpr std::uint64_t kFixtureSeed = 1'000'001;  // of the tickets that are there already
constexpr std::size_t kSliceRequests = 500;        // signed and sent at once: bounds memory and age
constexpr const char* kMark = "/tickets-made";     // how many stand in the kept ledger

std::size_t ticketsIn(const std::string& directory) {
    std::size_t count = 0;
    std::ifstream(directory + kMark) >> count;
    return count;
}

/// Arrays until `tickets` are there. What a stopped run left is gone on with.
void fill(Bed& bed, const std::string& directory, const Options& options) {
    Options quiet = options;
    quiet.progress = false;
    Report ignored("filling");
    for (std::size_t there = ticketsIn(directory); there < options.tickets;) {
        const auto missing = (options.tickets - there + options.records - 1) / options.records;
        Recipe recipe =
            bed.recipe(kFixtureSeed, std::min(missing, kSliceRequests), options.records);
        recipe.first = there;
        const auto result = measure(bed, recipe, {}, quiet, {.load = "filling"}, ignored).result;
        there += result.records;
        std::ofstream(directory + kMark) << there << '\n';
        tell(options, std::to_string(there) + " tickets in the ledger");
    }
}

/// One look-up after the other on one connection, each of another ticket.
void lookUp(Bed& bed, const Options& options, Report& report) {
    TlsLine line(bed.tls(), bed.port());
    const std::string stem =
        "GET /v1/tickets?source=zz-12315&ticket_ref=FL-" + std::to_string(kFixtureSeed) + "-";
    std::vector<std::uint32_t> latency_us;
    for (std::size_t i = 0; i < options.lookups; ++i) {
        // A prime step visits the whole ledger in no order.
        const auto index = i * 7'919'993 % options.tickets;
        const std::string request =
            stem + std::to_string(index) + " HTTP/1.1\r\nhost: localhost\r\n\r\n";
        const auto begin = std::chrono::steady_clock::now();
        const Answer answer = line.exchange(request);
        const auto took = std::chrono::steady_clock::now() - begin;
        if (answer.status != 200 || answer.body.find("\"ticket_no\"") == std::string_view::npos)
            throw Invalid("ticket " + std::to_string(index) + " was not found");
        latency_us.push_back(static_cast<std::uint32_t>(
            std::chrono::duration_cast<std::chrono::microseconds>(took).count()
        ));
    }
    std::sort(latency_us.begin(), latency_us.end());
    report.add(
        "look-up of a ticket in the large ledger: p50", "ms", percentile(latency_us, 0.5) / 1000
    );
    report.add(
        "look-up of a ticket in the large ledger: p99", "ms", percentile(latency_us, 0.99) / 1000,
        "< 5"
    );
}

double rateOn(
    Bed& bed, std::uint64_t seed, const std::string& name, const Options& options, Report& report
) {
    const auto measured =
        measure(bed, bed.recipe(seed, options.requests, 1), {}, options, {.load = name}, report);
    return static_cast<double>(measured.result.records) / measured.result.seconds;
}

}  // namespace

Report measureLarge(const Options& options) {
    const std::string count = std::to_string(options.tickets);
    Report report("A ledger with " + count + " tickets beside an empty one");
    const std::string directory =
        options.ledger.empty() ? options.work + "/yht-bench-large-" + std::to_string(::getpid())
                               : options.ledger;
    {
        Bed bed(
            {.directory = directory, .work = options.work, .connections_max = options.connections,
         .under = options.under}
        );
        bed.startGateway();
        fill(bed, directory, options);
        bed.stopGateway();
    }
    // Records of these loads stay in the kept ledger: each run of the program needs others.
    const base::SystemClock clock;
    auto seed = static_cast<std::uint64_t>(clock.nowMillis());
    for (std::size_t turn = 0; turn < options.runs; ++turn) {
        beginRun(turn, options, report);
        double empty = 0;
        {
            Bed bed({.work = options.work, .connections_max = options.connections,
         .under = options.under});
            bed.startGateway();
            empty = rateOn(bed, seed++, "single posts, empty ledger", options, report);
            bed.stopGateway();
        }
        Bed bed(
            {.directory = directory, .work = options.work, .connections_max = options.connections,
         .under = options.under}
        );
        report.add("start with " + count + " tickets", "ms", bed.startGateway(), "< 3000");
        lookUp(bed, options, report);
        const double large =
            rateOn(bed, seed++, "single posts, " + count + " tickets", options, report);
        report.add("rate, large beside empty", "%", 100 * large / empty, ">= 80");
        addMemory(bed, report);
        report.add("ledger on the disk", "MB", bed.ledgerMegabytes());
        bed.stopGateway();
    }
    if (options.ledger.empty()) std::filesystem::remove_all(directory);
    report.note("the tickets came as arrays over HTTP; look-ups one after the other, no other load"
    );
    return report;
}

}  // namespace yht::bench
