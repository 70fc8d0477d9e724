#include "tests/scenarios/samples.h"

#include "gateway/json/json.h"

namespace yht::scenarios {
namespace {

constexpr const char* kWhen = "2026-03-02T09:15:00+08:00";

std::string with(FieldMap fields, FieldMap more) {
    for (auto& [name, value] : more) {
        if (value.empty()) {
            fields.erase(name);
        } else {
            fields[name] = value;
        }
    }
    return recordJson(std::move(fields));
}

FieldMap bound(const char* kind, const std::string& source, const std::string& ref) {
    return {{"kind", kind}, {"source", source}, {"record_ref", ref}, {"event_time", kWhen}};
}

}  // namespace

std::string recordJson(FieldMap fields) {
    std::string json = "{";
    for (const auto& [name, value] : fields) {
        if (json.size() > 1) json += ',';
        json::appendCanonicalString(json, name);
        json += ':';
        if (value[0] == '[' || value[0] == '{' || value == "true" || value == "false") {
            json += value;
        } else {
            json::appendCanonicalString(json, value);
        }
    }
    return json + "}";
}

std::string appeal(const std::string& source, const std::string& ref, FieldMap more) {
    FieldMap fields = bound("appeal", source, ref);
    fields.merge(FieldMap{{"channel", "07"}, {"appeal_type", "3"}, {"category_path", R"(["城乡建设","市政管理"])"},
                          {"title", "北沿路雨天积水"}, {"content", "每逢大雨北沿路积水没过脚踝,行人无法通行。"},
                          {"appeal_time", kWhen}, {"handling_way", "3"}, {"is_anonymous", "false"},
                          {"is_secret", "false"}, {"caller_name", "张先生"}, {"contact_phone", "19900001234"},
                          {"area_code", "430200"}, {"accepting_region", "430200"}, {"urgency", "3"}});
    return with(std::move(fields), std::move(more));
}

std::string assignment(const std::string& source, const std::string& ref, FieldMap more) {
    FieldMap fields = bound("assignment", source, ref);
    fields.merge(FieldMap{{"org_code", "430200-ZJ"}, {"org_name", "株洲市住房和城乡建设局"}, {"org_role", "1"}, {"org_level", "2"}});
    return with(std::move(fields), std::move(more));
}

std::string process(const std::string& source, const std::string& ref, const std::string& type, FieldMap more) {
    FieldMap fields = bound("process", source, ref);
    fields["process_type"] = type;
    return with(std::move(fields), std::move(more));
}

std::string result(const std::string& source, const std::string& ref, FieldMap more) {
    FieldMap fields = bound("result", source, ref);
    fields.merge(FieldMap{{"org_code", "430200-ZJ"}, {"org_name", "株洲市住房和城乡建设局"}, {"result_type", "0"},
                          {"public_reply", "已疏通排水口并更换井盖,积水消除。"}, {"finish_time", kWhen}});
    return with(std::move(fields), std::move(more));
}

std::string visit(const std::string& source, const std::string& ref, FieldMap more) {
    FieldMap fields = bound("visit", source, ref);
    fields.merge(FieldMap{{"visit_method", "1"}, {"connected", "true"}, {"solved", "1"}, {"satisfaction", "1"}});
    return with(std::move(fields), std::move(more));
}

std::string arrayOf(const std::vector<std::string>& records) {
    std::string json = "[";
    for (const auto& record : records) {
        if (json.size() > 1) json += ',';
        json += record;
    }
    return json + "]";
}

}  // namespace yht::scenarios
