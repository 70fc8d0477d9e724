// partner-sim: what a partner does: posts records, reads tickets, follows changes; floods, for the
// fault tests; and lays siege to a gateway, for the bench. Uses: partner_sim, stage, CLI11.
#include <CLI/CLI.hpp>

#include <iostream>
#include <sstream>
#include <thread>

#include "gateway/json/json.h"
#include "tools/partner-sim/changes.h"
#include "tools/partner-sim/flood.h"
#include "tools/partner-sim/posting.h"
#include "tools/partner-sim/siege.h"
#include "tools/stage/process.h"

namespace {

using namespace yht;

constexpr int kRefused = 5, kUnanswered = 6, kUnverified = 7;
constexpr std::int64_t kSiegeLookMillis = 50;

struct Flags {
    speaker::SpeakerOptions speaker;
    std::string log_key, ack_log;
    std::size_t parallel = 1, batch = 1;
    std::int64_t give_up_ms = 0;
    bool lines = false, quiet = false;
    std::vector<std::string> files;
    std::uint64_t count = 1000, first = 0;
    partner_sim::FloodOptions flood;
    partner_sim::ChangesOptions changes;
    partner_sim::SiegeOptions siege;
    std::string ticket_no, source, ticket_ref;
};

constexpr const char* kFooter = R"(example:
  partner-sim post --gateway https://localhost:8443 --cert pki/hotline-12315.pem \
      --key pki/hotline-12315.key --ca pki/root.pem --log-key run/log.vkey \
      --ack-log run/12315.acks tests/samples/cases/06-rural-water.json
exit codes: 0 all taken (201 or 200), 2 flags wrong, 3 can't start, 5 some refused,
            6 some not answered, 7 a receipt does not hold)";

void describeSpeaker(CLI::App* app, Flags& flags) {
    app->add_option("--gateway", flags.speaker.base_url, "https://host:port")->required();
    app->add_option(
           "--cert", flags.speaker.tls.certificate_chain_pem,
           "our certificate: connects and signs, PEM"
    )
        ->required();
    app->add_option("--key", flags.speaker.tls.private_key_pem, "its private key, PEM")->required();
    app->add_option("--ca", flags.speaker.tls.peer_ca_pem, "CAs of the gateway's certificate, PEM")
        ->required();
    app->add_option("--timeout-ms", flags.speaker.timeout_ms, "of one request")
        ->capture_default_str();
}

void describePosting(CLI::App* app, Flags& flags) {
    describeSpeaker(app, flags);
    app->add_option(
        "--log-key", flags.log_key,
        "file with the gateway's verifier key; receipts are checked with it"
    );
    app->add_option(
        "--ack-log", flags.ack_log, "file that gets every acknowledgement, JSON lines, fsync'd"
    );
    app->add_option("--parallel", flags.parallel, "connections at once")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    app->add_option("--batch", flags.batch, "records a request")
        ->check(CLI::Range(1, 500))
        ->capture_default_str();
    app->add_option(
        "--give-up-ms", flags.give_up_ms, "stop repeating a request after this time; 0: never"
    );
    app->add_flag("--quiet", flags.quiet, "no line for each record");
}

/// Every record of the files: a file is one JSON record, or with --lines one record a line.
std::vector<std::string> readRecords(const Flags& flags) {
    std::vector<std::string> records;
    for (const std::string& path : flags.files) {
        const auto file = stage::readFile(path);
        if (!file.ok) throw std::runtime_error("can't read " + path);
        std::istringstream in(file.text);
        std::string line;
        if (!flags.lines)
            records.push_back(file.text);
        else
            while (std::getline(in, line))
                if (!line.empty()) records.push_back(line);
    }
    return records;
}

std::shared_ptr<const speaker::Speaker> makeSpeaker(const Flags& flags, const base::Clock& clock) {
    auto speaker = speaker::Speaker::make(flags.speaker, clock);
    if (!speaker) throw std::runtime_error(base::describe(speaker.error()));
    return std::move(*speaker);
}

/// Stops the token on SIGTERM or SIGINT while it lives.
class StopOnSignal {
public:
    explicit StopOnSignal(speaker::StopToken& token)
        : thread_([&token](std::stop_token ended) {
              while (!ended.stop_requested())
                  if (stage::stopSignalWithin(100)) return token.stop();
          }) {}

private:
    std::jthread thread_;
};

