// bench: what the gateway can take, measured on the real binary over real mutual TLS.
// Uses: bench, stage, CLI11.
#include <CLI/CLI.hpp>

#include <iostream>

#include "tools/bench/floors.h"
#include "tools/bench/scenarios.h"
#include "tools/stage/process.h"

namespace {

using namespace yht;
using Measure = bench::Report (*)(const bench::Options&);

constexpr std::size_t kAttachments = 60;
constexpr std::size_t kOverloadConnections = 16;

struct Flags {
    bench::Options options;
    bool json = false, quiet = false, province_only = false, floors = false;
    Measure measure = nullptr;
};

constexpr const char* kFooter = R"(examples:
  bench floors                              # the whole table as Markdown, about 12 minutes
  bench floors -R 1 -S 600 -l /var/tmp/large   # one turn; 1500/s for ten minutes; the large ledger
  bench single                              # 5 runs: closed loop, then open at 1500/s and 3500/s
  bench single -r 1000,2000,3000 -s 20 -R 1
  bench arrays --size 100
  bench soap --rsa -r 400                   # signed envelopes, RSA on both sides
  bench soap-attachments -n 60              # 10 MB each by MTOM
  bench deliveries -r 1500 -s 600 -R 1
  bench million -l /var/tmp/large           # the second time it goes on with the ledger made there
  bench handshakes -n 2000 -R 3
  bench overload -n 8000 -R 3               # a partner alone, then beside 600 hostile connections
  bench adapters -n 100000 -R 3
  bench crypto -R 3
  bench single --json > single.json
exit codes: 0 measured, 2 flags wrong, 3 can't start, 4 a run was not valid: an answer wrong or
            missing. Figures below what is asked are no failure: they are printed.)";

