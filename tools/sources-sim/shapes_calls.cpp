// Sources that call: 110, 12315, and the street platform's SubmitThird.
#include "tools/sources-sim/case_book.h"
#include "tools/sources-sim/shapes.h"

namespace yht::sources_sim {
namespace {

using Members = std::vector<Member>;
constexpr Member::Form kJson = Member::Form::Json;

Message alarm(const Case& one, const std::string& ref, std::int64_t at_s) {
    return {"pushJjd", ref,
            {{"JJDBH", ref}, {"LSH", ref}, {"BJDH", "13900000001"}, {"BJDHYHM", one.caller}, {"BJRXBDM", "1"},
             {"LXDH", "0731-22220001"}, {"BJDZ", one.address}, {"BJNR", one.content}, {"BJSJ", nativeTime(at_s)},
             {"GXDWDM", "430211010000"}, {"GXDWMC", "某派出所"}, {"GXDWDH", "0731-22220110"},
             {"JJDWDM", "430200110000"}, {"JJDWMC", "株洲市公安局指挥中心"}, {"JJLX", "01"}, {"JJYBH", "1024"},
             {"JQLBDM", one.category_code}, {"JQLBMC", one.category}, {"JQLXMC", "市政公用"}, {"SFBM", "0"},
             {"Title", one.title}, {"XZQHDM", one.area}}};
}

Message receipt(const std::string& ref, std::int64_t at_s) {
    return {"pushJsqr", ref, {{"JJDBH", ref}, {"RECEIVE", "1"}, {"RECEIVETIME", nativeTime(at_s)}}};
}

Message feedback(const Case& one, const std::string& ref, std::int64_t at_s) {
    return {"pushFkd", ref,
            {{"JJDBH", ref}, {"FKSJ", nativeTime(at_s)}, {"FKYBH", "2048"}, {"FKYXM", "刘警官"},
             {"FKDWDM", "430211010000"}, {"FKDWMC", "某派出所"}, {"CJCZQK", one.opinion}, {"JQCLJGSM", "已处理"}}};
}

Message step(const std::string& ref, const char* name, std::int64_t at_s, Members more) {
    Members members{{"operateUsername", "陈科员"}, {"backfillUsername", "zz430200"}, {"caseguid", ref},
                    {"formType", "consumption"}, {"step", name}, {"operateTime", nativeTime(at_s)}};
    members.insert(members.end(), more.begin(), more.end());
    return {name, ref, std::move(members)};
}

std::string attachments(const std::string& ref) {
    return R"([{"FileNumber":"F)" + ref + R"(-01","FileName":"现场.jpg","ThirdNumber":"","AttachNumber":"1","OrderValue":0,)" +
           R"("UploadDate":"2019-10-15 08:40:00"}])";
}

/// The call as SubmitThird wants it; members "@…" stand beside the text.
Message third(const Case& one, std::uint64_t no, std::int64_t at_s, bool to_sub, bool finished) {
    const std::string ref = "20191015083000" + digits(no % 1000, 3) + "_" + digits(no, 32);
    Message message{to_sub ? "SubmitThirdToSub" : "SubmitThird", ref, {}};
    message.members = {
        {"@CaseSourceID", "16"}, {"@CaseSourceName", "天元区网格平台"}, {"ThirdNumber", ""}, {"SourceNumber", ref},
        {"CaseSourceID", "16", kJson}, {"CaseTypeID", "1", kJson}, {"WantPerson", one.caller}, {"WantPersonTel", "199 0000 0001"},
        {"Title", one.title}, {"Village", "430211"}, {"Address", one.address}, {"WantContent", one.content},
        {"WantDate", nativeTime(at_s)}, {"State", "0", kJson}, {"Result", finished ? "已解决" : ""},
        {"remark", "办理意见:请尽快处置,办理截止时间:【" + nativeTime(at_s + 432'000).substr(0, 16) + "】"},
        {"FinishDate", finished ? nativeTime(at_s + 3'600) : ""}, {"ReplyContent", finished ? one.opinion : ""},
        {"Attachs", to_sub ? "[]" : attachments(digits(no, 6)), kJson}};
    if (to_sub) message.members.push_back({"@OrgNumber", "泰山路街道办事处"});
    return message;
}

}  // namespace

std::vector<Message> messagesOf110(const ShapeOptions& options) {
    std::vector<Message> messages;
    for (std::size_t i = 0; i < options.cases; ++i) {
        const std::string ref = "43020020191015" + digits(options.first_no + i, 6);
        const std::int64_t at_s = beginningOf(options, i);
        messages.push_back(alarm(caseOf(i), ref, at_s));
        messages.push_back(receipt(ref, at_s + 60));
        messages.push_back(feedback(caseOf(i), ref, at_s + 1200));
    }
    return messages;
}

std::vector<Message> messagesOf12315(const ShapeOptions& options) {
    std::vector<Message> messages;
    for (std::size_t i = 0; i < (options.tickets.empty() ? options.cases : options.tickets.size()); ++i) {
        const std::string own = "191015101" + digits(options.first_no + i, 9);  // 18 digits
        const std::string ref = options.tickets.empty() ? own : options.tickets[i];
        const std::int64_t at_s = beginningOf(options, i);
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

std::vector<Message> messagesOfThird(const ShapeOptions& options) {
    std::vector<Message> messages;
    for (std::size_t i = 0; i < options.cases; ++i) {
        const bool to_sub = i % 2 == 1;
        const std::int64_t at_s = beginningOf(options, i);
        messages.push_back(third(caseOf(i), options.first_no + i, at_s, to_sub, false));
        if (to_sub) messages.push_back(third(caseOf(i), options.first_no + i, at_s, to_sub, true));
    }
    return messages;
}

}  // namespace yht::sources_sim
