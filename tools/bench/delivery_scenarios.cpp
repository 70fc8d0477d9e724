// What goes out: deliveries beside a load, and a backlog that drains.
#include <poll.h>

#include <algorithm>
#include <cmath>
#include <thread>
#include <unordered_map>

#include "tools/bench/backlog.h"
#include "tools/bench/measuring.h"

namespace yht::bench {

namespace {

constexpr const char* kProvince = "province";
constexpr const char* kCentre = "centre-430200";
constexpr std::uint64_t kArrivalSeed = 2019;
constexpr int kLookMillis = 100;
constexpr std::int64_t kDrainMillisMax = 900'000;

ledger::Seq lastOf(const LoadResult& result) {
    return *std::max_element(result.seqs.begin(), result.seqs.end());
}

/// Waits until everything up to `upto` is routed and, where `gone`, delivered. Throws Invalid.
void waitUntilRouted(
    DeliveryReader& reader, const std::vector<std::string>& destinations, ledger::Seq upto,
    bool gone
) {
    const base::SystemClock clock;
    const auto deadline_ms = clock.steadyMillis() + kDrainMillisMax;
    for (const auto& destination : destinations) {
        for (;;) {
            const Backlog now = reader.backlog(destination, upto);
            if (now.stopped > 0)
                throw Invalid(std::to_string(now.stopped) + " held or dead at " + destination);
            if (now.routed && (!gone || now.moving == 0)) break;
            if (clock.steadyMillis() > deadline_ms) throw Invalid(destination + " never caught up");
            ::poll(nullptr, 0, kLookMillis);
        }
    }
}

/// Post (intended time) to the outcome's commit, of every record. Throws Invalid where one is
/// missing or was not accepted.
void addPostToReceipt(
    DeliveryReader& reader, const std::string& destination, const Measured& measured,
    const std::vector<std::int64_t>& arrivals_us, const Naming& naming, Report& report
) {
    std::unordered_map<ledger::Seq, std::int64_t> intended_ms;
    for (std::size_t i = 0; i < arrivals_us.size(); ++i)
        intended_ms[measured.result.seqs[i]] = measured.result.started_ms + arrivals_us[i] / 1000;
    std::vector<std::uint32_t> latency_ms;
    reader.eachOutcome(destination, 0, [&](const Delivered& delivered) {
        const auto found = intended_ms.find(delivered.record_seq);
        if (found == intended_ms.end()) return;
        if (!delivered.accepted) throw Invalid("a record was not accepted by " + destination);
        latency_ms.push_back(static_cast<std::uint32_t>(
            std::max<std::int64_t>(0, delivered.in_ledger_ms - found->second)
        ));
    });
    if (latency_ms.size() != arrivals_us.size())
        throw Invalid(
            std::to_string(latency_ms.size()) + " of " + std::to_string(arrivals_us.size()) +
            " records have an outcome of " + destination
        );
    std::sort(latency_ms.begin(), latency_ms.end());
    const std::string name = naming.load + ": post to " + destination + "'s receipt";
    report.add(name + ", p50", "ms", percentile(latency_ms, 0.5));
    report.add(name + ", p99", "ms", percentile(latency_ms, 0.99), naming.p99_floor);
    report.add(name + ", slowest", "ms", percentile(latency_ms, 1));
}

void deliverAt(double rate, std::size_t turn, const Options& options, Report& report) {
    const auto arrivals = arrivalsAt(rate, options.seconds, kArrivalSeed + turn);
    if (arrivals.empty()) throw Invalid("no request falls into that time at that rate");
    const std::string load = "deliveries at " + std::to_string(std::llround(rate)) + "/s";
    Bed bed(
        {.work = options.work,
         .routes = true,
         .lanes = options.lanes,
         .connections_max = options.connections,
         .under = options.under}
    );
    bed.startProvince();
    bed.startCentre();
    bed.startGateway();
    BacklogWatch watch(bed.deployment(), {kProvince, kCentre});
    const Measured measured = measure(
        bed, bed.recipe(1, arrivals.size(), 1), arrivals, options, {.load = load}, report, true
    );
    const base::SystemClock clock;
    const auto posted_ms = clock.steadyMillis();
    DeliveryReader reader(bed.deployment());
    tell(options, load + ": waiting until all is delivered");
    waitUntilRouted(reader, {kProvince, kCentre}, lastOf(measured.result), true);
    const auto behind_ms = static_cast<double>(clock.steadyMillis() - posted_ms);
    const Backlog worst = watch.stop();
    report.add(
        load + ": backlog of one destination, most", "records", static_cast<double>(worst.moving)
    );
    report.add(load + ": oldest waiting, most", "ms", worst.oldest_ms, "< 2000");
    report.add(load + ": all delivered after the last answer", "ms", behind_ms);
    addPostToReceipt(
        reader, kProvince, measured, arrivals,
        {.load = load, .p99_floor = rate <= 1000 ? "< 300" : ""}, report
    );
    addPostToReceipt(reader, kCentre, measured, arrivals, {.load = load}, report);
    const auto per_record = [&](double cpu_s) {
        return 1e6 * cpu_s / static_cast<double>(arrivals.size());
    };
    report.add(load + ": province-sim CPU a record", "us", per_record(bed.provinceUse().cpu_s));
    report.add(load + ": centre-sim CPU a record", "us", per_record(bed.centreUse().cpu_s));
    addMemory(bed, report);
    bed.stopGateway();
}

/// First moment of sending to last outcome in the ledger.
void addDrainRate(
    DeliveryReader& reader, const std::string& destination, std::size_t records, const char* floor, Report& report
) {
    base::UnixMillis first_ms = 0, last_ms = 0;
    std::size_t accepted = 0;
    reader.eachOutcome(destination, 0, [&](const Delivered& delivered) {
        if (!delivered.accepted) throw Invalid("a record was not accepted by " + destination);
        first_ms = first_ms == 0 ? delivered.sent_ms : std::min(first_ms, delivered.sent_ms);
        last_ms = std::max(last_ms, delivered.in_ledger_ms);
        ++accepted;
    });
    if (accepted != records)
        throw Invalid(
            std::to_string(accepted) + " of " + std::to_string(records) + " went to " + destination
        );
    const double seconds =
        static_cast<double>(std::max<std::int64_t>(1, last_ms - first_ms)) / 1000;
    report.add(
        "drain to " + destination, "records/s", static_cast<double>(records) / seconds, floor
    );
}

void drainOnce(const Options& options, Report& report) {
    std::vector<std::string> destinations{kProvince};
    if (options.centre) destinations.emplace_back(kCentre);
    Bed bed(
        {.work = options.work,
         .routes = true,
         .province_only = !options.centre,
         .soap = options.soap,
         .lanes = options.lanes,
         .connections_max = options.connections,
         .under = options.under}
    );
    bed.startGateway();
    const auto requests = std::max<std::size_t>(1, options.requests / options.records);
    Report ignored("the load that piles up");
    const Measured measured = measure(
        bed, bed.recipe(1, requests, options.records), {}, options, {.load = "piling up"}, ignored,
        true
    );
    DeliveryReader reader(bed.deployment());
    waitUntilRouted(reader, destinations, lastOf(measured.result), false);
    bed.stopGateway();
    bed.startProvince();
    if (options.centre) bed.startCentre();
    bed.startGateway();
    const base::SystemClock clock;
    const auto begin_ms = clock.steadyMillis();
    const double before_s = bed.gatewayUse().cpu_s, all_before_s = bed.cpuSeconds(),
                 machine_before_s = machineCpuSeconds();
    tell(options, "draining");
    waitUntilRouted(reader, destinations, lastOf(measured.result), true);
    const auto records = static_cast<double>(measured.result.records);
    const double seconds = static_cast<double>(clock.steadyMillis() - begin_ms) / 1000;
    const double others_s =
        machineCpuSeconds() - machine_before_s - (bed.cpuSeconds() - all_before_s);
    report.add(
        "gateway CPU a record, of all destinations", "us",
        1e6 * (bed.gatewayUse().cpu_s - before_s) / records
    );
    report.add(
        "CPU used by others", "% of the machine",
        100 * std::max(0.0, others_s) / (seconds * std::thread::hardware_concurrency())
    );
    report.add("province-sim CPU a record", "us", 1e6 * bed.provinceUse().cpu_s / records);
    if (options.centre)
        report.add("centre-sim CPU a record", "us", 1e6 * bed.centreUse().cpu_s / records);
    for (const auto& destination : destinations)
        // Nothing is asked of SOAP: each hundred records cost two XML signatures and a schema here and there.
        addDrainRate(
            reader, destination, measured.result.records, options.soap && destination == kProvince ? "" : ">= 8000", report
        );
    addMemory(bed, report);
    bed.stopGateway();
}

}  // namespace

Report measureDeliveries(const Options& options) {
    Report report("Deliveries to province and centre beside an open-loop load of single posts");
    for (std::size_t turn = 0; turn < options.runs; ++turn) {
        beginRun(turn, options, report);
        for (const double rate : options.rates) deliverAt(rate, turn, options, report);
    }
    report.note(
        "both simulators run on the same cores, with SQLite on the same disk; the centre takes and "
        "does not handle; receipt: the outcome's commit"
    );
    return report;
}

Report measureDrain(const Options& options) {
    Report report(
        std::string("A backlog drains to the province") + (options.soap ? " over signed SOAP" : "") +
        (options.centre ? " and the centre" : "")
    );
    for (std::size_t turn = 0; turn < options.runs; ++turn) {
        beginRun(turn, options, report);
        drainOnce(options, report);
    }
    report.note(
        "from the first record sent to the last outcome in the ledger; the simulators run on the "
        "same cores"
    );
    return report;
}

}  // namespace yht::bench
