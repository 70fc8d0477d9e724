#include "tools/sources-sim/shapes.h"

#include "tools/sources-sim/case_book.h"
#include "tools/stage/json_text.h"

namespace yht::sources_sim {
namespace {

using stage::JsonWriter;
using Members = std::vector<std::pair<const char*, std::string>>;

constexpr std::int64_t kBetweenCasesSeconds = 1800;
constexpr int kOk = 200;

std::string jsonOf(const Members& members) {
    rapidjson::StringBuffer buffer;
    JsonWriter writer(buffer);
    writer.StartObject();
    for (const auto& [name, text] : members) {
        writer.Key(name);
        writer.String(text);
    }
    writer.EndObject();
    return buffer.GetString();
}

std::string digits(std::uint64_t number, std::size_t width) {
    std::string text = std::to_string(number);
    return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

const Case& caseOf(std::size_t i) {
    return caseBook()[i % caseBook().size()];
}

Message alarm(const Case& one, const std::string& ref, std::int64_t at_s) {
    return {"pushJjd", ref,
            jsonOf({{"JJDBH", ref}, {"LSH", ref}, {"BJDH", "13900000001"}, {"BJDHYHM", one.caller}, {"BJRXBDM", "1"},
                    {"LXDH", "0731-22220001"}, {"BJDZ", one.address}, {"BJNR", one.content}, {"BJSJ", nativeTime(at_s)},
                    {"GXDWDM", "430211010000"}, {"GXDWMC", "某派出所"}, {"GXDWDH", "0731-22220110"},
                    {"JJDWDM", "430200110000"}, {"JJDWMC", "株洲市公安局指挥中心"}, {"JJLX", "01"}, {"JJYBH", "1024"},
                    {"JQLBDM", one.category_code}, {"JQLBMC", one.category}, {"JQLXMC", "市政公用"}, {"SFBM", "0"},
                    {"Title", one.title}, {"XZQHDM", one.area}})};
}

Message receipt(const std::string& ref, std::int64_t at_s) {
    return {"pushJsqr", ref, jsonOf({{"JJDBH", ref}, {"RECEIVE", "1"}, {"RECEIVETIME", nativeTime(at_s)}})};
}

Message feedback(const Case& one, const std::string& ref, std::int64_t at_s) {
    return {"pushFkd", ref,
            jsonOf({{"JJDBH", ref}, {"FKSJ", nativeTime(at_s)}, {"FKYBH", "2048"}, {"FKYXM", "刘警官"},
                    {"FKDWDM", "430211010000"}, {"FKDWMC", "某派出所"}, {"CJCZQK", one.opinion}, {"JQCLJGSM", "已处理"}})};
}

Message step(const std::string& ref, const char* name, std::int64_t at_s, Members more) {
    Members members{{"operateUsername", "陈科员"}, {"backfillUsername", "zz430200"}, {"caseguid", ref},
                    {"formType", "consumption"}, {"step", name}, {"operateTime", nativeTime(at_s)}};
    members.insert(members.end(), more.begin(), more.end());
    return {name, ref, jsonOf(members)};
}

}  // namespace

std::vector<Message> messagesOf110(const ShapeOptions& options) {
    std::vector<Message> messages;
    for (std::size_t i = 0; i < options.cases; ++i) {
        const std::string ref = "43020020191015" + digits(options.first_no + i, 6);
        const std::int64_t at_s = static_cast<std::int64_t>(i) * kBetweenCasesSeconds + options.skew_s;
        messages.push_back(alarm(caseOf(i), ref, at_s));
        messages.push_back(receipt(ref, at_s + 60));
        messages.push_back(feedback(caseOf(i), ref, at_s + 1200));
    }
    return messages;
}

std::vector<Message> messagesOf12315(const ShapeOptions& options) {
    std::vector<Message> messages;
    for (std::size_t i = 0; i < options.cases; ++i) {
        const std::string ref = "191015101" + digits(options.first_no + i, 9);  // 18 digits
        const std::int64_t at_s = static_cast<std::int64_t>(i) * kBetweenCasesSeconds + options.skew_s;
        messages.push_back(step(ref, "acceptance", at_s, {{"mode", "调解"}}));
        messages.push_back(step(ref, "initialReply", at_s + 600, {{"firstOpinion", "已联系商家,约定时间调解。"}}));
        messages.push_back(step(
            ref, "consumptionProcessFeedback", at_s + 86'400,
            {{"processResult", "经调解,商家退款。"}, {"addressArea", "430211"}, {"verificationName", "某商贸有限公司"},
             {"mediation", "是"}, {"resultsMediation", "1"}, {"completionDatetime", nativeTime(at_s + 86'000)},
             {"winAmount", "1,280.50元"}, {"doubleCompensate", "否"}}
        ));
    }
    return messages;
}

bool saysDone(int http_status, const std::string& reply) {
    if (http_status != kOk) return false;
    const auto json = stage::parseJson(reply);
    return json && json->IsObject() && stage::textOf(*json, "code") == "200";
}

}  // namespace yht::sources_sim
