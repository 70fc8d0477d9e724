#include "tools/province-sim/control.h"

#include <algorithm>
#include <cstdlib>

namespace yht::province_sim {

namespace {

stage::HttpAnswer say(int status, std::string body) {
    stage::HttpAnswer answer;
    answer.status = status;
    answer.body = std::move(body);
    return answer;
}

std::int64_t number(const std::string& text, std::int64_t otherwise) {
    char* end = nullptr;
    const long long value = std::strtoll(text.c_str(), &end, 10);
    return text.empty() || *end != '\0' || value < 0 ? otherwise : value;
}

}  // namespace

stage::HttpAnswer Control::handle(const stage::HttpRequest& request) {
    if (request.method == "POST") return command(request);
    if (request.method == "GET") return question(request);
    return say(405, "{}");
}

stage::HttpAnswer Control::command(const stage::HttpRequest& request) {
    if (request.path == "/reset") {
        misbehaviour_.reset();
    } else if (request.path == "/misbehave") {
        const auto json = stage::parseJson(request.body);
        if (!json) return say(400, R"({"error":"not JSON"})");
        const std::string wrong = misbehaviour_.apply(*json);
        if (!wrong.empty())
            return say(400, R"({"error":"unknown or of a wrong type: )" + wrong + "\"}");
    } else {
        return say(404, R"({"error":"POST /misbehave, /reset"})");
    }
    platform_.setDown(misbehaviour_.down());
    return say(200, misbehaviour_.describe());
}

stage::HttpAnswer Control::question(const stage::HttpRequest& request) {
    const std::int64_t after = number(request.parameter("after"), 0);
    const std::int64_t limit = std::min(number(request.parameter("limit"), kListedMax), kListedMax);
    rapidjson::StringBuffer buffer;
    stage::JsonWriter writer(buffer);
    const auto lock = store_.lock();
    writer.StartObject();
    if (request.path == "/stats") {
        store_.writeCounts(writer);
        writer.Key("pausing");
        writer.Uint64(misbehaviour_.pausing());
        const std::string misbehaviour = misbehaviour_.describe();
        writer.Key("misbehaviour");
        writer.RawValue(misbehaviour.data(), misbehaviour.size(), rapidjson::kObjectType);
    } else if (request.path == "/records") {
        store_.writeCounts(writer);
        writer.Key("by_ticket");
        store_.writeTickets(writer);
        writer.Key("records");
        const std::int64_t last =
            store_.writeRecords(writer, after, limit, request.parameter("ticket"));
        writer.Key("next");
        writer.Int64(last == 0 ? after : last);
    } else if (request.path == "/receipts") {
        writer.Key("receipts");
        store_.writeReceipts(writer, after, limit);
    } else if (request.path == "/files") {
        writer.Key("files");
        store_.writeFiles(writer, after, limit);
    } else {
        return say(404, R"({"error":"GET /stats, /records, /files, /receipts"})");
    }
    writer.EndObject();
    return say(200, buffer.GetString());
}

}  // namespace yht::province_sim
