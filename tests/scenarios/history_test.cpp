// History (历史) through the real programs: what was before a source was linked comes in as it was, waits, and goes out once, when an
// operator says so; it starts no clock. The gateway is killed between.
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "tests/scenarios/shipped_source.h"

namespace yht::scenarios {
namespace {

using json::textMember;
using testing::HasSubstr;

constexpr const char* kSource = "zz-hetang";
constexpr const char* kClosed = "HT2018090100007";    // September 2018
constexpr const char* kOpen = "HT2018100200008";      // October 2018, never finished, its time long over
constexpr const char* kNextYear = "HT2019020300009";  // February 2019
constexpr const char* kLive = "HT2019030400010";      // the same case as kOpen, but live

// A byte order mark wins over the charset that the manifest declares.
const std::string kHeadings =
    "\xEF\xBB\xBF办件编号,市级编号,办件来源,诉求主题,诉求内容,办理单位,办理科室,诉求人,诉求人电话,处理结果,事项大类,事项小类,派发时间,"
    "承诺完成时间,办件状态,派单员,预警状态,受理时间,完成时间,办结单位,标签,用户评价\n";

std::string closedRow(const std::string& number, const std::string& day, const std::string& finished) {
    return number + ",,电话,投诉夜间施工噪音,某工地夜里十二点仍在施工。,荷塘区城管局,渣土办,赵女士,19900000011,已责令停工。,生态环境,噪声污染," + day +
           " 10:30:00,,已办结,坐席08,正常," + day + " 10:00:00," + finished + " 12:00:00,荷塘区城市管理和综合执法局,,满意\n";
}
std::string openRow(const std::string& number) {
    return number + ",,电话,投诉夜间施工噪音,某工地夜里十二点仍在施工。,荷塘区城管局,渣土办,赵女士,19900000011,,生态环境,噪声污染,2018-10-02 10:30:00,"
                    "2018-10-10 18:00:00,办理中,坐席08,正常,2018-10-02 10:00:00,,,,\n";
}

class History : public testing::Test {
protected:
    History() { shipSource(federation, kSource, "district-export-csv", "430202", "zz-media"); }

    void import() {
        const std::string path = federation.directory() + "/archive.csv";
        std::ofstream(path, std::ios::binary)
            << kHeadings + closedRow(kClosed, "2018-09-01", "2018-09-03") + openRow(kOpen) + closedRow(kNextYear, "2019-02-03", "2019-02-05");
        const auto done = federation.yht({"history", "import", kSource, path, "--why", "before the link", "--json"});
        EXPECT_EQ(0, done.exit_code) << done.output;
        EXPECT_EQ("3", accountOf(Reply{200, done.output, ""}, "accepted"));
    }
    rapidjson::Document ticketOf(const std::string& number) {
        auto district = federation.partner("media-platform");
        const auto found = district.get("/v1/tickets?source=" + std::string(kSource) + "&ticket_ref=" + number);
        EXPECT_EQ(200, found.status) << number << found.body;
        return found.json();
    }
    static bool isOverdue(const rapidjson::Document& ticket) {
        const auto* flags = json::findMember(ticket, "flags");
        EXPECT_TRUE(flags != nullptr && flags->IsArray());
        if (flags == nullptr || !flags->IsArray()) return false;
        return std::any_of(flags->Begin(), flags->End(), [](const auto& flag) { return std::string(flag.GetString()) == "overdue"; });
    }
    /// The numbers under which the province took records of that ticket of the district, one for each time that it took one.
    std::multiset<std::string> atProvince(const std::string& number) {
        std::multiset<std::string> refs;
        const auto all = federation.askProvince("/records?limit=1000").json();
        for (const auto& taken : all["records"].GetArray()) {
            const std::string ref = textMember(taken, "JLBH");
            if (ref.starts_with(number)) refs.insert(ref);
        }
        return refs;
    }
    std::string bodiesAtProvince(const std::string& number) {
        std::string bodies;
        const auto all = federation.askProvince("/records?limit=1000").json();
        for (const auto& taken : all["records"].GetArray()) {
            if (textMember(taken, "JLBH").starts_with(number)) bodies += json::write(taken["record"]);
        }
        return bodies;
    }
    /// The centre lists tickets by our numbers.
    bool isAtCentre(const std::string& number) {
        return federation.askCentre("/tickets").body.find(textMember(ticketOf(number), "ticket_no")) != std::string::npos;
    }
    void waitUntilDrained() {
        federation.waitUntilDrained("province");
        federation.waitUntilDrained("centre-430200");
    }
    std::string held() { return textMember(Reply{200, federation.yht({"history", "list", "--json"}).output, ""}.json()[0], "held"); }
    void restart() {
        federation.killGateway();
        federation.startGateway();
    }
    /// A live case has gone all the way: whatever was to go before it has gone, too.
    void liveCaseGoesThrough(const std::string& number) {
        auto district = federation.partner("media-platform");
        const auto reply = district.post("/v1/sources/zz-hetang/messages", kHeadings + openRow(number), "text/csv");
        EXPECT_EQ("1", accountOf(reply, "accepted")) << reply.body;
        Federation::waitUntil("the live case is at province and centre", [&] {
            return !atProvince(number).empty() && isAtCentre(number);
        });
        waitUntilDrained();
    }

