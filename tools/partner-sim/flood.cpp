#include "tools/partner-sim/flood.h"

#include <random>

#include "gateway/base/time_text.h"
#include "gateway/json/json.h"

namespace yht::partner_sim {

namespace {

constexpr std::size_t kContentBytes = 1600;                   // with the other fields: about 2 KB
constexpr base::UnixMillis kFirstMillis = 1'772'413'200'000;  // 2026-03-02T09:00:00+08:00

constexpr const char* kPhrases[] = {
    "市民来电反映,",     "小区门口的路面长期积水,", "夜间施工噪声影响休息,", "路灯连续多日不亮,",
    "下水道堵塞返味,",   "垃圾没有及时清运,",       "公交站牌信息有误,",     "电梯经常停运,",
    "供水水压不足,",     "多次联系物业没有结果,",   "老人和孩子出行不便,",   "希望尽快派人核实,",
    "请将处理结果告知,", "附近居民都有同样的感受,", "雨天情况更加严重,",     "已经持续一个多月。",
};
constexpr const char* kSurnames[] = {"张", "李", "王", "刘", "陈", "杨", "赵", "黄"};
constexpr const char* kAreas[] = {"430202", "430203", "430204", "430211", "430212"};

template <std::size_t N>
const char* pick(const char* const (&list)[N], std::mt19937_64& engine) {
    return list[engine() % N];  // not std::uniform_int_distribution: its results differ between
                                // libraries
}

std::string digits(std::uint64_t value, std::size_t width) {
    const std::string text = std::to_string(value);
    return std::string(width - std::min(width, text.size()), '0') + text;
}

}  // namespace

std::string floodRecord(const FloodOptions& options, std::uint64_t index) {
    std::mt19937_64 engine(options.seed * 0x9E3779B97F4A7C15ULL + index);
    const std::string time =
        base::formatRfc3339(kFirstMillis + static_cast<base::UnixMillis>(index) * 1000);
    std::string content;
    while (content.size() < kContentBytes) content += pick(kPhrases, engine);
    rapidjson::StringBuffer text;
    rapidjson::Writer<rapidjson::StringBuffer> out(text);
    const auto member = [&](const char* name, const std::string& value) {
        out.Key(name);
        out.String(value);
    };
    out.StartObject();
    member("kind", "appeal");
    member("source", options.source);
    member("record_ref", "FL-" + std::to_string(options.seed) + "-" + std::to_string(index));
    member("event_time", time);
    member("channel", "07");
    member("appeal_type", "3");
    out.Key("category_path");
    out.StartArray();
    out.String("城乡建设");
    out.String("市政设施");
    out.EndArray();
    member("title", std::string(pick(kPhrases, engine)) + "编号" + std::to_string(index));
    member("content", content);
    member("appeal_time", time);
    member("handling_way", "3");
    member("caller_name", std::string(pick(kSurnames, engine)) + "先生");
    member("contact_phone", "199 0000 " + digits(engine() % 10'000, 4));
    out.Key("is_anonymous");
    out.Bool(false);
    out.Key("is_secret");
    out.Bool(false);
    member("area_code", pick(kAreas, engine));
    member("urgency", "3");
    out.EndObject();
    return text.GetString();
}

}  // namespace yht::partner_sim
