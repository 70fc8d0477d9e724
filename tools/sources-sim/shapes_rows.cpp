// Sources whose messages are rows: the shared database, and the exports of district, hotline and FoxPro desk. Odd cases are
// finished, with a result and a rating where the shape has them; the FoxPro desk copies out what it has closed.
#include "tools/sources-sim/case_book.h"
#include "tools/sources-sim/shapes.h"

namespace yht::sources_sim {
namespace {

constexpr std::int64_t kHour = 3'600, kDay = 86'400;

bool isFinished(const ShapeOptions& options, std::size_t i) { return options.finished || i % 2 == 1; }

Message ticketRow(const Case& one, const std::string& ref, std::int64_t at_s, bool finished) {
    return {"t_gd", ref,
            {{"gdbh", ref}, {"lx", "1"}, {"ly", "1"}, {"fl", "城乡建设/城市管理/市政公用"}, {"bt", one.title}, {"nr", one.content},
             {"xm", one.caller}, {"dh", "19900000003"}, {"sfbm", "0"}, {"qy", one.area}, {"dz", one.address}, {"zbdw", "市城管局"},
             {"xbdw", finished ? "" : "市住建局、荷塘区政府"}, {"slsj", nativeTime(at_s)}, {"blqx", nativeTime(at_s + 7 * kDay)},
             {"zt", finished ? "4" : "2"}, {"bjsj", finished ? nativeTime(at_s + 20 * kHour) : ""}, {"jglb", finished ? "0" : ""},
             {"yj", finished ? one.opinion : ""}, {"gxsj", nativeTime(at_s + 60)}}};
}

Message stepRow(const std::string& ref, const std::string& no, std::int64_t at_s) {
    return {"t_bz", ref,
            {{"bh", "BZ" + no}, {"gdbh", ref}, {"jd", "2"}, {"czr", "刘某"}, {"czdw", "市城管局"}, {"yj", "请当日上门。"},
             {"slsj", nativeTime(at_s + 120)}, {"gxsj", nativeTime(at_s + 121)}}};
}

Message fileRow(const std::string& ref, const std::string& no, std::int64_t at_s) {
    return {"t_fj", ref,
            {{"bh", "FJ" + no}, {"gdbh", ref}, {"wjm", "现场照片.jpg"}, {"cclj", "exchange/FJ" + no + ".jpg"},
             {"slsj", nativeTime(at_s + 180)}, {"gxsj", nativeTime(at_s + 180)}}};
}

}  // namespace

std::vector<Message> messagesOfExchange(const ShapeOptions& options) {
    std::vector<Message> rows;
    for (std::size_t i = 0; i < options.cases; ++i) {
        const std::string ref = "191015101" + digits(options.first_no + i, 9);
        const std::string no = digits(options.first_no + i, 7);
        const std::int64_t at_s = beginningOf(options, i);
        rows.push_back(ticketRow(caseOf(i), ref, at_s, isFinished(options, i)));
        rows.push_back(isFinished(options, i) ? stepRow(ref, no, at_s) : fileRow(ref, no, at_s));
    }
    return rows;
}

std::vector<Message> messagesOfDistrict(const ShapeOptions& options) {
    std::vector<Message> rows;
    for (std::size_t i = 0; i < options.cases; ++i) {
        const Case& one = caseOf(i);
        const std::string ref = "HT20191015" + digits(options.first_no + i, 6);
        const std::int64_t at_s = beginningOf(options, i);
        const bool done = isFinished(options, i);
        rows.push_back({"row", ref,
                        {{"办件编号", ref}, {"市级编号", ""}, {"办件来源", "电话"}, {"诉求主题", one.title}, {"诉求内容", one.content + std::string("\n\"请回电\"")},
                         {"办理单位", "荷塘区城管局"}, {"办理科室", "市政科"}, {"诉求人", one.caller}, {"诉求人电话", "19900000011"},
                         {"处理结果", done ? one.opinion : ""}, {"事项大类", "城乡建设"}, {"事项小类", "市政公用"},
                         {"派发时间", nativeTime(at_s + 1'200)}, {"承诺完成时间", nativeTime(at_s + 7 * kDay)},
                         {"办件状态", done ? "已办结" : "办理中"}, {"派单员", "坐席08"}, {"预警状态", "正常"}, {"受理时间", nativeTime(at_s)},
                         {"完成时间", done ? nativeTime(at_s + 2 * kDay) : ""}, {"办结单位", done ? "荷塘区城市管理和综合执法局" : ""},
                         {"标签", ""}, {"用户评价", done ? "满意" : ""}}});
    }
    return rows;
}

std::vector<Message> messagesOfWorkbook(const ShapeOptions& options) {
    std::vector<Message> rows;
    for (std::size_t i = 0; i < options.cases; ++i) {
        const Case& one = caseOf(i);
        const std::string number = "2019101508300" + digits(options.first_no + i, 5);
        const std::int64_t at_s = beginningOf(options, i);
        const bool done = isFinished(options, i);
        // The number with and without its prefix; dates as a cell's serial, and as two kinds of text.
        std::string slashes = nativeTime(at_s + kDay);
        for (char& c : slashes) c = c == '-' ? '/' : c;
        rows.push_back({"row", number,
                        {{"12345工单编号", i % 3 == 1 ? "12348-" + number : number}, {"来电时间", i % 2 == 0 ? "@" + nativeTime(at_s) : nativeTime(at_s)},
                         {"诉求类型", "投诉"}, {"一级业务分类", "城乡建设"}, {"二级业务分类", "市政公用"}, {"三级业务分类", "/"},
                         {"来电人", one.caller[0] == '\0' ? "无" : one.caller}, {"联系电话", "19900000021"}, {"证件号码", "/"}, {"诉求标题", one.title},
                         {"诉求内容", one.content}, {"事发街道", "建宁街道办事处"}, {"承办单位", done ? "市法律援助中心" : ""},
                         {"办结时间", done ? slashes : ""}, {"办理结果", done ? "解决" : ""}, {"答复要点", done ? one.opinion : ""},
                         {"满意度", done ? "理解" : ""}}});
    }
    return rows;
}

std::vector<Message> messagesOfFoxpro(const ShapeOptions& options) {
    std::vector<Message> rows;
    for (std::size_t i = 0; i < options.cases; ++i) {
        const Case& one = caseOf(i);
        const std::string ref = "610300191015" + digits(options.first_no + i, 6);
        const std::int64_t at_s = beginningOf(options, i);
        rows.push_back({"row", ref,
                        {{"ORDER_NO", ref}, {"ACC_NO", "031"}, {"ACC_NAME", "坐席某"}, {"RAISE_NAME", one.caller}, {"CLASS", "青少年权益"},
                         {"URGENT", "3"}, {"CATEGORY", "求助"}, {"CHANNEL", "电话"}, {"CONTENT", one.content}, {"RAISE_TIME", nativeTime(at_s)},
                         {"NOTES", ""}, {"STATUS", isFinished(options, i) ? "5" : "4"}, {"SECRECY", "F"}, {"REPLY", "T"}, {"DEPT", "团市委权益部"},
                         {"TRANS_TIME", nativeTime(at_s + 600)}, {"TRANS_OPIN", "请联系社区。"}, {"OPINION", one.opinion},
                         {"FIN_DATE", nativeTime(at_s + kDay)}, {"UPLOAD_T", nativeTime(at_s + 2 * kDay)}}});
    }
    return rows;
}

std::vector<Message> messagesOfGrid(const ShapeOptions& options) {
    std::vector<Message> rows;
    for (std::size_t i = 0; i < options.cases; ++i) {
        const Case& one = caseOf(i);
        const std::string ref = "SF20191015" + digits(options.first_no + i, 6);
        const std::int64_t at_s = beginningOf(options, i);
        const bool done = isFinished(options, i);
        const auto ended = [&](std::int64_t after_s) { return done ? nativeTime(at_s + after_s) : std::string(); };
        rows.push_back({"row", ref,
                        {{"taskId", ref}, {"hotlinesn", ""}, {"reportDept", "监督员上报"}, {"serviceType", "投诉"}, {"infoTypeName", "事件"},
                         {"levelOne", "城乡建设"}, {"levelTwo", "市容环境"}, {"levelThree", ""}, {"streetName", "清水塘街道"}, {"communityName", "湘天桥社区"},
                         {"coordx", "50321.6"}, {"coordy", "-2345.1"}, {"address", one.address}, {"discription", one.content},
                         {"status", done ? "结案" : "处理中"}, {"reflectPerson", ""}, {"callNumber", ""}, {"deptName", "石峰区网格指挥中心"},
                         {"executeDeptCode", "SF-CGJ"}, {"dept1name", done ? "石峰区住建局" : ""}, {"emergencyLevel", "一般"},
                         {"solvingResult", done ? one.opinion : ""}, {"replyPoin", done ? one.opinion : ""}, {"approach", "0"},
                         {"checkResult", done ? "1" : ""}, {"discoverTime", nativeTime(at_s)}, {"perCreateTime", nativeTime(at_s + 300)},
                         {"createTime", nativeTime(at_s + 600)}, {"dispatchTime", nativeTime(at_s + 1'200)}, {"solvingTime", ended(20 * kHour)},
                         {"endTime", ended(kDay)}, {"syncTime", nativeTime(at_s + (done ? kDay : kHour))}}});
    }
    return rows;
}

}  // namespace yht::sources_sim
