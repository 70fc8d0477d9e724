#include "gateway/app/commands_history.h"

#include <charconv>
#include <filesystem>
#include <iostream>

#include "gateway/app/command_line.h"
#include "gateway/app/control_client.h"
#include "gateway/app/control_history.h"
#include "gateway/app/control_import.h"
#include "gateway/app/opened_ledger.h"
#include "gateway/app/terminal.h"
#include "gateway/base/time_text.h"
#include "gateway/json/json.h"
#include "gateway/json/members.h"

namespace yht::app {
namespace {

constexpr std::size_t kDayLength = 10;  // 2019-04-18
constexpr std::int64_t kDayMillis = 24LL * 3600 * 1000;

/// A day in Shanghai, its end where `end`; or a time. nullopt where it is neither.
std::optional<base::UnixMillis> timeOf(const std::string& text, bool end) {
    const bool day = text.size() == kDayLength;
    const auto time = base::parseRfc3339(day ? text + "T00:00:00+08:00" : text);
    if (time && day && end) return *time + kDayMillis;
    return time;
}

base::Error wrongTime(const char* option) {
    return base::makePublicError(
        base::ErrorCode::ParameterInvalid,
        std::string(option) + " is a day (2019-04-18) or a time (RFC 3339).",
        std::string(option) + " 须为日期(2019-04-18)或 RFC 3339 时间。"
    );
}

std::uint64_t countIn(const std::string& answer, const char* name) {
    const auto document = json::parse(answer);
    std::uint64_t count = 0;
    if (!document.ok()) return count;
    const std::string text = json::textMember(*document, name);
    std::from_chars(text.data(), text.data() + text.size(), count);
    return count;
}

}  // namespace

int listHistory(const CommandOptions& options) {
    return withLedger(options.directory, [&](OpenedLedger& opened) -> int {
        auto snapshot = opened.store->snapshot();
        if (!snapshot.ok()) return reportError(snapshot.error());
        const auto counts = (*snapshot)->historyCounts();
        rapidjson::StringBuffer buffer;
        rapidjson::Writer<rapidjson::StringBuffer> out(buffer);
        Table table{{"来源 source", "待放行 held", "放行中 being routed", "最早 first", "最晚 last"}, {}};
        out.StartArray();
        for (const auto& count : counts) {
            const std::string first = count.held == 0 ? "" : base::formatRfc3339(count.first_event_ms);
            const std::string last = count.held == 0 ? "" : base::formatRfc3339(count.last_event_ms);
            out.StartObject();
            json::writeText(out, "source", count.source);
            json::writeNumber(out, "held", count.held);
            json::writeNumber(out, "released", count.released);
            json::writeText(out, "first_event_time", first);
            json::writeText(out, "last_event_time", last);
            out.EndObject();
            table.rows.push_back({count.source, std::to_string(count.held), std::to_string(count.released),
                                  first.empty() ? "-" : first, last.empty() ? "-" : last});
        }
        out.EndArray();
        if (options.json) std::cout << buffer.GetString() << '\n';
        else if (counts.empty()) std::cout << "没有待放行的历史记录 no history waits\n";
        else print(std::cout, table);
        return kExitOk;
    });
}

int importHistory(
    const CommandOptions& options, const std::string& source, const std::vector<std::string>& files, const std::string& why
) {
    bool trouble = false;
    for (std::size_t i = 0; i < files.size(); ++i) {
        const std::string path = std::filesystem::absolute(files[i]).lexically_normal().string();
        if (!options.json) std::cerr << '[' << i + 1 << '/' << files.size() << "] " << printable(files[i]) << " …\n";
        const auto answer = command(options.directory, {kImportHistory, {{"file", path}, {"source", source}}, why});
        if (!answer.ok()) return reportError(answer.error());
        const auto document = json::parse(*answer);
        const auto count = [&](const char* name) {
            return document.ok() && document->HasMember("account") ? json::textMember((*document)["account"], name) : "";
        };
        trouble = trouble || count("quarantined") != "0" || count("refused") != "0";
        if (options.json) {
            std::cout << *answer << '\n';
            continue;
        }
        std::cout << "收到 received " << count("received") << ", 入账 accepted " << count("accepted") << ", 重复 duplicate "
                  << count("duplicate") << ", 隔离 quarantined " << count("quarantined") << ", 拒收 refused " << count("refused")
                  << ", 忽略 ignored " << count("ignored") << '\n';
    }
    return trouble ? kExitFound : kExitOk;
}

int releaseHistory(const CommandOptions& options, const ReleaseLine& line, const std::string& why) {
    const auto from = timeOf(line.from, false), to = timeOf(line.to, true);
    if (!from) return reportError(wrongTime("--from"));
    if (!to) return reportError(wrongTime("--to"));
    const ControlRequest request{
        kReleaseHistory,
        {{"from", base::formatRfc3339(*from)}, {"source", line.source}, {"to", base::formatRfc3339(*to)}},
        why};
    std::uint64_t released = 0;
    for (std::uint64_t left = 1; left > 0;) {
        const auto answer = command(options.directory, request);
        if (!answer.ok()) return reportError(answer.error());
        released += countIn(*answer, "released");
        left = countIn(*answer, "left");
        if (!options.json && left > 0) std::cerr << "已放行 released " << released << ", 剩余 left " << left << '\n';
    }
    if (options.json) std::cout << "{\"released\":" << released << "}\n";
    else std::cout << "已放行 released: " << released << " 条 records\n";
    return kExitOk;
}

}  // namespace yht::app
