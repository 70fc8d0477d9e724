// What can be measured, a function each; main turns words into these. Uses: bed, load, backlog.
// Used by: main, tests.
#pragma once

#include <string>
#include <vector>

#include "tools/bench/figures.h"
#include "tools/bench/siege.h"

namespace yht::bench {

struct Options {
    std::size_t runs = 5;           // each on a ledger of its own; the median counts
    std::size_t requests = 20'000;  // closed loops: so many
    double seconds = 10;            // open loops: so long
    std::vector<double> rates{};    // open loops: requests a second, one load each
    std::size_t connections = 64;
    std::size_t records = 100;        // of an array
    std::size_t tickets = 1'000'000;  // of the large ledger
    std::size_t lookups = 1'000;
    std::string work = "/tmp";  // where ledgers are made
    std::string ledger{};       // million: a directory to make it in, or to go on with
    std::size_t lanes = 0;      // deliveries: batches under way at once, for each destination; 0: as by default
    bool centre = true;         // drain: both destinations, or the province alone
    bool soap = false;          // drain: the province is its older platform, which speaks SOAP
    std::string under{};        // words before the gateway's own: perf, valgrind
    double scale = 1;           // floors: of every load's size
    double sustained_s = 120;   // floors: how long deliveries at 1500/s go on
    double quiet_s = 0;         // before each run, wait at most so long for others to be quiet
    std::size_t workbook_mb = 100;  // adapters: of the xlsx file; 0: none
    std::size_t sources = 40;       // sources: pulled ones
    std::int64_t every_s = 0;       // sources: how often each is asked; 0: as a manifest has it by default
    bool rsa = false;           // soap: RSA-2048 on both sides, not ECDSA P-256
    std::size_t attachment_mb = 10;  // soap-attachments: of each
    SiegeSize siege{};          // overload
    bool progress = true;       // a line a second on standard error
};

/// Single posts: closed loop for what it can take, then open ones at `rates`.
Report measureSingle(const Options& options);
/// SubmitRecord in signed envelopes: closed loop, then open ones at `rates`.
Report measureSoap(const Options& options);
/// UploadAttachment by MTOM, `attachment_mb` each: rate, and what the gateway's memory grows by.
Report measureSoapAttachments(const Options& options);
/// Arrays of `records`, closed loop.
Report measureArrays(const Options& options);
/// Single posts and arrays with 5 ms added to every fsync.
Report measureSlowDisk(const Options& options);
/// Open loop at `rates` with both destinations taking deliveries: backlog, and time from post to
/// the province's receipt in the ledger.
Report measureDeliveries(const Options& options);
/// Records that pile up while the destinations are down, and how fast they go when they are back.
Report measureDrain(const Options& options);
/// A ledger with `tickets`: rate beside that of an empty one, start, look-up.
Report measureLarge(const Options& options);
/// Adapters alone: items a CPU second by format, memory for a large workbook.
Report measureAdapters(const Options& options);
/// Pulled sources that have nothing new: CPU of the gateway over `seconds`.
Report measureSources(const Options& options);
/// Full and resumed handshakes with mutual authentication.
Report measureHandshakes(const Options& options);
/// Single posts of a partner alone, then beside a siege of `siege`: what is left of the rate, and memory.
Report measureOverload(const Options& options);
/// Sign and verify by algorithm, seal and open by cipher: CPU time of one thread.
Report measureCrypto(const Options& options);
/// The calibration loop alone.
Report measureMachine(const Options& options);

}  // namespace yht::bench
