#include "tools/partner-sim/changes.h"

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "tools/stage/process.h"

namespace yht::partner_sim {

namespace {

using json::textMember;

std::string readCursor(const ChangesOptions& options) {
    if (options.cursor_file.empty()) return options.after;
    const auto file = stage::readFile(options.cursor_file);
    const std::string digits = file.text.substr(0, file.text.find_first_not_of("0123456789"));
    return !file.ok || digits.empty() ? options.after : digits;
}

/// Beside it and renamed: a kill leaves the old cursor, and an item is shown twice, never left out.
void writeCursor(const ChangesOptions& options, const std::string& cursor) {
    if (options.cursor_file.empty()) return;
    const std::string beside = options.cursor_file + ".new";
    std::ofstream(beside, std::ios::trunc) << cursor << "\n";
    std::rename(beside.c_str(), options.cursor_file.c_str());
}

/// What one looks for first in a record of its kind.
std::string gist(const rapidjson::Value& record) {
    for (const char* name :
         {"public_reply", "process_type", "satisfaction", "org_name", "title", "filing_subject"})
        if (const std::string text = textMember(record, name); !text.empty())
            return std::string(name) + "=" + text;
    return {};
}

std::string lineOf(const rapidjson::Value& item) {
    std::string text = textMember(item, "ticket_no") + " seq " + textMember(item, "seq") + " " +
                       textMember(item, "kind");
    const auto record = item.FindMember("record");
    if (record == item.MemberEnd() || !record->value.IsObject()) return text;
    return text + " " + textMember(record->value, "source") + "/" +
           textMember(record->value, "record_ref") + " " + gist(record->value);
}

}  // namespace

ChangesEnd followChanges(
    speaker::GatewayClient& client, const ChangesOptions& options,
    const std::function<void(const std::string&)>& line, speaker::StopToken& stop
) {
    std::string cursor = readCursor(options);
    std::int64_t backoff_ms = speaker::kBackoffFirstMillis;
    while (!stop.stopped()) {
        const auto reply = client.get(
            "/v1/changes?after=" + cursor + "&limit=" + std::to_string(options.limit) +
            (options.follow ? "&wait=" + std::to_string(options.wait_s) : "")
        );
        if (reply.lost || reply.status >= 500 || reply.status == 429) {
            if (!options.follow) return ChangesEnd::Unreachable;
            stop.stoppedWithin(backoff_ms);
            backoff_ms = std::min(backoff_ms * 2, speaker::kBackoffMillisMax);
            continue;
        }
        backoff_ms = speaker::kBackoffFirstMillis;
        const auto answer = json::parse(reply.body);
        if (reply.status != 200 || !answer || !answer->IsObject()) return ChangesEnd::Refused;
        const auto items = answer->FindMember("items");
        if (items == answer->MemberEnd() || !items->value.IsArray()) return ChangesEnd::Refused;
        for (const auto& item : items->value.GetArray())
            if (item.IsObject()) line(lineOf(item));
        const std::string next = textMember(*answer, "next");
        const bool moved = !next.empty() && next != cursor;
        if (moved) writeCursor(options, cursor = next);
        if (!moved && !options.follow) return ChangesEnd::Done;
    }
    return ChangesEnd::Done;
}

}  // namespace yht::partner_sim
