// Single posts, arrays, a slow disk, and the machine alone.
#include <cmath>

#include "tools/bench/calibration.h"
#include "tools/bench/measuring.h"

namespace yht::bench {

namespace {

constexpr std::int64_t kSlowFsyncUs = 5'000;
constexpr std::uint64_t kArrivalSeed = 12345;

std::string rateText(double rate) {
    return std::to_string(std::llround(rate)) + "/s";
}

void openLoop(Bed& bed, double rate, std::uint64_t seed, const Options& options, Report& report) {
    const auto arrivals = arrivalsAt(rate, options.seconds, kArrivalSeed + seed);
    if (arrivals.empty()) throw Invalid("no request falls into that time at that rate");
    const Naming naming{
        .load = "single posts, open loop at " + rateText(rate),
        .p99_floor = rate <= 1500 ? "< 30" : ""};
    measure(bed, bed.recipe(seed, arrivals.size(), 1), arrivals, options, naming, report);
}

}  // namespace

Report measureSingle(const Options& options) {
    Report report("Single posts of 2 KB: mTLS, RFC 9421 signature, fsync, receipt");
    for (std::size_t turn = 0; turn < options.runs; ++turn) {
        beginRun(turn, options, report);
        Bed bed({.work = options.work, .connections_max = options.connections,
         .under = options.under});
        bed.startGateway();
        std::uint64_t seed = 1;  // of each load another one: no record comes twice
        measure(
            bed, bed.recipe(seed++, options.requests, 1), {}, options,
            {.load = "single posts, closed loop", .rate_floor = ">= 3500"}, report
        );
        for (const double rate : options.rates) openLoop(bed, rate, seed++, options, report);
        addMemory(bed, report);
        bed.stopGateway();
    }
    report.note(
        std::to_string(options.connections) +
        " connections; open loop: exponential gaps, latency "
        "counted from the intended time; nothing routed"
    );
    return report;
}

Report measureArrays(const Options& options) {
    const std::string size = std::to_string(options.records);
    Report report("Arrays of " + size + " records of 2 KB");
    for (std::size_t turn = 0; turn < options.runs; ++turn) {
        beginRun(turn, options, report);
        Bed bed({.work = options.work, .connections_max = options.connections,
         .under = options.under});
        bed.startGateway();
        const auto requests = std::max<std::size_t>(1, options.requests / options.records);
        measure(
            bed, bed.recipe(1, requests, options.records), {}, options,
            {.load = "arrays of " + size + ", closed loop", .rate_floor = ">= 10000"}, report
        );
        addMemory(bed, report);
        bed.stopGateway();
    }
    report.note(std::to_string(options.connections) + " connections; nothing routed");
    return report;
}

Report measureSlowDisk(const Options& options) {
    const std::string size = std::to_string(options.records);
    Report report("Every fsync 5 ms slower");
    for (std::size_t turn = 0; turn < options.runs; ++turn) {
        beginRun(turn, options, report);
        Bed bed(
            {.work = options.work,
             .slow_fsync_us = kSlowFsyncUs,
             .connections_max = options.connections,
         .under = options.under}
        );
        bed.startGateway();
        measure(
            bed, bed.recipe(1, options.requests, 1), {}, options,
            {.load = "single posts, fsync + 5 ms", .rate_floor = ">= 4000"}, report
        );
        const auto requests = std::max<std::size_t>(1, options.requests / options.records);
        measure(
            bed, bed.recipe(2, requests, options.records), {}, options,
            {.load = "arrays of " + size + ", fsync + 5 ms", .rate_floor = ">= 4000"}, report
        );
        addMemory(bed, report);
        bed.stopGateway();
    }
    report.note(std::to_string(options.connections) + " connections; closed loop; nothing routed");
    return report;
}

Report measureMachine(const Options& options) {
    Report report("This machine");
    for (std::size_t turn = 0; turn < options.runs; ++turn) add(report, calibrate());
    return report;
}

}  // namespace yht::bench