    Federation federation;
};

TEST_F(History, WaitsForItsReleaseGoesOnceAndStartsNoClock) {
    federation.startProvince();
    federation.startCentre();
    federation.startGateway();
    import();
    const auto all_held = held();

    // Nothing of it at anybody's, before and after a restart, while live cases pass by it.
    liveCaseGoesThrough(kLive);
    restart();
    liveCaseGoesThrough("HT2019030400011");
    for (const char* number : {kClosed, kOpen, kNextYear}) {
        EXPECT_TRUE(atProvince(number).empty()) << number;
        EXPECT_FALSE(isAtCentre(number)) << number;
    }
    EXPECT_EQ(all_held, held());

    // Its own numbers and times, and no clock: the same case live is late since 2018.
    const auto open = ticketOf(kOpen);
    EXPECT_FALSE(isOverdue(open));
    EXPECT_TRUE(open["deadline"].IsNull());
    EXPECT_TRUE(isOverdue(ticketOf(kLive)));
    EXPECT_FALSE(ticketOf(kLive)["deadline"].IsNull());
    EXPECT_THAT(textMember(ticketOf(kClosed), "appeal_time"), HasSubstr("2018-09-01T10:00:00"));

    // A range is released: of 2018, not of 2019.
    const auto released =
        federation.yht({"history", "release", kSource, "--from", "2018-09-01", "--to", "2018-12-31", "--why", "agreed with the province"});
    EXPECT_EQ(0, released.exit_code) << released.output;
    restart();  // whatever it was about to do
    Federation::waitUntil("the released ones are at the province and the centre", [&] {
        return !atProvince(kClosed).empty() && !atProvince(kOpen).empty() && isAtCentre(kClosed) && isAtCentre(kOpen);
    });
    waitUntilDrained();
    const auto once = atProvince(kClosed);
    EXPECT_GE(once.size(), 4u);  // appeal, assignment, result, visit
    restart();
    liveCaseGoesThrough("HT2019030400012");
    EXPECT_EQ(once, atProvince(kClosed));
    const std::set<std::string> different(once.begin(), once.end());
    EXPECT_EQ(different.size(), once.size()) << "a record came twice";
    EXPECT_THAT(bodiesAtProvince(kClosed), HasSubstr("2018-09-01 10:00:00"));
    EXPECT_THAT(bodiesAtProvince(kClosed), HasSubstr("2018-09-03 12:00:00"));
    EXPECT_TRUE(atProvince(kNextYear).empty());
    EXPECT_FALSE(isAtCentre(kNextYear));
    EXPECT_FALSE(isOverdue(ticketOf(kOpen)));
    EXPECT_EQ(0, federation.yht({"ledger", "verify"}).exit_code);
}

}  // namespace
}  // namespace yht::scenarios
