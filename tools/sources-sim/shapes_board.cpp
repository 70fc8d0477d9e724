// Threads of a web-petition board: numbers of 18 digits as JSON numbers, files by path and by number, replies in the thread.
#include "tools/sources-sim/case_book.h"
#include "tools/sources-sim/shapes.h"

namespace yht::sources_sim {
namespace {

constexpr std::int64_t kHour = 3'600;

std::string quoted(const std::string& text) {
    const std::string object = jsonOf({"", "", {{"t", text}}});  // {"t":"…"}
    return object.substr(5, object.size() - 6);
}

std::string replies(const Case& one, std::uint64_t no, std::int64_t at_s) {
    const std::string file = R"([{"no":"K-)" + digits(no, 6) + R"(","name":"答复附件.jpg"}])";
    return R"([{"rid":91,"type":2,"content":"已受理,正在核实。","orgName":"石峰区住建局","time":)" + std::to_string(unixTime(at_s + kHour)) +
           R"(,"files":[]},{"rid":95,"type":1,"banli":0,"content":)" + quoted(one.opinion) + R"(,"orgName":"石峰区住建局","time":)" +
           std::to_string(unixTime(at_s + 2 * kHour)) + R"(,"files":)" + file + "}]";
}

}  // namespace

std::vector<Message> messagesOfBoard(const ShapeOptions& options) {
    constexpr Member::Form kJson = Member::Form::Json;
    std::vector<Message> threads;
    for (std::size_t i = 0; i < options.cases; ++i) {
        const Case& one = caseOf(i);
        const std::uint64_t no = options.first_no + i;
        const std::string ref = "250912101" + digits(no, 9);
        const std::int64_t at_s = beginningOf(options, i);
        const bool answered = i % 2 == 1;
        const std::string file = R"([{"url":"/upload/)" + digits(no, 6) + R"(.jpg","name":"现场.jpg"}])";
        threads.push_back({"thread", ref,
                           {{"tid", ref, kJson}, {"queryCode", digits(4'302'000'000 + no, 10)}, {"subject", one.title}, {"content", one.content},
                            {"nickName", "市民甲"}, {"mobile", "199 0000 0031"}, {"anonymous", "0", kJson}, {"open", "1", kJson},
                            {"typeName", "我要投诉"}, {"topic", "城乡建设/市政公用"}, {"areaCode", one.area}, {"state", answered ? "4" : "2", kJson},
                            {"threadsCheckTime", std::to_string(unixTime(at_s)), kJson}, {"updateTime", nativeTime(at_s + (answered ? 3 : 0) * kHour)},
                            {"files", file, kJson}, {"replies", answered ? replies(one, no, at_s) : "[]", kJson}, {"score", "null", kJson}}});
    }
    return threads;
}

}  // namespace yht::sources_sim
