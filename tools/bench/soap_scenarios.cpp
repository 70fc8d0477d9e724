// The SOAP door: signed records, attachments by MTOM.
#include <cmath>

#include "tools/bench/measuring.h"

namespace yht::bench {

namespace {

constexpr std::uint64_t kArrivalSeed = 61;
/// Half of the uploads that the gateway takes at once is the most of one partner.
constexpr std::size_t kUploadConnections = 4;
constexpr std::size_t kWarmUploads = 8;
constexpr double kBytesPerMegabyte = 1e6;

Recipe soapRecipe(const Bed& bed, std::uint64_t seed, std::size_t requests, Speech speech) {
    Recipe recipe = bed.recipe(seed, requests, 1);
    recipe.speech = speech;
    return recipe;
}

}  // namespace

Report measureSoap(const Options& options) {
    const std::string name = options.rsa ? "signed SOAP records (RSA)" : "signed SOAP records";
    Report report("Signed SOAP records of 2 KB: mTLS, WS-Security both ways, fsync, receipt");
    for (std::size_t turn = 0; turn < options.runs; ++turn) {
        beginRun(turn, options, report);
        Bed bed({.work = options.work, .connections_max = options.connections, .rsa = options.rsa, .under = options.under});
        bed.startGateway();
        std::uint64_t seed = 1;  // of each load another one: no record comes twice
        measure(
            bed, soapRecipe(bed, seed++, options.requests, Speech::Soap), {}, options,
            {.load = name + ", closed loop", .rate_floor = ">= 700"}, report
        );
        for (const double rate : options.rates) {
            const auto arrivals = arrivalsAt(rate, options.seconds, kArrivalSeed + seed);
            if (arrivals.empty()) throw Invalid("no request falls into that time at that rate");
            const Naming naming{
                .load = name + ", open loop at " + std::to_string(std::llround(rate)) + "/s",
                .p99_floor = rate <= 400 ? "< 80" : ""};
            measure(bed, soapRecipe(bed, seed++, arrivals.size(), Speech::Soap), arrivals, options, naming, report);
        }
        addMemory(bed, report);
        bed.stopGateway();
    }
    report.note(
        std::to_string(options.connections) + " connections; requests and answers signed with " +
        (options.rsa ? "RSA-2048" : "ECDSA P-256") + "; nothing routed"
    );
    return report;
}

Report measureSoapAttachments(const Options& options) {
    const std::string name = "attachments of " + std::to_string(options.attachment_mb) + " MB by MTOM";
    Report report("Attachments by MTOM, streamed against their signed digest");
    for (std::size_t turn = 0; turn < options.runs; ++turn) {
        beginRun(turn, options, report);
        Bed bed({.work = options.work, .rsa = options.rsa, .under = options.under});
        bed.startGateway();
        Options load = options;
        load.connections = kUploadConnections;
        const auto recipe = [&](std::uint64_t seed, std::size_t requests) {
            Recipe made = soapRecipe(bed, seed, requests, Speech::SoapAttachment);
            made.attachment_bytes = options.attachment_mb * static_cast<std::size_t>(kBytesPerMegabyte);
            return made;
        };
        Report warm_up("");
        measure(bed, recipe(1, kWarmUploads), {}, load, {.load = "warm-up"}, warm_up);
        const double before_mb = bed.gatewayUse().rss_peak_mb;
        const auto measured = measure(bed, recipe(2, options.requests), {}, load, {.load = name}, report);
        const double megabytes = static_cast<double>(options.requests * options.attachment_mb);
        report.add(name + ": taken", "MB/s", megabytes / measured.result.seconds, ">= 100");
        report.add(name + ": memory grew by", "MB", bed.gatewayUse().rss_peak_mb - before_mb, "< 20");
        addMemory(bed, report);
        bed.stopGateway();
    }
    report.note(std::to_string(kUploadConnections) + " connections; MB: 10^6 bytes");
    return report;
}

}  // namespace yht::bench
