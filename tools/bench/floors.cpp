#include "tools/bench/floors.h"

#include <algorithm>
#include <ostream>

#include "tools/bench/machine.h"
#include "tools/bench/measuring.h"

namespace yht::bench {

namespace {

constexpr std::size_t kSinglePosts = 16'000;
constexpr std::size_t kArrayRecords = 40'000;
constexpr std::size_t kSlowDiskRecords = 12'000;
constexpr std::size_t kDrainRecords = 20'000;
constexpr std::size_t kSoapRecords = 8'000;
constexpr std::size_t kAttachments = 60;
constexpr double kOpenLoopSeconds = 10;
constexpr std::size_t kArrayConnections = 16;
constexpr const char* kDrainCpu = "gateway CPU a record, of all destinations";

/// Runs one scenario into the report of that name; what is not valid costs its own line only.
template <class Measure>
void into(Floors& floors, const std::string& name, const Options& options, const Measure& run) {
    tell(options, "== " + name);
    try {
        floors.reports.try_emplace(name, name).first->second.take(run());
    } catch (const Invalid& invalid) {
        floors.notes.push_back(name + " not valid: " + invalid.what());
        tell(options, floors.notes.back());
    }
}

void oneTurn(Floors& floors, const Options& given) {
    Options options = given;
    options.runs = 1;
    options.records = 100;
    options.seconds = kOpenLoopSeconds * given.scale;
    const auto with = [&](std::size_t requests, std::vector<double> rates = {}) {
        Options one = options;
        one.requests = static_cast<std::size_t>(static_cast<double>(requests) * given.scale);
        one.rates = std::move(rates);
        return one;
    };
    into(floors, "single", given, [&] { return measureSingle(with(kSinglePosts, {1500})); });
    into(floors, "arrays", given, [&] {
        Options one = with(kArrayRecords);
        one.connections = kArrayConnections;
        return measureArrays(one);
    });
    into(floors, "soap", given, [&] { return measureSoap(with(kSoapRecords, {400})); });
    into(floors, "soap attachments", given, [&] { return measureSoapAttachments(with(kAttachments)); });
    into(floors, "slow disk", given, [&] { return measureSlowDisk(with(kSlowDiskRecords)); });
    into(floors, "deliveries", given, [&] { return measureDeliveries(with(0, {1000})); });
    into(floors, "drain to one", given, [&] {
        Options one = with(kDrainRecords);
        one.centre = false;
        return measureDrain(one);
    });
    into(floors, "drain to both", given, [&] { return measureDrain(with(kDrainRecords)); });
}

const Row* find(const Floors& floors, const std::string& report, const std::string& name) {
    const auto found = floors.reports.find(report);
    if (found == floors.reports.end() || name.empty()) return nullptr;
    const auto& rows = found->second.rows();
    const auto row =
        std::find_if(rows.begin(), rows.end(), [&](const Row& each) { return each.name == name; });
    return row == rows.end() ? nullptr : &*row;
}

std::string text(const Row* row, bool range) {
    if (row == nullptr) return "–";
    std::string out = figureText(row->median());
    if (range && row->values.size() > 1)
        out += " [" + figureText(row->lowest()) + " .. " + figureText(row->highest()) + "]";
    return row->unit.empty() ? out : out + (row->unit.starts_with("/") ? "" : " ") + row->unit;
}

/// The greatest peak of any scenario.
std::string memoryText(const Floors& floors) {
    double most = 0;
    for (const auto& [name, report] : floors.reports) {
        if (const Row* row = find(floors, name, "gateway memory, peak RSS"))
            most = std::max(most, row->highest());
    }
    return most == 0 ? "–" : figureText(most) + " MB";
}

}  // namespace

const std::vector<FloorRow>& floorRows() {
    static const std::vector<FloorRow> rows{
        {"single posts, 64 connections, closed loop", "single",
         "single posts, closed loop: records taken", "≥ 3500/s", "4500/s",
         "single posts, closed loop: gateway CPU a record",
         "single posts, closed loop: CPU used by others"},
        {"single posts at 1500/s, open loop: p99", "single",
         "single posts, open loop at 1500/s: p99", "< 30 ms", "",
         "single posts, open loop at 1500/s: gateway CPU a record",
         "single posts, open loop at 1500/s: CPU used by others"},
        {"arrays of 100, 16 connections", "arrays", "arrays of 100, closed loop: records taken",
         "≥ 10 000/s", "15 000/s", "arrays of 100, closed loop: gateway CPU a record",
         "arrays of 100, closed loop: CPU used by others"},
        {"signed SOAP records, 64 connections, closed loop", "soap",
         "signed SOAP records, closed loop: records taken", "≥ 700/s", "1200/s",
         "signed SOAP records, closed loop: gateway CPU a record",
         "signed SOAP records, closed loop: CPU used by others"},
        {"signed SOAP records at 400/s, open loop: p99", "soap",
         "signed SOAP records, open loop at 400/s: p99", "< 80 ms", "",
         "signed SOAP records, open loop at 400/s: gateway CPU a record",
         "signed SOAP records, open loop at 400/s: CPU used by others"},
        {"attachments of 10 MB by MTOM", "soap attachments", "attachments of 10 MB by MTOM: taken",
         "≥ 100 MB/s", "", "", "attachments of 10 MB by MTOM: CPU used by others"},
        {"attachments of 10 MB by MTOM: memory grew by", "soap attachments",
         "attachments of 10 MB by MTOM: memory grew by", "< 20 MB", "", "", ""},
        {"single posts, 5 ms added to each fsync", "slow disk",
         "single posts, fsync + 5 ms: records taken", "≥ 4000/s", "",
         "single posts, fsync + 5 ms: gateway CPU a record",
         "single posts, fsync + 5 ms: CPU used by others"},
        {"arrays of 100, 5 ms added to each fsync", "slow disk",
         "arrays of 100, fsync + 5 ms: records taken", "≥ 4000/s", "",
         "arrays of 100, fsync + 5 ms: gateway CPU a record",
         "arrays of 100, fsync + 5 ms: CPU used by others"},
        {"deliveries to both at 1000/s: post to the province's receipt, p99", "deliveries",
         "deliveries at 1000/s: post to province's receipt, p99", "< 300 ms", "100 ms",
         "deliveries at 1000/s: gateway CPU a record", "deliveries at 1000/s: CPU used by others"},
        {"deliveries to both at 1500/s, sustained: oldest waiting", "sustained",
         "deliveries at 1500/s: oldest waiting, most", "< 2 s", "",
         "deliveries at 1500/s: gateway CPU a record", "deliveries at 1500/s: CPU used by others"},
        {"backlog to the province alone", "drain to one", "drain to province", "≥ 8000/s", "",
         kDrainCpu, "CPU used by others"},
        {"backlog to both: to the province", "drain to both", "drain to province", "≥ 8000/s", "",
         kDrainCpu, "CPU used by others"},
        {"backlog to both: to the centre", "drain to both", "drain to centre-430200", "≥ 8000/s",
         "", kDrainCpu, "CPU used by others"},
        {"1 M tickets in the ledger: start", "large", "start with 1000000 tickets", "< 3 s", "", "",
         ""},
        {"1 M tickets: look-up of one, p99", "large",
         "look-up of a ticket in the large ledger: p99", "< 5 ms", "", "", ""},
        {"1 M tickets: single posts beside an empty ledger", "large", "rate, large beside empty",
         "≥ 80 %", "", "single posts, 1000000 tickets: gateway CPU a record",
         "single posts, 1000000 tickets: CPU used by others"},
    };
    return rows;
}

void Floors::print(std::ostream& out) const {
    out << machineText() << "; an ECDSA P-256 verify: "
        << text(find(*this, "single", "calibration, ECDSA P-256 verify"), true) << "\n\n"
        << "| what | floor | target | measured | gateway CPU a record | others' share |\n"
        << "| --- | --- | --- | --- | --- | --- |\n";
    for (const FloorRow& row : floorRows()) {
        out << "| " << row.what << " | " << row.floor << " | " << row.target << " | "
            << text(find(*this, row.report, row.figure), true) << " | "
            << text(find(*this, row.report, row.cpu), false) << " | "
            << text(find(*this, row.report, row.others), false) << " |\n";
    }
    out << "| gateway memory, greatest peak RSS | < 200 MB | | " << memoryText(*this)
        << " | | |\n";
    for (const auto& note : notes) out << "\nnote: " << note << '\n';
    out << std::flush;
}

void Floors::printJson(std::ostream& out) const {
    const char* before = "[";
    for (const auto& [name, report] : reports) {
        out << before;
        report.printJson(out);
        before = ",";
    }
    out << (reports.empty() ? "[]" : "]") << std::endl;
}

Floors measureFloors(const Options& options) {
    Floors floors;
    for (std::size_t turn = 0; turn < options.runs; ++turn) {
        tell(options, "==== turn " + std::to_string(turn + 1) + " of " + std::to_string(options.runs));
        oneTurn(floors, options);
    }
    if (options.sustained_s > 0) {
        Options one = options;
        one.runs = 1;
        one.rates = {1500};
        one.seconds = options.sustained_s;
        into(floors, "sustained", options, [&] { return measureDeliveries(one); });
        floors.notes.push_back("sustained for " + figureText(options.sustained_s) + " s");
    }
    if (!options.ledger.empty()) {
        Options one = options;
        one.runs = std::min<std::size_t>(options.runs, 2);
        one.requests = kSinglePosts / 2;
        one.records = 100;
        into(floors, "large", options, [&] { return measureLarge(one); });
    }
    return floors;
}

}  // namespace yht::bench
