#include "tools/centre-sim/control.h"

#include <algorithm>
#include <cstdlib>

#include "gateway/base/time_text.h"

namespace yht::centre_sim {

namespace {

/// A phone appeal as the desk writes it when nobody says more.
constexpr const char* kPhoneAppeal =
    R"json({"kind":"appeal","channel":"01",
"hotline_number":"12345","appeal_type":"2",
"category_path":["城乡建设","市政设施"],"title":"路灯不亮",
"content":"市民来电:小区门口路灯不亮,夜间出行不便,请派人检修。","handling_way":"3",
"caller_name":"周女士","caller_phone":"199 0000 2000","is_anonymous":false,"is_secret":false,"area_code":"430200","urgency":"3"})json";

stage::HttpAnswer say(int status, std::string body) {
    stage::HttpAnswer answer;
    answer.status = status;
    answer.body = std::move(body);
    return answer;
}

stage::HttpAnswer sayError(const std::string& error) {
    rapidjson::StringBuffer buffer;
    stage::JsonWriter writer(buffer);
    writer.StartObject();
    writer.Key("error");
    writer.String(error);
    writer.EndObject();
    return say(400, buffer.GetString());
}

void setMember(stage::Json& json, const char* name, const std::string& value) {
    auto& allocator = json.GetAllocator();
    json.RemoveMember(name);
    json.AddMember(
        stage::JsonValue(name, allocator), stage::JsonValue(value.c_str(), allocator), allocator
    );
}

std::vector<std::size_t> orderOf(const stage::Json& command) {
    std::vector<std::size_t> order;
    const auto* list = stage::memberOf(command, "order");
    if (list == nullptr || !list->IsArray()) return order;
    for (const auto& position : list->GetArray())
        order.push_back(position.IsString() ? std::strtoul(position.GetString(), nullptr, 10) : 0);
    return order;
}

}  // namespace

stage::HttpAnswer Control::handle(const stage::HttpRequest& request) {
    try {
        if (request.method == "POST") return command(request);
        if (request.method == "GET") return question(request);
    } catch (const stage::DatabaseFault&) {
        throw;
    } catch (const std::exception& wrong) {
        return sayError(wrong.what());  // a record or a step that can't be read
    }
    return say(405, "{}");
}

void Control::postCases() {
    for (const auto& call : parts_.plan.calls) parts_.desk.queue(call);
    for (const Case& one : parts_.plan.cases) {
        if (!one.isOurs()) continue;
        for (const auto& call : one.calls) parts_.desk.queue(call);
        parts_.desk.openOwn(one.appeal, one.handling, {});
    }
}

stage::HttpAnswer Control::command(const stage::HttpRequest& request) {
    const auto json = stage::parseJson(request.body.empty() ? "{}" : request.body);
    if (!json || !json->IsObject()) return sayError("the body is no JSON object");
    if (request.path == "/appeal") return openAppeal(*json);
    if (request.path == "/case") return postCase(*json);
    if (request.path == "/cases") {
        postCases();
        return say(200, "{}");
    }
    if (request.path == "/record")
        return say(
            200,
            parts_.desk.queue(stage::jsonText(*json)) ? R"({"queued":true})" : R"({"queued":false})"
        );
    if (request.path == "/hold") {
        parts_.outbox.hold(stage::textOf(*json, "outbox") == "true");
        return say(200, "{}");
    }
    if (request.path == "/attachments") {
        parts_.inbox.refuseAttachments(static_cast<int>(stage::integerOf(*json, "status", 0)));
        return say(200, "{}");
    }
    if (request.path == "/reset") {
        parts_.misbehaviour.reset();
    } else if (request.path == "/misbehave") {
        const std::string wrong = parts_.misbehaviour.apply(*json);
        if (!wrong.empty()) return sayError("unknown or of a wrong type: " + wrong);
    } else {
        return say(404, R"({"error":"POST /appeal /case /cases /record /hold /attachments /misbehave /reset"})");
    }
    parts_.listener.setDown(parts_.misbehaviour.down());
    return say(200, parts_.misbehaviour.describe());
}

std::string Control::phoneAppeal(const stage::JsonValue* fields) {
    auto appeal = std::move(*stage::parseJson(kPhoneAppeal));
    const std::string number = parts_.desk.newOwnNumber();
    const std::string now = base::formatRfc3339(parts_.clock.nowMillis());
    setMember(appeal, "source", parts_.source);
    setMember(appeal, "record_ref", number);
    setMember(appeal, "ticket_ref", number);
    setMember(appeal, "event_time", now);
    setMember(appeal, "appeal_time", now);
    if (fields == nullptr || !fields->IsObject()) return stage::jsonText(appeal);
    auto& allocator = appeal.GetAllocator();
    for (const auto& member : fields->GetObject()) {
        appeal.RemoveMember(member.name.GetString());
        if (member.value.IsNull()) continue;
        appeal.AddMember(
            stage::JsonValue(member.name, allocator), stage::JsonValue(member.value, allocator),
            allocator
        );
    }
    return stage::jsonText(appeal);
}

stage::HttpAnswer Control::openAppeal(const stage::Json& command) {
    const std::string appeal = phoneAppeal(stage::memberOf(command, "appeal"));
    std::string handling = parts_.plan.default_handling;
    const auto* steps = stage::memberOf(command, "handling");
    if (steps != nullptr && steps->IsArray()) handling = stage::jsonText(*steps);
    if (stage::textOf(command, "handling") == "none") handling = "[]";
    const std::string number = parts_.desk.openOwn(appeal, handling, orderOf(command));
    return say(200, "{\"ticket_ref\":\"" + number + "\",\"appeal\":" + appeal + "}");
}

stage::HttpAnswer Control::postCase(const stage::Json& command) {
    const Case* one = parts_.plan.findCase(static_cast<int>(stage::integerOf(command, "case", 0)));
    if (one == nullptr) return sayError("no such case in the plan");
    for (const auto& call : one->calls) parts_.desk.queue(call);
    return say(
        200, "{\"ticket_ref\":\"" + parts_.desk.openOwn(one->appeal, one->handling, {}) + "\"}"
    );
}

stage::HttpAnswer Control::question(const stage::HttpRequest& request) {
    rapidjson::StringBuffer buffer;
    stage::JsonWriter writer(buffer);
    writer.StartObject();
    if (request.path == "/stats") {
        parts_.desk.writeCounts(writer);
        writer.Key("last_trouble");
        writer.String(parts_.outbox.lastTrouble());
        writer.Key("failed");
        writer.Bool(parts_.outbox.failed());
        const std::string misbehaviour = parts_.misbehaviour.describe();
        writer.Key("misbehaviour");
        writer.RawValue(misbehaviour.data(), misbehaviour.size(), rapidjson::kObjectType);
    } else if (request.path == "/tickets") {
        writer.Key("tickets");
        parts_.desk.writeTickets(writer, kListedMax);
    } else if (request.path == "/outbox") {
        writer.Key("outbox");
        parts_.desk.writeOutbox(writer, kListedMax);
    } else if (request.path == "/attachments") {
        writer.Key("attachments");
        parts_.desk.writeAttachments(writer, kListedMax);
    } else {
        return say(404, R"({"error":"GET /stats /tickets /outbox /attachments"})");
    }
    writer.EndObject();
    return say(200, buffer.GetString());
}

}  // namespace yht::centre_sim
