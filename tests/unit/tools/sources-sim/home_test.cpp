// Results that come home are judged as such a system would, kept once, and answered in the source's own way.
#include "tools/sources-sim/home.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "tools/sources-sim/charset.h"
#include "tools/sources-sim/soap_text.h"

namespace yht::sources_sim {
namespace {

using testing::HasSubstr;

constexpr const char* kTicket = "430200-20191015-0000001-0";

class HomeTest : public testing::Test {
protected:
    HomeTest() {
        char name[] = "/tmp/yht-home-XXXXXX";
        folder_ = ::mkdtemp(name);
        openHome();
    }
    void openHome(std::uint64_t answers_lost = 0) {
        home_ = std::make_unique<Home>(folder_ + "/home.sqlite", [this](const CameHome& came) { all_.push_back(came); }, answers_lost);
    }
    ~HomeTest() override { std::filesystem::remove_all(folder_); }
    std::string post(const std::string& path, const std::string& body) {
        const auto answer = home_->take({.method = "POST", .path = path, .body = body});
        return answer ? answer->body : "nobody";
    }
    static std::string result(const std::string& no, const std::string& opinion = "1") {
        return R"({"data":{"LSH":")" + no + R"(","JJDBH":"J-1","FLOWID":")" + kTicket + R"(","HANDLEOPINION":")" + opinion +
               R"(","CLJG":"已修复","HANDLETIME":"2019-10-16 08:30:00"}})";
    }
    static std::string reply(const std::string& no, const std::string& banli = "0", const std::string& time = "2019-10-16 08:30:00") {
        return R"({"data":{"replyNo":")" + no + R"(","tid":"250912101000000001","ticketNo":")" + kTicket + R"(","banli":")" + banli +
               R"(","content":"已修复","orgName":"局","time":")" + time + R"("}})";
    }

    std::string folder_;
    std::unique_ptr<Home> home_;
    std::vector<CameHome> all_;
};

TEST_F(HomeTest, AResultIsTakenOnceAndAnotherUnderItsNumberIsRefused) {
    EXPECT_THAT(post("/deal110/handleResult", result("7")), HasSubstr(R"("code":"200","data":"HF7")"));
    EXPECT_THAT(post("/deal110/handleResult", result("7")), HasSubstr(R"("code":"200")"));
    EXPECT_TRUE(all_.at(1).again);
    EXPECT_THAT(post("/deal110/handleResult", result("7", "2")), HasSubstr(R"("code":"400")"));
    EXPECT_EQ(1u, home_->counts().came);
    EXPECT_EQ(1u, home_->counts().again);
    EXPECT_EQ(1u, home_->counts().wrong);
    openHome();
    EXPECT_THAT(post("/deal110/handleResult", result("7")), HasSubstr(R"("code":"200")"));
    EXPECT_TRUE(all_.back().again) << "it knows after a restart";
}

TEST_F(HomeTest, AStepOf110HasACodeOfItsListOrANameAlone) {
    const auto step = [](const std::string& no, const std::string& more) {
        return R"({"data":{"LSH":")" + no + R"(","JJDBH":"J-1","FLOWID":")" + kTicket + R"(","NODENAME":"签收","HANDLETIME":"2019-10-16 08:30:00")" + more + "}}";
    };
    EXPECT_THAT(post("/deal110/pushLcbl", step("7", "")), HasSubstr(R"("code":"200")"));
    EXPECT_THAT(post("/deal110/pushLcbl", step("8", R"(,"NODETYPE":"3")")), HasSubstr(R"("code":"200")"));
    EXPECT_THAT(post("/deal110/pushLcbl", step("9", R"(,"NODETYPE":"30")")), HasSubstr("NODETYPE is in no list"));
    EXPECT_EQ("process", all_.at(0).what);
    EXPECT_THAT(post("/deal110/pushYqsq", R"({"data":{"LSH":"10","JJDBH":"J-1","FLOWID":")" + std::string(kTicket) +
                     R"(","APPLYTIME":"2019-10-16 08:30:00","APPLYCONTENT":"待核","APPLYSTATE":"1"}})"), HasSubstr(R"("code":"200")"));
    EXPECT_EQ("extension", all_.back().what);
}

