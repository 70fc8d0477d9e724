// yht adapters …: from a sample file to a source whose cases hold, as an integrator does it.
#include <gmock/gmock.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "gateway/app/command_line.h"
#include "gateway/json/json.h"

namespace yht::app {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kSample =
    R"({"code":200,"data":{"total":2,"rows":[)"
    R"({"工单编号":"430200201904180001","标题":"路灯不亮","诉求内容":"芦淞区某路口路灯不亮","诉求时间":"2019-04-18 20:30:00","诉求人":"张先生","电话":"13900000001","诉求类型":"投诉","区划代码":"430203","一级分类":"城乡建设","备用1":"x"},)"
    R"({"工单编号":"430200201904180002","标题":"噪音","诉求内容":"夜间施工","诉求时间":"2019-04-18 21:30:00","诉求人":"","电话":"","诉求类型":"求助","区划代码":"430203","一级分类":"生态环境","备用1":"y"}]}})";

class CommandsAdaptersTest : public testing::Test {
protected:
    void SetUp() override {
        char name[] = "/tmp/yht-adapters-XXXXXX";
        ASSERT_NE(nullptr, ::mkdtemp(name));
        directory_ = name;
        write("april.json", kSample);
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }

    void write(const std::string& name, const std::string& text) const {
        std::filesystem::create_directories(
            std::filesystem::path(directory_ + "/" + name).parent_path()
        );
        std::ofstream(directory_ + "/" + name, std::ios::binary) << text;
    }
    std::string read(const std::string& name) const {
        std::ostringstream text;
        text << std::ifstream(directory_ + "/" + name, std::ios::binary).rdbuf();
        return text.str();
    }
    int yht(std::vector<std::string> words) {
        words.insert(words.begin(), {"yht", "adapters"});
        words.insert(words.end(), {"-d", directory_});
        std::vector<char*> argv;
        for (auto& word : words) argv.push_back(word.data());
        testing::internal::CaptureStdout();
        testing::internal::CaptureStderr();
        const int code = runCommandLine(
            static_cast<int>(argv.size()), argv.data(), [](const std::string&) { return kExitOk; }
        );
        out_ = testing::internal::GetCapturedStdout();
        err_ = testing::internal::GetCapturedStderr();
        return code;
    }
    int draft() {
        return yht({"new", "media", "--from", directory_ + "/april.json", "--title", "某媒体平台"});
    }