CLI::App* describe(
    CLI::App& app, Flags& flags, const char* name, const char* what, Measure measure
) {
    auto* command = app.add_subcommand(name, what);
    command->callback([&flags, measure] { flags.measure = measure; });
    command->add_option("-R,--runs", flags.options.runs, "runs; the median counts")
        ->check(CLI::Range(1, 100))
        ->capture_default_str();
    command
        ->add_option(
            "-W,--wait-quiet", flags.options.quiet_s,
            "before each run, wait so many seconds at most until others leave the CPUs alone"
        )
        ->check(CLI::Range(0.0, 86'400.0))
        ->capture_default_str();
    command->add_flag("-j,--json", flags.json, "JSON instead of a table");
    command->add_flag("-q,--quiet", flags.quiet, "no progress on standard error");
    return command;
}

void describeLoad(CLI::App* command, Flags& flags) {
    command->add_option("-c,--connections", flags.options.connections, "kept-alive connections")
        ->check(CLI::Range(1, 900))
        ->capture_default_str();
    command
        ->add_option("-w,--work", flags.options.work, "where ledgers are made: the disk measured")
        ->capture_default_str();
    command->add_option(
        "-u,--under", flags.options.under,
        "command that runs the gateway: \"valgrind --tool=callgrind\""
    );
}

void describeCount(CLI::App* command, Flags& flags, const char* what) {
    command->add_option("-n,--records", flags.options.requests, what)
        ->check(CLI::Range(1, 10'000'000))
        ->capture_default_str();
}

void describeRates(CLI::App* command, Flags& flags, const char* fallback) {
    command
        ->add_option(
            "-r,--rate", flags.options.rates, "records a second, open loop; several: a,b,c"
        )
        ->delimiter(',')
        ->check(CLI::Range(1.0, 1e6))
        ->default_str(fallback);
    command->add_option("-s,--seconds", flags.options.seconds, "of each open loop")
        ->check(CLI::Range(0.1, 86'400.0))
        ->capture_default_str();
}

void describeLanes(CLI::App* command, Flags& flags) {
    command
        ->add_option(
            "-L,--lanes", flags.options.lanes,
            "batches under way at once, each destination; 0: as a deployment has it by default"
        )
        ->check(CLI::Range(0, 8))
        ->capture_default_str();
}

void describeSize(CLI::App* command, Flags& flags) {
    command->add_option("-b,--size", flags.options.records, "records of an array")
        ->check(CLI::Range(2, 500))
        ->capture_default_str();
}

void describeOverload(CLI::App& app, Flags& flags) {
    auto* overload = describe(
        app, flags, "overload", "a partner that works, alone and beside a siege: what is left of its rate",
        bench::measureOverload
    );
    describeLoad(overload, flags);
    describeCount(overload, flags, "of each loop");
    auto& siege = flags.options.siege;
    const auto kind = [&](const char* flag, std::size_t& count, std::size_t max, const char* what) {
        overload->add_option(flag, count, what)->check(CLI::Range(std::size_t{0}, max))->capture_default_str();
    };
    kind("--idle", siege.idle, 5000, "connections that say nothing");
    kind("--dribbling", siege.dribbling, 500, "heads that never end, inside TLS");
    kind("--forging", siege.forging, 64, "connections with wrong signatures, closed loop");
    kind("--oversized", siege.oversized, 64, "connections with 10 MB heads, deep JSON, huge bodies");
    overload->get_option("--connections")->default_str(std::to_string(kOverloadConnections));
}

void describePosts(CLI::App& app, Flags& flags) {
    auto* single = describe(
        app, flags, "single", "single posts: what it can take, and latency at a rate",
        bench::measureSingle
    );
    describeLoad(single, flags);
    describeCount(single, flags, "of the closed loop");
    describeRates(single, flags, "1500,3500");
    auto* arrays = describe(app, flags, "arrays", "arrays of records", bench::measureArrays);
    describeLoad(arrays, flags);
    describeCount(arrays, flags, "in all");
    describeSize(arrays, flags);
    auto* slow = describe(
        app, flags, "fsync5", "single posts and arrays, 5 ms added to every fsync",
        bench::measureSlowDisk
    );
    describeLoad(slow, flags);
    describeCount(slow, flags, "of each loop");
    describeSize(slow, flags);
    auto* handshakes = describe(
        app, flags, "handshakes", "full and resumed handshakes with mutual authentication",
        bench::measureHandshakes
    );
    describeLoad(handshakes, flags);
    describeCount(handshakes, flags, "handshakes of each kind");
}

void describeSoap(CLI::App& app, Flags& flags) {
    auto* soap = describe(
        app, flags, "soap", "signed SOAP records: what it can take, and latency at a rate",
        bench::measureSoap
    );
    describeLoad(soap, flags);
    describeCount(soap, flags, "of the closed loop");
    describeRates(soap, flags, "400");
    soap->add_flag("--rsa", flags.options.rsa, "both sides sign with RSA-2048 instead of ECDSA P-256");
    auto* attachments = describe(
        app, flags, "soap-attachments", "attachments by MTOM: rate and memory",
        bench::measureSoapAttachments
    );
    attachments->add_option("-w,--work", flags.options.work, "where they are kept: the disk measured")
        ->capture_default_str();
    describeCount(attachments, flags, "attachments; default 60");
    attachments->add_option("-m,--mb", flags.options.attachment_mb, "of each")
        ->check(CLI::Range(1, 200))
        ->capture_default_str();
}

void describeDeliveries(CLI::App& app, Flags& flags) {
    auto* deliveries = describe(
        app, flags, "deliveries",
        "open loop with both destinations taking: backlog, post to receipt",
        bench::measureDeliveries
    );
    describeLoad(deliveries, flags);
    describeRates(deliveries, flags, "1000,1500");
    describeLanes(deliveries, flags);
    auto* drain = describe(
        app, flags, "drain", "how fast a backlog goes when the far side is back",
        bench::measureDrain
    );
    describeLoad(drain, flags);
    describeCount(drain, flags, "that pile up");
    describeSize(drain, flags);
    describeLanes(drain, flags);
    drain->add_flag("-p,--province-only", flags.province_only, "without the centre");
    drain->add_flag("--soap", flags.options.soap, "the province takes signed SOAP (exchange-sim), batches of 100");
}

void describeLarge(CLI::App& app, Flags& flags) {
    auto* million = describe(
        app, flags, "million", "a large ledger beside an empty one: rate, start, look-up",
        bench::measureLarge
    );
    describeLoad(million, flags);
    describeCount(million, flags, "of each rate's loop");
    describeSize(million, flags);
    million->add_option("-t,--tickets", flags.options.tickets, "that the ledger holds")
        ->capture_default_str();
    million->add_option("-k,--lookups", flags.options.lookups, "of tickets")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    million->add_option(
        "-l,--ledger", flags.options.ledger, "directory that keeps the large ledger"
    );
}

void describeSources(CLI::App& app, Flags& flags) {
    auto* adapters = describe(
        app, flags, "adapters", "items of sources' own formats, decoded, mapped, validated",
        bench::measureAdapters
    );
    describeCount(adapters, flags, "items of each format");
    adapters->add_option("-x,--xlsx-mb", flags.options.workbook_mb, "size of the workbook; 0: none")
        ->check(CLI::Range(0, 200))
        ->capture_default_str();
    auto* sources = describe(
        app, flags, "sources", "pulled sources with nothing new: CPU of the gateway",
        bench::measureSources
    );
    sources->add_option("-n,--sources", flags.options.sources, "over SFTP, folders, ODBC and HTTPS in turn")
        ->check(CLI::Range(1, 400))
        ->capture_default_str();
    sources->add_option("-s,--seconds", flags.options.seconds, "of each run")
        ->check(CLI::Range(1.0, 86'400.0))
        ->default_str("150");
    sources->add_option("-e,--every", flags.options.every_s, "seconds between two pulls; 0: the default, 60")
        ->check(CLI::Range(0, 86'400))
        ->capture_default_str();
    sources->add_option("-w,--work", flags.options.work, "where the ledger is made")->capture_default_str();
    sources->get_option("--runs")->description("runs; the median counts; default 1");
}

void describeFloors(CLI::App& app, Flags& flags) {
    auto* floors = describe(
        app, flags, "floors", "all of them in turns: what is asked and what was measured", nullptr
    );
    floors->callback([&flags] { flags.floors = true; });
    floors->get_option("--runs")->description("turns of all scenarios; the median counts; default 3");
    floors->add_option("-w,--work", flags.options.work, "where ledgers are made: the disk measured")
        ->capture_default_str();
    floors
        ->add_option(
            "-x,--scale", flags.options.scale,
            "of every load's size: 0.02 rehearses the table, its figures mean little"
        )
        ->check(CLI::Range(0.01, 1.0))
        ->capture_default_str();
    floors
        ->add_option(
            "-S,--sustained", flags.options.sustained_s,
            "seconds of deliveries at 1500/s after the turns; 0: none; the floor asks 600"
        )
        ->check(CLI::Range(0.0, 86'400.0))
        ->capture_default_str();
    floors->add_option(
        "-l,--ledger", flags.options.ledger,
        "directory that keeps the large ledger: measures it as well (first time: minutes, 7 GB)"
    );
}

void describeCommands(CLI::App& app, Flags& flags) {
    app.footer(kFooter);
    app.require_subcommand(1);
    describePosts(app, flags);
    describeSoap(app, flags);
    describeDeliveries(app, flags);
    describeLarge(app, flags);
    describeSources(app, flags);
    describeOverload(app, flags);
    describeFloors(app, flags);
    describe(app, flags, "crypto", "signatures by algorithm, payloads by cipher", bench::measureCrypto);
    describe(app, flags, "calibrate", "the machine alone", bench::measureMachine);
}

void settle(const CLI::App& app, Flags& flags) {
    flags.options.progress = !flags.quiet;
    flags.options.centre = !flags.province_only;
    if (flags.floors && app.get_subcommand("floors")->count("--runs") == 0) flags.options.runs = 3;
    if (app.got_subcommand("sources")) {
        auto* sources = app.get_subcommand("sources");
        if (sources->count("--seconds") == 0) flags.options.seconds = 150;
        if (sources->count("--runs") == 0) flags.options.runs = 1;
    }
    if (app.got_subcommand("overload") && app.get_subcommand("overload")->count("--connections") == 0)
        flags.options.connections = kOverloadConnections;
    if (app.got_subcommand("soap-attachments") && app.get_subcommand("soap-attachments")->count("--records") == 0)
        flags.options.requests = kAttachments;
    if (!flags.options.rates.empty()) return;
    flags.options.rates = {1500, 3500};
    if (app.got_subcommand("deliveries")) flags.options.rates = {1000, 1500};
    if (app.got_subcommand("soap")) flags.options.rates = {400};
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Measures the gateway: the real program, real TLS, every answer checked", "bench");
    Flags flags;
    describeCommands(app, flags);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? stage::kDone : stage::kUsage;
    }
    settle(app, flags);
    try {
        if (flags.floors) {
            const auto floors = bench::measureFloors(flags.options);
            flags.json ? floors.printJson(std::cout) : floors.print(std::cout);
            return stage::kDone;
        }
        const auto report = flags.measure(flags.options);
        flags.json ? report.printJson(std::cout) : report.print(std::cout);
        return stage::kDone;
    } catch (const bench::Invalid& invalid) {
        std::cerr << "bench: not valid: " << invalid.what() << std::endl;
        return stage::kFailed;
    } catch (const std::exception& fault) {
        std::cerr << "bench: " << fault.what() << std::endl;
        return stage::kCannotStart;
    }
}
