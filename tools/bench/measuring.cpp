#include "tools/bench/measuring.h"

#include <algorithm>
#include <iostream>
#include <thread>

#include "tools/bench/answer_check.h"
#include "tools/bench/calibration.h"

namespace yht::bench {

namespace {

constexpr std::size_t kSamplesWanted = 100;  // requests whose receipts are checked in full

void addFigures(
    const Measured& measured, bool open, double gateway_cpu_s, const Naming& naming, Report& report
) {
    const LoadResult& result = measured.result;
    const auto records = static_cast<double>(result.records);
    const auto ms = [](const std::vector<std::uint32_t>& sorted, double p) {
        return percentile(sorted, p) / 1000;
    };
    report.add(naming.load + ": records taken", "/s", records / result.seconds, naming.rate_floor);
    report.add(naming.load + ": p50", "ms", ms(result.latency_us, 0.5));
    report.add(naming.load + ": p99", "ms", ms(result.latency_us, 0.99), naming.p99_floor);
    report.add(naming.load + ": slowest", "ms", ms(result.latency_us, 1));
    if (open) report.add(naming.load + ": sent late, p99", "ms", ms(result.lateness_us, 0.99));
    report.add(naming.load + ": gateway CPU a record", "us", 1e6 * gateway_cpu_s / records);
    report.add(
        naming.load + ": generator CPU a record", "us", 1e6 * result.generator_cpu_s / records
    );
}

}  // namespace

void tell(const Options& options, const std::string& text) {
    if (options.progress) std::cerr << "  " << text << std::endl;
}

void beginRun(std::size_t turn, const Options& options, Report& report) {
    tell(options, "run " + std::to_string(turn + 1) + " of " + std::to_string(options.runs));
    if (options.quiet_s > 0 && !waitUntilQuiet(options.quiet_s))
        tell(options, "others never were quiet; measuring all the same");
    add(report, calibrate());
}

Measured measure(
    Bed& bed, const Recipe& recipe, const std::vector<std::int64_t>& arrivals_us,
    const Options& options, const Naming& naming, Report& report, bool keep_seqs,
    const std::function<void()>& connected
) {
    const base::SystemClock clock;
    tell(options, naming.load + ": signing " + std::to_string(recipe.requests) + " requests");
    Measured measured{recipe, prepare(recipe, arrivals_us, clock), {}};
    double before_gateway_s = 0, before_s = 0, machine_before_s = 0;
    const LoadOptions load{
        .context = bed.tls(),
        .port = bed.port(),
        .connections = options.connections,
        .sample_every = std::max<std::size_t>(1, recipe.requests / kSamplesWanted),
        .keep_seqs = keep_seqs,
        .connected =
            [&] {
                if (connected) connected();
                before_gateway_s = bed.gatewayUse().cpu_s;
                before_s = bed.cpuSeconds();
                machine_before_s = machineCpuSeconds();
            },
        .progress =
            [&](std::size_t answered) {
                tell(options, naming.load + ": " + std::to_string(answered) + " answered");
            }};
    measured.result = run(measured.requests, arrivals_us, load, clock);
    const double used_s = bed.gatewayUse().cpu_s - before_gateway_s;
    const double others_s = machineCpuSeconds() - machine_before_s - (bed.cpuSeconds() - before_s) -
                            measured.result.generator_cpu_s;
    const auto checked = checkSamples(
        measured.result, measured.requests, recipe, bed.logKey(), bed.gatewayCertificate()
    );
    tell(options, naming.load + ": all answered, " + std::to_string(checked) + " receipts checked");
    addFigures(measured, !arrivals_us.empty(), used_s, naming, report);
    report.add(
        naming.load + ": CPU used by others", "% of the machine",
        100 * std::max(0.0, others_s) /
            (measured.result.seconds * std::thread::hardware_concurrency())
    );
    report.add(
        naming.load + ": answers, all as they must be", "",
        static_cast<double>(measured.requests.size())
    );
    report.add(naming.load + ": receipts checked in full", "", static_cast<double>(checked));
    return measured;
}

void addMemory(const Bed& bed, Report& report) {
    report.add("gateway memory, peak RSS", "MB", bed.gatewayUse().rss_peak_mb, "< 200");
}

}  // namespace yht::bench