TEST_F(HomeTest, TheBoardPublishesOnceAndCanBeAsked) {
    EXPECT_THAT(post("/api/replies/find", reply("7")), HasSubstr(R"("code":"404")"));
    EXPECT_THAT(post("/api/replies", reply("7")), HasSubstr(R"("code":"200","data":"HF7")"));
    EXPECT_THAT(post("/api/replies/find", reply("7")), HasSubstr(R"("code":"200","data":"HF7")"));
    EXPECT_THAT(post("/api/replies", reply("7")), HasSubstr(R"("code":"400")"));
    EXPECT_EQ("it is published already", all_.back().problem);
    EXPECT_EQ(1u, home_->counts().wrong);
    EXPECT_EQ(2u, home_->counts().asked);
}

TEST_F(HomeTest, WhoseAnswerIsLostHasBroughtItAllTheSame) {
    openHome(1);
    const auto lost = home_->take({.method = "POST", .path = "/api/replies", .body = reply("7")});
    EXPECT_EQ(stage::Ending::CloseUnanswered, lost->ending);
    EXPECT_TRUE(all_.back().unheard);
    EXPECT_THAT(post("/api/replies/find", reply("7")), HasSubstr(R"("code":"200")"));
    EXPECT_EQ(stage::Ending::Complete, home_->take({.method = "POST", .path = "/api/replies", .body = reply("8")})->ending);
}

TEST_F(HomeTest, WhatIsWrongIsSaid) {
    EXPECT_THAT(post("/api/replies", reply("8", "9")), HasSubstr("banli is in no list"));
    EXPECT_THAT(post("/api/replies", reply("8", "0", "yesterday")), HasSubstr("time is no time"));
    EXPECT_THAT(post("/api/replies", R"({"data":{}})"), HasSubstr("replyNo is missing"));
    EXPECT_THAT(post("/api/replies", "<html>"), HasSubstr("replyNo is missing"));
    EXPECT_THAT(post("/deal110/handleResult", R"({"data":{"LSH":"1","JJDBH":"J","FLOWID":"1"}})"), HasSubstr("FLOWID is no ticket number"));
    EXPECT_EQ("nobody", post("/elsewhere", "{}"));
    EXPECT_EQ(0u, home_->counts().came);
}

TEST_F(HomeTest, ASoapCallIsAnsweredInItsElement) {
    const std::string json = R"({"data":{"ResultID":"9","SourceNumber":"S-1","ThirdNumber":")" + std::string(kTicket) +
                             R"(","Result":"已解决","FinishDate":"2019-10-16 08:30:00","ReplyContent":"<已修复>&"}})";
    const std::string answer = post("/ThirdResult.asmx", soapCallOf({"ReturnThird", "", {}}, "s", json));
    EXPECT_THAT(elementOf(answer, "ReturnThirdResult").value_or(""), HasSubstr(R"({"Success":true,"Number":"S-1")"));
    EXPECT_EQ("<已修复>&", all_.at(0).text);
    EXPECT_EQ("a<b>]]>&amp;", elementOf("<x><![CDATA[a<b>]]]]><![CDATA[>&amp;]]></x>", "x")) << "as other toolkits write it";
}

TEST_F(HomeTest, FilesAreReadInGbkAndPutAway) {
    const std::string csv = "XH,BJBH,SJBH,BJZT,CLJG,BJDW,WCSJ\r\n5,HT1," + std::string(kTicket) +
                            ",已办结,\"已修复,\n\"\"谢谢\"\"\",局,2019-10-16 08:30:00\r\n";
    std::ofstream(folder_ + "/HF_5.csv", std::ios::binary) << *inGbk(csv);
    std::ofstream(folder_ + "/HF_6.csv", std::ios::binary) << csv;  // UTF-8
    std::ofstream(folder_ + "/other.csv") << "x";
    home_->lookIntoFolder(folder_);
    ASSERT_EQ(2u, all_.size());
    EXPECT_EQ("", all_[0].problem);
    EXPECT_EQ("已修复,\n\"谢谢\"", all_[0].text);
    EXPECT_NE("", all_[1].problem);
    EXPECT_TRUE(std::filesystem::exists(folder_ + "/taken/HF_5.csv"));
    home_->lookIntoFolder(folder_);
    EXPECT_EQ(2u, all_.size());
}

