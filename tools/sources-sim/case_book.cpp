#include "tools/sources-sim/case_book.h"

#include <ctime>

namespace yht::sources_sim {
namespace {

constexpr Case kBook[] = {
    {"群众求助-市政公用", "报警人称小区四楼以上下水道泛出刺鼻气味,请求有关部门处理。", "群众求助", "700100", "430211", "天元区某小区3栋",
     "张先生", "已到现场查明原因,疏通排水管。"},
    {"群众求助-城市排水", "北沿路雨天积水,车辆熄火,请求排水。", "群众求助", "700100", "430202", "荷塘区北沿路", "",
     "已清掏雨水井三处。"},
    {"投诉-环境污染", "金钩山一带污水倒灌进院子。", "投诉", "700100", "430202", "荷塘区金钩山", "李女士", "已转排水部门。"},
    {"投诉-装修拆墙", "26 栋有住户装修拆除承重墙。", "投诉", "700100", "430204", "石峰区朝阳村26栋", "王先生", "已责令停工。"},
    {"投诉-噪声", "夜间施工噪声,无法休息。", "投诉", "700100", "430203", "芦淞区某工地旁", "", "现场劝停,已告知施工时段。"},
    {"群众求助-供热", "供热管线检修后室温一直上不来。", "群众求助", "700100", "430211", "天元区某小区31号楼", "赵女士",
     "已排气,室温恢复。"},
    {"投诉-共享单车", "共享单车座椅损坏致人摔伤,要求运营方处理。", "投诉", "700100", "430203", "芦淞区某路口", "李先生",
     "运营方已回收故障车辆。"},
};
constexpr std::int64_t kBegin = 1'571'099'400;  // 2019-10-15 08:30:00 in Shanghai
constexpr std::int64_t kShanghaiSeconds = 8 * 3600;

}  // namespace

std::span<const Case> caseBook() {
    return kBook;
}

const Case& caseOf(std::size_t i) { return kBook[i % std::size(kBook)]; }

std::int64_t unixTime(std::int64_t after_s) { return kBegin + after_s; }

std::string nativeTime(std::int64_t after_s) {
    const std::time_t time = kBegin + kShanghaiSeconds + after_s;
    std::tm parts{};
    ::gmtime_r(&time, &parts);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
    return text;
}

}  // namespace yht::sources_sim