int verdictOf(const partner_sim::PostingTotals& totals) {
    if (totals.unverified > 0) return kUnverified;
    if (totals.unanswered > 0) return kUnanswered;
    return totals.refused > 0 ? kRefused : int{stage::kDone};
}

int post(const Flags& flags, const partner_sim::RecordSource& next) {
    const base::SystemClock clock;
    const auto speaker = makeSpeaker(flags, clock);
    speaker::AckLog log(flags.ack_log);
    std::optional<speaker::LogKey> key;
    if (!flags.log_key.empty()) {
        auto read = speaker::readLogKey(stage::readFile(flags.log_key).text);
        if (!read) throw std::runtime_error(flags.log_key + ": " + base::describe(read.error()));
        key = std::move(*read);
    }
    speaker::StopToken stop;
    const StopOnSignal watch(stop);
    partner_sim::PostingOptions options{
        .parallel = flags.parallel, .batch = flags.batch, .submission = {}};
    options.submission.log_key = key ? &*key : nullptr;
    options.submission.ack_log = &log;
    options.submission.give_up_after_ms = flags.give_up_ms;
    const auto show = [&](const speaker::Acknowledgement& ack) {
        if (!flags.quiet) std::cout << speaker::toLine(ack) << std::endl;
    };
    const auto totals = partner_sim::postAll(speaker, next, show, options, clock, stop);
    std::cerr << "created " << totals.created << ", duplicate " << totals.duplicate << ", refused "
              << totals.refused << ", not answered " << totals.unanswered
              << ", receipts that do not hold " << totals.unverified
              << (totals.trouble.empty() ? "" : "; " + totals.trouble) << std::endl;
    return verdictOf(totals);
}

int postFiles(const Flags& flags) {
    const auto records = readRecords(flags);
    std::size_t index = 0;
    return post(flags, [&]() -> std::optional<std::string> {
        return index < records.size() ? std::optional(records[index++]) : std::nullopt;
    });
}

int flood(const Flags& flags) {
    std::uint64_t index = flags.first;
    return post(flags, [&]() -> std::optional<std::string> {
        if (index >= flags.first + flags.count) return std::nullopt;
        return partner_sim::floodRecord(flags.flood, index++);
    });
}

int changes(const Flags& flags) {
    const base::SystemClock clock;
    speaker::GatewayClient client(makeSpeaker(flags, clock));
    speaker::StopToken stop;
    const StopOnSignal watch(stop);
    const auto end = partner_sim::followChanges(
        client, flags.changes, [](const std::string& line) { std::cout << line << std::endl; }, stop
    );
    if (end == partner_sim::ChangesEnd::Refused) return kRefused;
    return end == partner_sim::ChangesEnd::Unreachable ? kUnanswered : int{stage::kDone};
}

int ticket(const Flags& flags) {
    const base::SystemClock clock;
    speaker::GatewayClient client(makeSpeaker(flags, clock));
    const std::string target = flags.ticket_no.empty() ? "/v1/tickets?source=" + flags.source +
                                                             "&ticket_ref=" + flags.ticket_ref
                                                       : "/v1/tickets/" + flags.ticket_no;
    const auto reply = client.get(target);
    if (reply.lost) {
        std::cerr << "no answer: " << reply.detail << std::endl;
        return kUnanswered;
    }
    std::cout << reply.body << std::endl;
    return reply.status == 200 ? int{stage::kDone} : kRefused;
}

/// {"dribblers_opened":"103",…}
std::string toJson(const partner_sim::SiegeCounts& counts) {
    rapidjson::StringBuffer text;
    rapidjson::Writer<rapidjson::StringBuffer> out(text);
    out.StartObject();
    const std::pair<const char*, std::uint64_t> numbers[] = {
        {"dribblers_opened", counts.dribblers_opened}, {"forged_not_let_in", counts.forged_not_let_in},
        {"forged_otherwise", counts.forged_otherwise}, {"forged_refused", counts.forged_refused},
        {"idle_opened", counts.idle_opened},           {"octets_dribbled", counts.octets_dribbled},
        {"oversized_refused", counts.oversized_refused}, {"oversized_taken", counts.oversized_taken}};
    for (const auto& [name, number] : numbers) {
        out.Key(name);
        out.String(std::to_string(number));
    }
    out.EndObject();
    return text.GetString();
}