TEST_F(HomeTest, TheGridsFilesAreResultsAndVisits) {
    const auto put = [&](const std::string& name, const std::string& cells) {
        const std::string xml = "<?xml version=\"1.0\" encoding=\"GB18030\"?><grid><row>" + cells + "</row></grid>";
        std::ofstream(folder_ + "/" + name, std::ios::binary) << *inGbk(xml);
    };
    const std::string numbers = "<taskId>SF1</taskId><ticketNo>" + std::string(kTicket) + "</ticketNo>";
    put("JG_1.xml", "<seq>1</seq>" + numbers +
                        "<banliResult_12345>0</banliResult_12345><description_12345>已修复 &lt;谢谢&gt;</description_12345>"
                        "<solvingTime>2019-10-16 08:30:00</solvingTime>");
    put("JG_2.xml", "<seq>2</seq>" + numbers + "<telAskTime>2019-10-16 09:30:00</telAskTime>");
    put("JG_3.xml", "<seq>3</seq>" + numbers + "<publicSatisfaction>5</publicSatisfaction><telAskTime>2019-10-16 09:30:00</telAskTime>");
    put("JG_4.xml", "");
    std::ofstream(folder_ + "/JG_5.xml.tmp") << "x";
    home_->lookIntoFolder(folder_);
    ASSERT_EQ(4u, all_.size());
    EXPECT_EQ("", all_[0].problem);
    EXPECT_EQ("已修复 <谢谢>", all_[0].text);
    EXPECT_EQ("", all_[1].problem);
    EXPECT_EQ("visit", all_[1].what);
    EXPECT_THAT(all_[2].problem, HasSubstr("publicSatisfaction is in no list"));
    EXPECT_THAT(all_[3].problem, HasSubstr("seq is missing"));
    EXPECT_TRUE(std::filesystem::exists(folder_ + "/JG_5.xml.tmp"));
}

TEST_F(HomeTest, RowsOfTheSharedDatabaseAreAnsweredInTheirColumns) {
    Odbc database("Driver=SQLite3;Database=" + folder_ + "/exchange.db");
    prepareExchange(database);
    const auto put = [&](const std::string& no, const std::string& code) {
        database.run("INSERT INTO t_hf (hfbh, gdbh, fdbh, lx, dw, jglb, yj, sj) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                     {no, "G1", kTicket, "JG", "局", code, "已修复", "2019-10-16 08:30:00"});
    };
    put("1", "0");
    put("2", "9");
    home_->lookIntoDatabase(database);
    home_->lookIntoDatabase(database);
    EXPECT_EQ(2u, all_.size());
    const auto rows = database.run("SELECT clzt, slbh FROM t_hf ORDER BY hfbh");
    EXPECT_EQ((Odbc::Row{"1", "HF1"}), rows.at(0));
    EXPECT_EQ((Odbc::Row{"2", "HF2"}), rows.at(1));
}

TEST(Exchange, AColumnIsRenamedAndNamedBackAndATextCutInsideACharacter) {
    char name[] = "/tmp/yht-exchange-XXXXXX";
    const std::string folder = ::mkdtemp(name);
    Odbc database("Driver=SQLite3;Database=" + folder + "/exchange.db");
    const Shape& shape = *findShape("exchange");
    writeRows(database, shape, said(shape, {.cases = 1}, {Trouble::RenamedMember}), {});
    EXPECT_TRUE(database.succeeds("SELECT gdbh2 FROM t_gd"));
    writeRows(database, shape, said(shape, {.cases = 1, .first_no = 2}, {}), {Trouble::Torn});
    const auto rows = database.run("SELECT gdbh, nr FROM t_gd ORDER BY gdbh");
    ASSERT_EQ(2u, rows.size());
    EXPECT_TRUE(inGbk(*rows[0][1]));
    EXPECT_FALSE(inGbk(*rows[1][1])) << "no UTF-8 any more";
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace yht::sources_sim
