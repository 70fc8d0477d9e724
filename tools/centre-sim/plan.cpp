#include "tools/centre-sim/plan.h"

#include <stdexcept>

#include "tools/stage/json_text.h"
#include "tools/stage/process.h"

namespace yht::centre_sim {

namespace {

constexpr std::size_t kCasesMax = 1000;

constexpr const char* kDefaultHandling = R"json([
 {"label":"a1","kind":"assignment","after_minutes":5,"fields":{
  "org_code":"430200-ZB","org_name":"市政府总值班室","org_role":"1","org_level":"2","dispatch_way":"1",
  "advice":"请按职责办理并答复。","limit_value":5,"limit_unit":"4"}},
 {"of":"a1","kind":"process","after_minutes":10,"fields":{
  "process_type":"30","node_name":"签收"}},
 {"of":"a1","kind":"result","after_minutes":60,"fields":{
  "org_code":"430200-ZB","org_name":"市政府总值班室","result_type":"0","is_true":"1","contacted":true,
  "public_reply":"您反映的问题已核实并处理完毕,感谢监督。"}},
 {"kind":"visit","after_minutes":120,"fields":{
  "visit_method":"1","connected":true,"contacted_by_org":true,"solved":"1","satisfaction":"2","is_final":true}},
 {"kind":"process","after_minutes":130,"fields":{"process_type":"80","node_name":"办结"}}
])json";

[[noreturn]] void fail(const std::string& path, const std::string& why) {
    throw std::runtime_error(path + ": " + why);
}

std::string readText(const std::string& path) {
    auto file = stage::readFile(path);
    if (!file.ok) fail(path, "can't be read");
    return std::move(file.text);
}

stage::Json readJson(const std::string& path) {
    auto json = stage::parseJson(readText(path));
    if (!json || !json->IsObject()) fail(path, "is no JSON object");
    return std::move(*json);
}

std::vector<std::string> readFiles(
    const stage::JsonValue& object, const std::string& directory, const std::string& path
) {
    std::vector<std::string> texts;
    const auto* files = stage::memberOf(object, "calls");
    if (files == nullptr) return texts;
    if (!files->IsArray()) fail(path, "calls is no list");
    for (const auto& file : files->GetArray()) {
        if (!file.IsString()) fail(path, "calls: a file name is no text");
        texts.push_back(stage::jsonText(readJson(directory + file.GetString())));
    }
    return texts;
}

std::string stepsOf(const stage::JsonValue& object, const char* name, const std::string& path) {
    const auto* steps = stage::memberOf(object, name);
    if (steps == nullptr || !steps->IsArray()) fail(path, std::string(name) + " is no list");
    return stage::jsonText(*steps);
}

Case readCase(
    const stage::JsonValue& object, const std::string& directory, const std::string& path
) {
    if (!object.IsObject()) fail(path, "a case is no object");
    const auto appeal = readJson(directory + stage::textOf(object, "file"));
    return {
        .number = static_cast<int>(stage::integerOf(object, "case", 0)),
        .by = stage::textOf(object, "by"),
        .source = stage::textOf(appeal, "source"),
        .record_ref = stage::textOf(appeal, "record_ref"),
        .appeal = stage::jsonText(appeal),
        .calls = readFiles(object, directory, path),
        .handling = stepsOf(object, "handling", path),
    };
}

}  // namespace

const std::string& Plan::handlingOf(const std::string& source, const std::string& record_ref)
    const {
    for (const Case& known : cases)
        if (known.source == source && known.record_ref == record_ref) return known.handling;
    return default_handling;
}

const Case* Plan::findCase(int number) const {
    for (const Case& known : cases)
        if (known.number == number) return &known;
    return nullptr;
}

Plan loadPlan(const std::string& path) {
    if (path.empty()) return {{}, {}, kDefaultHandling};
    const auto json = readJson(path);
    const std::string directory = path.substr(0, path.find_last_of('/') + 1);
    const auto* cases = stage::memberOf(json, "cases");
    if (cases == nullptr || !cases->IsArray() || cases->Size() > kCasesMax)
        fail(path, "cases is no list, or too long a one");
    Plan plan;
    plan.default_handling = stepsOf(json, "default_handling", path);
    plan.calls = readFiles(json, directory, path);
    for (const auto& object : cases->GetArray())
        plan.cases.push_back(readCase(object, directory, path));
    return plan;
}

}  // namespace yht::centre_sim
