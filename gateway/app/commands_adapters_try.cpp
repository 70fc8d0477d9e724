#include <algorithm>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>

#include "gateway/app/command_line.h"
#include "gateway/app/commands_adapters_work.h"
#include "gateway/app/live_source.h"
#include "gateway/app/readapting.h"
#include "gateway/app/terminal.h"
#include "gateway/intake/admission/decide.h"
#include "gateway/json/json.h"
#include "gateway/json/members.h"
#include "gateway/trust/pull_verifier.h"

namespace yht::app {
namespace {

using json::Writer;

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

/// As admission would decide, as far as the ledger can tell without it (decide.h, rules 2 to 5, 4a).
Known known(ledger::View& view, const MadeRecord& record, bool unchanged_is_duplicate) {
    const auto& identity = record.identity;
    if (record.version_origin == ticket::VersionOrigin::Latest) {
        const auto latest = view.findLatest(identity.source, identity.kind, identity.record_ref);
        return latest && view.sameBody(*latest, record.body_digest) ? Known::Same : Known::New;
    }
    if (unchanged_is_duplicate) {
        const auto latest = view.findLatest(identity.source, identity.kind, identity.record_ref);
        if (latest && intake::saysTheSame(view, *latest, record.record)) return Known::Same;
    }
    const auto found = view.findIdentity(identity);
    if (!found) return Known::New;
    return view.sameBody(*found, record.body_digest) ? Known::Same : Known::Conflict;
}

/// An item is a duplicate where every record of it is known, to the ledger or to this run.
void judge(ledger::View* view, std::set<base::Bytes>& seen, Tried& tried, bool unchanged_is_duplicate) {
    std::map<std::uint64_t, Known> items;
    for (const auto& record : tried.made.records) {
        Known one = view == nullptr ? Known::New : known(*view, record, unchanged_is_duplicate);
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

void printJson(const std::string& source, const std::string& version, const Tried& tried, const LiveLook* look, const std::string& blocked) {
    rapidjson::StringBuffer buffer;
    Writer out(buffer);
    out.StartObject();
    json::writeText(out, "source", source);
    json::writeText(out, "adapter_version", version);
    out.Key("ledger_asked");
    out.Bool(tried.ledger_asked);
    if (look != nullptr) {
        json::writeNumber(out, "portions", look->portions);
        json::writeNumber(out, "portions_too_large", look->refused);
        out.Key("more");
        out.Bool(look->more);
        out.Key("would_be_blocked");
        out.Bool(!blocked.empty());
        json::writeText(out, "blocked_by", blocked);
    }
    json::writeNumber(out, "received", tried.made.items);
    json::writeNumber(out, "would_accept", tried.accepted);
    json::writeNumber(out, "duplicate", tried.duplicate);
    json::writeNumber(out, "would_quarantine", tried.quarantined());
    json::writeNumber(out, "ignored", tried.made.ignored);
    json::writeNumber(out, "records_new", tried.records_new);
    json::writeCounts(out, "reasons", tried.made.failures);
    json::writeCounts(out, "ignored_by", tried.made.ignored_by);
    json::writeCounts(out, "unmapped_codes", tried.made.unmapped);
    json::writeCounts(out, "unread_members", tried.made.unknown);
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

/// What a live source said of itself, beside its items.
void printLook(const LiveLook& look, const std::string& blocked) {
    std::cout << "实时取数 live: " << look.portions << " 份 portions from "
              << (look.evidence.peer.empty() ? "-" : printable(look.evidence.peer))
              << (look.evidence.proof.empty() ? "" : " (" + printable(look.evidence.proof) + ")");
    if (look.refused > 0) std::cout << ", " << look.refused << " 份过大 too large";
    if (look.more) std::cout << ", 尚有更多 there is more";
    std::cout << ";游标未动 the cursor has not moved\n";
    if (!blocked.empty()) std::cout << "! 取数将受阻,条目一个也不会受理 it would be blocked, nothing of this would be taken: " << printable(blocked) << '\n';
}

/// Why the gateway would take nothing of a pulled source, however good its items; "" where it would.
std::string blockedBy(const OpenedLedger& opened, const kit::Manifest& manifest) {
    const auto trust = trust::loadTrust(opened.config.directory());
    if (!trust.ok()) return base::describe(trust.error());
    if ((*trust)->findSource(manifest.source) == nullptr) return "sources.yaml: 没有该来源 there is no source " + manifest.source;
    const auto speaker = trust::pullSpeaker(**trust, manifest.source, manifest.pull->partner);
    if (speaker.ok()) return "";
    return speaker.error().row().wire + std::string(": ") + speaker.error().public_zh + " " + speaker.error().public_en;
}

int report(const WorkOptions& options, const std::string& version, const Tried& all, const LiveLook* look, const std::string& blocked) {
    if (options.json) printJson(options.source, version, all, look, blocked);
    else {
        if (look != nullptr) printLook(*look, blocked);
        printText(version, all);
    }
    return all.quarantined() > 0 || !blocked.empty() ? kExitFound : kExitOk;
}

/// Adds up what becomes of messages, one after the other.
class Trial {
public:
    Trial(const kit::Adapter& adapter, ledger::View* view) : adapter_(adapter), view_(view) { all_.ledger_asked = view != nullptr; }
    void add(const std::string& message, const std::string& file_name, const std::string& content_type = "") {
        kit::MessageContext context;
        context.received_ms = base::SystemClock().nowMillis();
        context.file_name = file_name;
        context.content_type = content_type;
        Tried one;
        one.made = makeOf(adapter_, message, context, random_);
        judge(view_, seen_, one, adapter_.manifest().unchanged_is_duplicate);
        all_.add(one);
    }
    const Tried& all() const { return all_; }

private:
    const kit::Adapter& adapter_;
    ledger::View* const view_;
    base::SystemRandom random_;
    std::set<base::Bytes> seen_;
    Tried all_;
};

int tryFiles(const WorkOptions& options, const kit::Adapter& adapter, ledger::View* view) {
    Trial trial(adapter, view);
    for (const auto& file : options.files.empty() ? std::vector<std::string>{"-"} : options.files) {
        const auto message = readMessage(file);
        if (!message) {
            std::cerr << file << ": can't be read, or larger than 256 MiB 无法读取或超过 256 MiB\n";
            return kExitData;
        }
        trial.add(*message, file == "-" ? "" : file.substr(file.rfind('/') + 1));
    }
    return report(options, adapter.version(), trial.all(), nullptr, "");
}

int tryLive(const WorkOptions& options, const kit::Adapter& adapter, OpenedLedger& opened, ledger::View& view) {
    Trial trial(adapter, &view);
    const kit::Manifest& manifest = adapter.manifest();
    const bool multipart = manifest.decode.format == kit::Format::Multipart;
    const auto look = lookAtLive(opened, view, manifest, options.limit, [&](const kit::Portion& portion) {
        trial.add(portion.body, portion.file_name, multipart ? portion.content_type : "");
    });
    if (!look.ok()) return reportError(look.error());
    std::string blocked = blockedBy(opened, manifest);
    if (blocked.empty() && look->portions > 0 && trust::assuranceOf(look->evidence) > manifest.assurance_min)
        blocked = "来源身份凭据弱于 assurance_min weaker proof than assurance_min";
    return report(options, adapter.version(), trial.all(), &*look, blocked);
}

}  // namespace

int tryAdapter(const WorkOptions& options) {
    const std::string& directory = options.adaptersDirectory();
    const auto adapter = kit::Adapter::load(directory + "/sources", directory + "/products", options.source);
    if (!adapter.ok()) return reportError(adapter.error());
    if (options.deployment.empty() && !options.live) return tryFiles(options, **adapter, nullptr);
    return withLedger(options.deployment, [&](OpenedLedger& opened) -> int {
        auto snapshot = opened.store->snapshot();
        if (!snapshot.ok()) return reportError(snapshot.error());
        if (options.live) return tryLive(options, **adapter, opened, **snapshot);
        return tryFiles(options, **adapter, snapshot->get());
    });
}

}  // namespace yht::app