int siege(const Flags& flags) {
    const base::SystemClock clock;
    auto options = flags.siege;
    options.base_url = flags.speaker.base_url;
    options.tls = flags.speaker.tls;
    auto siege = partner_sim::Siege::begin(options, clock);
    if (!siege) throw std::runtime_error(base::describe(siege.error()));
    bool stands = false;
    while (!stage::stopSignalWithin(kSiegeLookMillis)) {
        const auto counts = (*siege)->counts();
        if (stands || counts.dribblers_opened < options.dribbling || counts.idle_opened < options.idle ||
            (options.forging > 0 && counts.forged_refused == 0))
            continue;
        stands = true;
        std::cout << "stands" << std::endl;
    }
    const auto counts = (*siege)->counts();
    std::cout << toJson(counts) << std::endl;
    if (counts.forged_otherwise > 0) std::cerr << "a forged one was answered: " << counts.otherwise << std::endl;
    return stage::kDone;
}

int dispatch(CLI::App& app, const Flags& flags) {
    if (app.got_subcommand("post")) return postFiles(flags);
    if (app.got_subcommand("flood")) return flood(flags);
    if (app.got_subcommand("changes")) return changes(flags);
    if (app.got_subcommand("siege")) return siege(flags);
    return ticket(flags);
}

void describeCommands(CLI::App& app, Flags& flags) {
    app.footer(kFooter);
    app.require_subcommand(1);
    auto* posting = app.add_subcommand("post", "post records, until each is answered");
    describePosting(posting, flags);
    posting->add_flag("--lines", flags.lines, "files hold one record a line");
    posting->add_option("files", flags.files, "JSON files")->required();
    auto* flooding = app.add_subcommand("flood", "post many made-up appeals of 2 KB");
    describePosting(flooding, flags);
    flooding->add_option("--count", flags.count, "how many")
        ->check(CLI::Range(std::uint64_t{1}, partner_sim::kFloodMax))
        ->capture_default_str();
    flooding->add_option("--first", flags.first, "index of the first")->capture_default_str();
    flooding->add_option("--seed", flags.flood.seed, "the same seed gives the same records")
        ->capture_default_str();
    flooding->add_option("--source", flags.flood.source, "source id")->required();
    auto* following = app.add_subcommand("changes", "show what came back, a line a record");
    describeSpeaker(following, flags);
    following->add_option("--after", flags.changes.after, "cursor")->capture_default_str();
    following->add_option(
        "--cursor-file", flags.changes.cursor_file, "keeps the cursor between runs"
    );
    following->add_option("--limit", flags.changes.limit, "records an answer")
        ->check(CLI::Range(1, 500))
        ->capture_default_str();
    following->add_flag("--follow", flags.changes.follow, "go on until stopped");
    auto* besieging = app.add_subcommand("siege", "idle, dribbling, forging, oversized connections until stopped; \"stands\" when all are there");
    describeSpeaker(besieging, flags);
    besieging->add_option("--address", flags.siege.address, "where the gateway listens, host:port")->required();
    besieging->add_option("--from", flags.siege.from, "our address; default: whichever the machine takes");
    besieging->add_option("--source", flags.siege.source, "source id of the forged records")->required();
    besieging->add_option("--idle", flags.siege.idle, "connections that say nothing")->check(CLI::Range(0, 5000))->capture_default_str();
    besieging->add_option("--dribbling", flags.siege.dribbling, "heads that never end, inside TLS")->check(CLI::Range(0, 500))->capture_default_str();
    besieging->add_option("--forging", flags.siege.forging, "connections with wrong signatures, as fast as they are answered")->check(CLI::Range(0, 64))->capture_default_str();
    besieging->add_option("--oversized", flags.siege.oversized, "connections with 10 MB heads, deep JSON, huge bodies")->check(CLI::Range(0, 64))->capture_default_str();
    auto* asking = app.add_subcommand("ticket", "show one ticket");
    describeSpeaker(asking, flags);
    auto* number = asking->add_option("--ticket-no", flags.ticket_no, "the gateway's number");
    asking->add_option("--source", flags.source, "a source …")->excludes(number);
    asking->add_option("--ticket-ref", flags.ticket_ref, "… and its own number")->excludes(number);
}

}  // namespace

int main(int argc, char** argv) {
    stage::blockStopSignals();
    CLI::App app("A partner of the gateway, for demonstrations and tests", "partner-sim");
    Flags flags;
    describeCommands(app, flags);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? stage::kDone : stage::kUsage;
    }
    try {
        return dispatch(app, flags);
    } catch (const std::exception& fault) {
        std::cerr << "partner-sim: " << fault.what() << std::endl;
        return stage::kCannotStart;
    }
}
