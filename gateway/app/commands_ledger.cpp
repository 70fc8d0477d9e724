#include <iostream>
#include <optional>

#include "gateway/app/command_line.h"
#include "gateway/app/commands.h"
#include "gateway/app/deployment.h"
#include "gateway/app/opened_ledger.h"
#include "gateway/app/story.h"
#include "gateway/app/terminal.h"
#include "gateway/app/trial.h"
#include "gateway/base/time_text.h"
#include "gateway/json/json.h"
#include "gateway/json/members.h"
#include "gateway/ledger/store/damage.h"
#include "gateway/ledger/store/ticket_reader.h"
#include "gateway/ticket/record_json.h"
#include "gateway/ledger/store/verify.h"
#include "gateway/ticket/fold.h"

namespace yht::app {
namespace {

using json::Writer;

constexpr std::size_t kFollowPageEntries = 256;
constexpr std::int64_t kFollowPollMs = 200;

std::string clockText(base::UnixMillis ms) {
    return base::formatCivil(base::toCivil(ms, base::kShanghaiOffsetSeconds), "%Y-%m-%d %H:%M:%S.%L");
}

void writeLine(Writer& writer, const StoryLine& line) {
    writer.StartObject();
    json::writeNumber(writer, "seq", line.seq);
    json::writeText(writer, "at", base::formatRfc3339(line.at_ms));
    json::writeText(writer, "committed", base::formatRfc3339(line.committed_ms));
    json::writeText(writer, "ticket_no", line.ticket_no);
    json::writeText(writer, "who", line.who);
    json::writeText(writer, "what", line.what);
    json::writeText(writer, "text", line.text);
    if (line.version) {
        json::writeNumber(writer, "version_number", line.version->number);
        json::writeNumber(writer, "version_count", line.version->count);
    }
    if (line.version && line.version->superseded_by != 0) {
        json::writeNumber(writer, "superseded_by", line.version->superseded_by);
        json::writeText(writer, "superseded_at", base::formatRfc3339(line.version->superseded_ms));
    }
    writer.EndObject();
}

StoryLine tellSeq(ledger::View& view, const ledger::LeafHeader& header, const ticket::Persons& persons) {
    const auto entry = view.entry(header.seq);
    return entry.ok() ? tellEntry(*entry, persons) : tellLeaf(header);
}

/// Every entry of the ticket, records and outcomes alike, by seq.
std::vector<StoryLine> tellTicket(ledger::View& view, const ledger::StoredTicket& stored) {
    std::vector<StoryLine> lines;
    const auto persons = ledger::personsOf(stored);
    const auto versions = storyVersions(stored);
    for (const auto seq : view.ticketEntries(stored.ticket_no)) {
        const auto leaf = view.leaf(seq);
        if (!leaf.ok()) continue;
        lines.push_back(tellSeq(view, leaf->header, persons));
        if (const auto version = versions.find(seq); version != versions.end()) lines.back().version = version->second;
    }
    return lines;
}

/// The persons of one entry's ticket; of a record without ticket, those that it names itself.
ticket::Persons personsAround(ledger::View& view, const ledger::LeafHeader& header) {
    if (header.type != ledger::EntryType::Record) return {};
    if (const auto stored = ledger::readTicket(view, header.ticket_no); stored.ok()) {
        return ledger::personsOf(*stored);
    }
    ticket::Persons persons;
    const auto entry = view.entry(header.seq);
    if (!entry.ok()) return persons;
    if (const auto record = ticket::fromCanonicalText(entry->payload); record.ok()) persons.learn(*record);
    return persons;
}

void printHead(const ledger::StoredTicket& stored, const ticket::TicketView& view) {
    const auto& state = ticket::stateRow(view.state);
    std::cout << "工单 " << stored.ticket_no << "  " << state.zh << " " << state.name << "  第 " << view.round
              << " 轮 round\n";
    for (const auto& alias : stored.aliases) std::cout << "  " << printable(alias.party) << ": " << printable(alias.number) << '\n';
    if (view.deadline_ms) {
        std::cout << "  时限 deadline: " << clockText(*view.deadline_ms)
                  << (view.flags.overdue ? "  超期 overdue" : "") << '\n';
    }
    for (const auto& finding : view.findings) {
        std::cout << "  ! " << finding.zh << " " << finding.en << " (" << finding.record.source << " "
                  << printable(finding.record.record_ref) << ")\n";
    }
    if (stored.erased_count > 0) std::cout << "  已删除记录 erased records: " << stored.erased_count << '\n';
}

void printTimeline(const std::vector<StoryLine>& lines) {
    Table table{{"#", "时间 time", "谁 who", "什么 what", ""}, {}};
    for (const auto& line : lines) {
        const std::string version = line.version ? versionText(*line.version) + " · " : "";
        table.rows.push_back({std::to_string(line.seq), clockText(line.at_ms), line.who, line.what, version + line.text});
    }
    print(std::cout, table);
}

void printTicketJson(const ledger::StoredTicket& stored, const ticket::TicketView& view,
                     const std::vector<StoryLine>& lines) {
    rapidjson::StringBuffer buffer;
    Writer writer(buffer);
    writer.StartObject();
    json::writeText(writer, "ticket_no", stored.ticket_no);
    json::writeText(writer, "state", ticket::stateRow(view.state).name);
    writer.Key("round");
    writer.Int64(view.round);
    writer.Key("names");
    writer.StartArray();
    for (const auto& alias : stored.aliases) writer.String(alias.party + "/" + alias.number);
    writer.EndArray();
    writer.Key("findings");
    writer.StartArray();
    for (const auto& finding : view.findings) writer.String(finding.code);
    writer.EndArray();
    writer.Key("timeline");
    writer.StartArray();
    for (const auto& line : lines) writeLine(writer, line);
    writer.EndArray();
    writer.EndObject();
    std::cout << buffer.GetString() << '\n';
}

void printReport(const ledger::VerifyReport& report) {
    std::cout << report.entries << " entries 条, " << report.payloads << " payloads opened 内容已核对, " << report.erased
              << " erased 已删除, " << report.nodes << " nodes, " << report.checkpoints << " checkpoints, "
              << report.identities << " identities\nroot 根: " << base::toHex(report.root) << '\n';
    if (report.difference_count == 0) {
        std::cout << "everything fits 全部一致\n";
        return;
    }
    std::cout << report.difference_count << " differences 处不一致:\n";
    for (const auto& difference : report.differences) {
        std::cout << "  " << difference.what << ": expected 应为 " << difference.expected << ", found 实为 "
                  << difference.found << '\n';
    }
}

void printReportJson(const ledger::VerifyReport& report) {
    rapidjson::StringBuffer buffer;
    Writer writer(buffer);
    writer.StartObject();
    const std::pair<const char*, std::uint64_t> counts[] = {
        {"entries", report.entries}, {"payloads", report.payloads},       {"erased", report.erased},
        {"nodes", report.nodes},     {"checkpoints", report.checkpoints}, {"identities", report.identities},
        {"difference_count", report.difference_count}};
    for (const auto& [name, count] : counts) {
        json::writeNumber(writer, name, count);
    }
    json::writeText(writer, "root", base::toHex(report.root));
    writer.Key("differences");
    writer.StartArray();
    for (const auto& difference : report.differences) {
        writer.StartObject();
        json::writeText(writer, "what", difference.what);
        json::writeText(writer, "expected", difference.expected);
        json::writeText(writer, "found", difference.found);
        writer.EndObject();
    }
    writer.EndArray();
    writer.EndObject();
    std::cout << buffer.GetString() << '\n';
}

void printFollowed(const StoryLine& line, bool json) {
    if (json) {
        rapidjson::StringBuffer buffer;
        Writer writer(buffer);
        writeLine(writer, line);
        std::cout << buffer.GetString() << std::endl;
        return;
    }
    std::cout << "#" << line.seq << "  " << line.ticket_no << "  " << line.who << "  " << line.what << "  "
              << printable(line.text) << std::endl;
}

}  // namespace

int showTicket(const CommandOptions& options, const std::string& ticket_no) {
    return withLedger(options.directory, [&](OpenedLedger& opened) -> int {
        auto snapshot = opened.store->snapshot();
        if (!snapshot.ok()) return reportError(snapshot.error());
        const auto resolved = resolveTicket(**snapshot, ticket_no);
        if (!resolved) {
            std::cerr << "no such ticket 没有这张工单: " << ticket_no << "; yht tickets lists them 可用 yht tickets 查看\n";
            return kExitData;
        }
        const auto stored = ledger::readTicket(**snapshot, *resolved);
        if (!stored.ok()) return reportError(stored.error());
        const auto view = opened.fold(*stored);
        const auto lines = tellTicket(**snapshot, *stored);
        if (options.json) {
            printTicketJson(*stored, view, lines);
        } else {
            printHead(*stored, view);
            printTimeline(lines);
        }
        return kExitOk;
    }, options.trial);
}

int followLedger(const CommandOptions& options, std::uint64_t after, std::int64_t idle_s) {
    return withLedger(options.directory, [&](OpenedLedger& opened) -> int {
        std::int64_t idle_since_ms = opened.clock->steadyMillis();
        for (;;) {
            auto snapshot = opened.store->snapshot();
            if (!snapshot.ok()) return reportError(snapshot.error());
            const auto headers = (*snapshot)->scan(after, kFollowPageEntries);
            for (const auto& header : headers) {
                // Raw messages belong to the records that follow them.
                if (header.type != ledger::EntryType::Message) {
                    printFollowed(tellSeq(**snapshot, header, personsAround(**snapshot, header)), options.json);
                }
                after = header.seq;
            }
            if (!headers.empty()) {
                idle_since_ms = opened.clock->steadyMillis();
                continue;
            }
            if (idle_s > 0 && opened.clock->steadyMillis() - idle_since_ms >= idle_s * 1000) return kExitOk;
            snapshot->reset();  // a reader that waits must not pin the write-ahead log
            if (!std::cout) return kExitOk;
            opened.pause(kFollowPollMs);
        }
    }, options.trial);
}

int showCheckpoint(const CommandOptions& options) {
    return withLedger(options.directory, [&](OpenedLedger& opened) -> int {
        auto snapshot = opened.store->snapshot();
        if (!snapshot.ok()) return reportError(snapshot.error());
        const auto note = (*snapshot)->checkpoint();
        const auto key = ledger::verifierKey(opened.store->logKeyName(), opened.log_key);
        if (options.json) {
            rapidjson::StringBuffer buffer;
            Writer writer(buffer);
            writer.StartObject();
            json::writeText(writer, "verifier_key", key);
            json::writeText(writer, "checkpoint", note.value_or(""));
            writer.EndObject();
            std::cout << buffer.GetString() << '\n';
        } else {
            std::cout << "验证公钥 verifier key: " << key << "\n\n"
                      << note.value_or("(empty ledger 账本为空)\n");
        }
        return kExitOk;
    }, options.trial);
}

int verifyLedgerCommand(const CommandOptions& options) {
    return withLedger(options.directory, [&](OpenedLedger& opened) -> int {
        const auto store = options.trial
                               ? trialStoreOptions(opened.config, *opened.clock, *opened.random, true)
                               : storeOptions(opened.config, *opened.clock, *opened.random, true);
        if (!store.ok()) return reportError(store.error());
        const auto report = ledger::verifyLedger(*store, [&](ledger::Seq done, ledger::Seq all) {
            if (!options.json) std::cerr << '\r' << done << " / " << all << " entries 条" << std::flush;
        });
        if (!options.json) std::cerr << '\n';
        if (!report.ok()) return reportError(report.error());
        if (options.json) {
            printReportJson(*report);
        } else {
            printReport(*report);
        }
        const auto status = report->status();
        return status.ok() ? kExitOk : reportError(ledger::forOperator(status.error(), store->path));
    }, options.trial);
}

}  // namespace yht::app
