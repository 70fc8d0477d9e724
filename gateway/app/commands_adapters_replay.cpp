#include <algorithm>
#include <charconv>
#include <iostream>
#include <memory>

#include "gateway/app/command_line.h"
#include "gateway/app/commands_adapters_work.h"
#include "gateway/app/control_adapters.h"
#include "gateway/app/control_client.h"
#include "gateway/app/opened_ledger.h"
#include "gateway/app/replaying.h"
#include "gateway/app/terminal.h"
#include "gateway/base/time_text.h"
#include "gateway/json/json.h"
#include "gateway/json/members.h"

namespace yht::app {
namespace {

using base::ErrorCode;
using json::Writer;

constexpr base::UnixMillis kDayMs = 24 * 60 * 60 * 1000;

std::optional<base::UnixMillis> midnight(const std::string& day) {
    if (day.size() != 10) return std::nullopt;
    return base::parseRfc3339(day + "T00:00:00+08:00");
}

void printJson(const WorkOptions& options, const std::string& version, const Replayed& replayed, const std::string& applied) {
    rapidjson::StringBuffer buffer;
    Writer out(buffer);
    out.StartObject();
    json::writeText(out, "source", options.source);
    json::writeText(out, "adapter_version", version);
    json::writeNumber(out, "messages", replayed.messages);
    json::writeNumber(out, "messages_differ", replayed.differing.size());
    json::writeNumber(out, "messages_unreadable", replayed.unreadable);
    json::writeNumber(out, "records_same", replayed.same);
    json::writeNumber(out, "records_differ", replayed.differ);
    json::writeNumber(out, "records_new", replayed.made_new);
    json::writeNumber(out, "records_gone", replayed.gone);
    json::writeNumber(out, "records_elsewhere", replayed.elsewhere);
    out.Key("more");
    out.Bool(replayed.more);
    out.Key("differences");
    writeDifferences(out, replayed.differences);
    if (!applied.empty()) {
        out.Key("applied");
        out.RawValue(applied.data(), applied.size(), rapidjson::kObjectType);
    }
    out.EndObject();
    std::cout << buffer.GetString() << '\n';
}

void printText(const std::string& version, const Replayed& replayed) {
    std::cout << "报文 messages " << replayed.messages << ", 其中有差异 that differ " << replayed.differing.size();
    if (replayed.unreadable > 0) std::cout << ", 已删除 erased " << replayed.unreadable;
    std::cout << "; adapter " << version << "\n记录 records: 一致 the same " << replayed.same << ", 不同 differ " << replayed.differ
              << ", 新增 new " << replayed.made_new << ", 不再产生 no longer made " << replayed.gone << ", 由其他报文带来 brought by other messages "
              << replayed.elsewhere << '\n';
    printDifferences(std::cout, replayed.differences);
    if (replayed.more) std::cout << "还有更多报文 there are more messages: --limit, --from\n";
}

/// The counts of all calls together, as one JSON object.
base::Result<std::string> admit(const WorkOptions& options, const std::string& version, const std::vector<ledger::Seq>& messages) {
    std::map<std::string, std::uint64_t> sums;
    for (std::size_t begin = 0; begin < messages.size(); begin += kReplayedMessagesMax) {
        std::string seqs;
        for (std::size_t i = begin; i < std::min(messages.size(), begin + kReplayedMessagesMax); ++i)
            seqs += (seqs.empty() ? "" : ",") + std::to_string(messages[i]);
        const auto answer = command(options.deployment, {kReplayMessages, {{"messages", seqs}, {"source", options.source}, {"version", version}}, options.why});
        if (!answer.ok()) return answer.error();
        const auto counts = json::parse(*answer);
        if (!counts.ok() || !counts->IsObject()) return base::makeError(ErrorCode::PeerAnswerInvalid);
        for (const auto& each : counts->GetObject()) {
            const std::string text = json::textMember(*counts, each.name.GetString());
            std::uint64_t times = 0;
            std::from_chars(text.data(), text.data() + text.size(), times);
            sums[each.name.GetString()] += times;
        }
    }
    rapidjson::StringBuffer buffer;
    Writer out(buffer);
    out.StartObject();
    for (const auto& [name, times] : sums) json::writeNumber(out, name, times);
    out.EndObject();
    return std::string(buffer.GetString());
}

int finish(const WorkOptions& options, const std::string& version, const Replayed& replayed) {
    std::string applied;
    if (options.apply && !replayed.differing.empty()) {
        auto done = admit(options, version, replayed.differing);
        if (!done.ok()) return reportError(done.error());
        applied = *std::move(done);
    }
    if (options.json) {
        printJson(options, version, replayed, applied);
    } else {
        printText(version, replayed);
        if (!applied.empty()) std::cout << "已入账 admitted: " << applied << '\n';
    }
    return replayed.differing.empty() || options.apply ? kExitOk : kExitFound;
}

}  // namespace

int replaySource(const WorkOptions& options) {
    const auto from = midnight(options.from), to = options.to.empty() ? from : midnight(options.to);
    if (!from || !to) {
        return reportError(base::makePublicError(ErrorCode::ParameterInvalid, "--from and --to are days: 2019-04-18.", "--from 与 --to 须为日期,如 2019-04-18。"));
    }
    const base::UnixMillis end = options.to.empty() ? base::SystemClock().nowMillis() + kDayMs : *to + kDayMs;
    const std::string& adapters = options.adaptersDirectory();
    const auto adapter = kit::Adapter::load(adapters + "/sources", adapters + "/products", options.source);
    if (!adapter.ok()) return reportError(adapter.error());
    Replayed replayed;
    const int looked = withLedger(options.deployment, [&](OpenedLedger& opened) -> int {
        LongReader reader(*opened.store, *opened.clock);
        auto done = replayMessages(reader, **adapter, {*from, end, options.limit}, *opened.random);
        if (!done.ok()) return reportError(done.error());
        replayed = *std::move(done);
        return kExitOk;
    });
    return looked != kExitOk ? looked : finish(options, (*adapter)->version(), replayed);
}

}  // namespace yht::app