    std::string directory_, out_, err_;
};

TEST_F(CommandsAdaptersTest, ADraftFromAFileRunsAtOnce) {
    ASSERT_EQ(kExitOk, draft()) << err_;
    EXPECT_THAT(out_, HasSubstr("guessed 猜测: record_ref ← 工单编号"));
    EXPECT_THAT(out_, HasSubstr("not read yet 未读取: 备用1"));
    EXPECT_THAT(read("products/media/product.yaml"), HasSubstr("items: \"data/rows\""));
    EXPECT_THAT(read("products/media/appeal_type.csv"), HasSubstr("\"投诉\",3,"));
    EXPECT_THAT(read("products/media/mapping.yaml"), Not(HasSubstr("张先生")));
    ASSERT_EQ(kExitOk, yht({"test", "media", "--accept"})) << out_ << err_;
    EXPECT_THAT(
        read("sources/media/tests/first/expected.json"),
        HasSubstr("\"record_ref\": \"430200201904180001\"")
    );
    EXPECT_THAT(out_, HasSubstr("1 of 1 samples hold"));
    EXPECT_THAT(out_, HasSubstr("1 not reviewed yet"));
    EXPECT_EQ(kExitData, draft());
    EXPECT_THAT(err_, HasSubstr("already"));
}

TEST_F(CommandsAdaptersTest, ACaseThatFailsShowsTheFieldAndEndsWithThree) {
    ASSERT_EQ(kExitOk, draft());
    ASSERT_EQ(kExitOk, yht({"test", "--accept"}));
    write("sources/media/mapping.yaml", "records: { appeal: { rows: { title: 诉求内容 } } }\n");
    EXPECT_EQ(kExitFound, yht({"test", "media", "--without-generated"}));
    EXPECT_THAT(out_, HasSubstr("/items/0/records/0/title: expected \"路灯不亮\""));
    EXPECT_EQ(kExitFound, yht({"test", "media", "--json"}));
    const auto json = json::parse(out_);
    ASSERT_TRUE(json);
    EXPECT_FALSE((*json)[0]["passed"].GetBool());
    EXPECT_EQ(kExitData, yht({"test", "media", "--case", "none"}));
}

TEST_F(CommandsAdaptersTest, AReviewIsNotedWithItsName) {
    ASSERT_EQ(kExitOk, draft());
    EXPECT_EQ(kExitConfig, yht({"review", "media", "first", "--by", "王工"}));
    ASSERT_EQ(kExitOk, yht({"test", "--accept"}));
    ASSERT_EQ(kExitOk, yht({"review", "media", "first", "--by", "王工"}));
    EXPECT_THAT(read("sources/media/tests/first/case.json"), HasSubstr("王工"));
    ASSERT_EQ(kExitOk, yht({"list", "--json"}));
    EXPECT_THAT(out_, HasSubstr(R"("samples":"1","reviewed":"1")"));
}

TEST_F(CommandsAdaptersTest, CoverageNamesWhatNobodyReads) {
    ASSERT_EQ(kExitOk, draft());
    write("may.json", R"({"data":{"rows":[{"工单编号":"1","诉求类型":"吐槽","新字段":"1"}]}})");
    EXPECT_EQ(kExitFound, yht({"coverage", "media", directory_ + "/may.json"}));
    EXPECT_THAT(out_, HasSubstr("/新字段  ×1"));
    EXPECT_THAT(out_, HasSubstr("appeal_type 吐槽  ×1"));
    EXPECT_THAT(out_, HasSubstr("media/appeal_type.csv:2"));
    EXPECT_EQ(kExitFound, yht({"coverage", "media", "--json"}));
    EXPECT_THAT(out_, HasSubstr(R"("/备用1":2)"));
    write("torn.json", R"({"data":{"rows":[{"工单编号":"1")");
    EXPECT_EQ(kExitData, yht({"coverage", "media", directory_ + "/torn.json"}));
}

TEST_F(CommandsAdaptersTest, LintAsksWhatAReviewerWould) {
    ASSERT_EQ(kExitOk, draft());
    EXPECT_EQ(kExitFound, yht({"lint"}));
    EXPECT_THAT(out_, HasSubstr("media: owner: "));
    EXPECT_THAT(out_, HasSubstr("tests/first: expects nothing yet"));
}

TEST_F(CommandsAdaptersTest, ShowTellsFieldsAndTheEffectiveManifestWithoutSecrets) {
    ASSERT_EQ(kExitOk, draft());
    write(
        "sources/media/source.yaml",
        "id: media\ntitle: t\nproduct: media\nsecrets: { password: \"file:media.password\" }\n"
    );
    ASSERT_EQ(kExitOk, yht({"show", "media"}));
    EXPECT_THAT(out_, HasSubstr("media/mapping.yaml:"));
    ASSERT_EQ(kExitOk, yht({"show", "media", "--effective"}));
    EXPECT_THAT(out_, HasSubstr("password: \"***\""));
    EXPECT_THAT(out_, Not(HasSubstr("media.password")));
}

TEST_F(CommandsAdaptersTest, AWrongManifestIsToldWithAllItsMistakes) {
    ASSERT_EQ(kExitOk, draft());
    write("sources/media/source.yaml", "id: media\ntitel: t\nproduct: media\n");
    for (const char* command : {"list", "lint", "test"}) {
        EXPECT_EQ(kExitConfig, yht({command})) << command;
        EXPECT_THAT(
            err_, HasSubstr("media/source.yaml:2: manifest: unknown key titel, did you mean title?")
        );
    }
    EXPECT_EQ(kExitData, yht({"show", "none"}));
}

TEST_F(CommandsAdaptersTest, ACsvInGbkIsDraftedToo) {
    write(
        "gbk.csv", "\xB9\xA4\xB5\xA5\xB1\xE0\xBA\xC5,\xB1\xEA\xCC\xE2\n1,\xC2\xB7\xB5\xC6\n"
    );  // 工单编号,标题 / 路灯
    ASSERT_EQ(kExitOk, yht({"new", "gbk", "--from", directory_ + "/gbk.csv"})) << err_;
    EXPECT_THAT(read("products/gbk/product.yaml"), HasSubstr("charset: GBK"));
    EXPECT_THAT(out_, HasSubstr("title ← 标题"));
    EXPECT_THAT(out_, HasSubstr("needs a row 缺少映射: content"));
}

TEST_F(CommandsAdaptersTest, WhatIsNoSampleMakesNothing) {
    write("bad.json", "{");
    EXPECT_EQ(kExitData, yht({"new", "bad", "--from", directory_ + "/bad.json"}));
    EXPECT_EQ(kExitData, yht({"new", "bad", "--from", directory_ + "/none.json"}));
    EXPECT_FALSE(std::filesystem::exists(directory_ + "/sources/bad"));
}

TEST_F(CommandsAdaptersTest, AListBecomesACodeTableAndTellsWhatItLeftOut) {
    write("units.csv", "编号,名称,区\n01,城管局,荷塘\n02,住建局,荷塘\n");
    const std::vector<std::string> columns{"--native", "名称", "--canonical", "区/编号"};
    auto words = std::vector<std::string>{"table", directory_ + "/units.csv"};
    words.insert(words.end(), columns.begin(), columns.end());
    ASSERT_EQ(kExitOk, yht(words)) << err_;
    EXPECT_EQ(out_, "native,canonical\n城管局,荷塘/01\n住建局,荷塘/02\n");
    EXPECT_EQ(err_, "");
    write("units.csv", "编号,名称,区\n01,城管局,荷塘\n02,城管局,石峰\n03,,石峰\n");
    EXPECT_EQ(kExitFound, yht(words));
    EXPECT_EQ(out_, "native,canonical\n");
    EXPECT_THAT(err_, HasSubstr("城管局"));
    EXPECT_THAT(err_, HasSubstr(": 1"));
    write("units.csv", "编号,区\n01,荷塘\n");
    EXPECT_EQ(kExitData, yht(words));
}

TEST_F(CommandsAdaptersTest, WhatAnIntegratorMakesIsToldToMachinesToo) {
    ASSERT_EQ(kExitOk, yht({"new", "media", "--from", directory_ + "/april.json", "--json"})) << err_;
    const auto made = json::parse(out_);
    ASSERT_TRUE(made) << out_;
    EXPECT_EQ("media", json::textMember(*made, "product"));
    EXPECT_THAT((*made)["not_read"][0].GetString(), HasSubstr("备用1"));
    ASSERT_EQ(kExitOk, yht({"test", "--accept"}));
    ASSERT_EQ(kExitOk, yht({"review", "media", "first", "--by", "王工", "--json"})) << err_;
    const auto reviewed = json::parse(out_);
    ASSERT_TRUE(reviewed) << out_;
    EXPECT_EQ("王工", json::textMember(*reviewed, "reviewed_by"));
    EXPECT_TRUE((*reviewed)["expected"].HasMember("items"));
    write("units.csv", "编号,名称\n01,城管局\n02,城管局\n03,住建局\n");
    ASSERT_EQ(kExitFound, yht({"table", directory_ + "/units.csv", "--native", "名称", "--canonical", "编号", "--json"}));
    const auto table = json::parse(out_);
    ASSERT_TRUE(table) << out_;
    EXPECT_EQ("native,canonical\n住建局,03\n", json::textMember(*table, "csv"));
    EXPECT_STREQ("城管局", (*table)["left_out"][0].GetString());
}

}  // namespace
}  // namespace yht::app
