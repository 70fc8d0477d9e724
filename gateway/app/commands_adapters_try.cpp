#include <algorithm>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>

#include "gateway/app/command_line.h"
#include "gateway/app/commands_adapters_work.h"
#include "gateway/app/opened_ledger.h"
#include "gateway/app/readapting.h"
#include "gateway/app/terminal.h"
#include "gateway/json/json.h"

namespace yht::app {
namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

constexpr std::size_t kMessageBytesMax = 256U << 20;

/// What would become of one message's items.
struct Tried {
    MadeOfMessage made;
    std::uint64_t accepted = 0, duplicate = 0, conflicts = 0;
    std::uint64_t records_new = 0;
    bool ledger_asked = false;

    std::uint64_t quarantined() const { return made.failed + conflicts; }
    void add(const Tried& other) {
        made.add(other.made);
        accepted += other.accepted;
        duplicate += other.duplicate;
        conflicts += other.conflicts;
        records_new += other.records_new;
        ledger_asked = ledger_asked || other.ledger_asked;
    }
};

enum class Known : std::uint8_t { New, Same, Conflict };

/// As admission would decide, as far as the ledger can tell without it (decide.h, rules 2 to 5).
Known known(ledger::View& view, const MadeRecord& record) {
    const auto& identity = record.identity;
    if (record.version_origin == ticket::VersionOrigin::Latest) {
        const auto latest = view.findLatest(identity.source, identity.kind, identity.record_ref);
        return latest && view.sameBody(*latest, record.body_digest) ? Known::Same : Known::New;
    }
    const auto found = view.findIdentity(identity);
    if (!found) return Known::New;
    return view.sameBody(*found, record.body_digest) ? Known::Same : Known::Conflict;
}

/// An item is a duplicate where every record of it is known, to the ledger or to this run.
void judge(ledger::View* view, std::set<base::Bytes>& seen, Tried& tried) {
    std::map<std::uint64_t, Known> items;
    for (const auto& record : tried.made.records) {
        Known one = view == nullptr ? Known::New : known(*view, record);
        if (one == Known::New && !seen.insert(record.body_digest).second) one = Known::Same;
        tried.records_new += one == Known::New ? 1 : 0;
        const auto [item, is_first] = items.emplace(record.item_index, one);
        if (is_first || item->second == Known::Conflict) continue;
        if (one == Known::Conflict || one == Known::New) item->second = one;
    }
    for (const auto& [index, what] : items) {
        if (what == Known::Conflict) ++tried.conflicts;
        else ++(what == Known::Same ? tried.duplicate : tried.accepted);
    }
    tried.ledger_asked = view != nullptr;
}

std::optional<std::string> readMessage(const std::string& path) {
    std::ostringstream content;
    if (path == "-") {
        content << std::cin.rdbuf();
        return std::move(content).str();
    }
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    if (!file || static_cast<std::size_t>(file.tellg()) > kMessageBytesMax) return std::nullopt;
    file.seekg(0);
    content << file.rdbuf();
    return std::move(content).str();
}

using Counts = std::map<std::string, std::uint64_t>;

void counts(Writer& out, const char* name, const Counts& all) {
    out.Key(name);
    out.StartObject();
    for (const auto& [what, times] : all) {
        out.Key(what.c_str());
        out.Uint64(times);
    }
    out.EndObject();
}

void printJson(const std::string& source, const std::string& version, const Tried& tried) {
    rapidjson::StringBuffer buffer;
    Writer out(buffer);
    const auto count = [&](const char* name, std::uint64_t value) {
        out.Key(name);
        out.Uint64(value);
    };
    out.StartObject();
    out.Key("source");
    out.String(source);
    out.Key("adapter_version");
    out.String(version);
    out.Key("ledger_asked");
    out.Bool(tried.ledger_asked);
    count("received", tried.made.items);
    count("would_accept", tried.accepted);
    count("duplicate", tried.duplicate);
    count("would_quarantine", tried.quarantined());
    count("ignored", tried.made.ignored);
    count("records_new", tried.records_new);
    counts(out, "reasons", tried.made.failures);
    counts(out, "ignored_by", tried.made.ignored_by);
    counts(out, "unmapped_codes", tried.made.unmapped);
    counts(out, "unread_members", tried.made.unknown);
    out.EndObject();
    std::cout << buffer.GetString() << '\n';
}

void list(const char* heading, const Counts& all) {
    if (all.empty()) return;
    std::vector<std::pair<std::string, std::uint64_t>> sorted(all.begin(), all.end());
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    std::cout << '\n' << heading << '\n';
    for (const auto& [what, times] : sorted) std::cout << "  " << times << "  " << printable(what) << '\n';
}

void printText(const std::string& version, const Tried& tried) {
    std::cout << "条目 items " << tried.made.items << ": 将受理 would accept " << tried.accepted << " (新记录 new records "
              << tried.records_new << "), 重复 duplicate " << tried.duplicate << ", 将隔离 would quarantine "
              << tried.quarantined() << ", 忽略 ignored " << tried.made.ignored << '\n';
    if (tried.conflicts > 0)
        std::cout << "其中内容冲突 of these in conflict with the ledger: " << tried.conflicts << '\n';
    std::cout << (tried.ledger_asked ? "已与账本比对 compared with the ledger"
                                     : "未与账本比对(用 -c 指定部署目录) not compared with a ledger (-c DIR)")
              << ", adapter " << version << '\n';
    list("隔离原因 would be quarantined because:", tried.made.failures);
    list("忽略规则 ignored by rule:", tried.made.ignored_by);
    list("未映射代码 codes without a row:", tried.made.unmapped);
    list("无规则读取的成员 members that no rule reads:", tried.made.unknown);
    std::cout << "\n什么都没有写入 nothing was written\n";
}

int report(const WorkOptions& options, const std::string& version, const Tried& all) {
    if (options.json) printJson(options.source, version, all);
    else printText(version, all);
    return all.quarantined() > 0 ? kExitFound : kExitOk;
}

}  // namespace

int tryAdapter(const WorkOptions& options) {
    const std::string& directory = options.adaptersDirectory();
    const auto adapter = kit::Adapter::load(directory + "/sources", directory + "/products", options.source);
    if (!adapter.ok()) return reportError(adapter.error());
    const auto run = [&](ledger::View* view) -> int {
        base::SystemRandom random;
        Tried all;
        std::set<base::Bytes> seen;
        for (const auto& file : options.files.empty() ? std::vector<std::string>{"-"} : options.files) {
            const auto message = readMessage(file);
            if (!message) {
                std::cerr << file << ": can't be read, or larger than 256 MiB 无法读取或超过 256 MiB\n";
                return kExitData;
            }
            kit::MessageContext context;
            context.received_ms = base::SystemClock().nowMillis();
            context.file_name = file == "-" ? "" : file.substr(file.rfind('/') + 1);
            Tried one;
            one.made = makeOf(**adapter, *message, context, random);
            judge(view, seen, one);
            all.add(one);
        }
        return report(options, (*adapter)->version(), all);
    };
    if (options.deployment.empty()) return run(nullptr);
    return withLedger(options.deployment, [&](OpenedLedger& opened) -> int {
        auto snapshot = opened.store->snapshot();
        if (!snapshot.ok()) return reportError(snapshot.error());
        return run(snapshot->get());
    });
}

}  // namespace yht::app
