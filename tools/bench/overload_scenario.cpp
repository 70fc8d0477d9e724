// A partner that works, alone and beside a siege: what is left of its rate.
#include "tools/bench/measuring.h"

namespace yht::bench {

namespace {

double rateOf(const Measured& measured) {
    return static_cast<double>(measured.result.records) / measured.result.seconds;
}

}  // namespace

Report measureOverload(const Options& options) {
    Report report("A partner that works, beside idle, dribbling, forging and oversized connections");
    for (std::size_t turn = 0; turn < options.runs; ++turn) {
        beginRun(turn, options, report);
        Bed bed({.work = options.work, .connections_max = options.connections, .under = options.under});
        bed.startGateway();
        const auto alone = measure(bed, bed.recipe(1, options.requests, 1), {}, options, {.load = "alone"}, report);
        // The partner's connections stand before the siege takes every place that is left.
        const auto besieged = measure(
            bed, bed.recipe(2, options.requests, 1), {}, options, {.load = "besieged"}, report, false,
            [&] { bed.beginSiege(options.siege); }
        );
        report.add("besieged, of the rate alone", "%", 100 * rateOf(besieged) / rateOf(alone), ">= 50");
        const auto siege = bed.endSiege();
        report.add("forged signatures refused", "/s", siege.forged_refused / siege.seconds);
        report.add("oversized requests refused", "/s", siege.oversized_refused / siege.seconds);
        report.add("dribblers, each cut and back", "times", siege.dribblers_opened);
        report.add("CPU of the besieger", "s", siege.cpu_s);
        addMemory(bed, report);
        bed.stopGateway();
    }
    report.note(
        std::to_string(options.connections) + " connections of the partner, closed loop; siege by another partner: " +
        std::to_string(options.siege.idle) + " idle, " + std::to_string(options.siege.dribbling) + " dribbling, " +
        std::to_string(options.siege.forging) + " forging as fast as they are answered, " +
        std::to_string(options.siege.oversized) + " oversized"
    );
    return report;
}

}  // namespace yht::bench
