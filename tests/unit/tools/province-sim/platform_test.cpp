// The platform over real TLS: one claim a test, the province's codes as its README writes them.
#include "tools/province-sim/platform.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "tests/unit/tools/province-sim/province_client.h"
#include "tools/province-sim/control.h"

namespace yht {
namespace {

using namespace test;

class ProvincePlatformTest : public ::testing::Test {
protected:
    ProvincePlatformTest()
        : client_(sharedPki().gateway(), clock_), seal_(sharedPki().province().certificate) {
        std::filesystem::remove(data());
        open();
    }
    ~ProvincePlatformTest() override {
        misbehaviour_.stop();
        close();
        for (const char* tail : {"", "-wal", "-shm"}) std::filesystem::remove(data() + tail);
    }

    static std::string data() { return (sharedPki().directory() / "province.sqlite").string(); }
    void open() {
        const auto files = sharedPki().province();
        store_ = std::make_unique<province_sim::Store>(data(), province_sim::language());
        platform_ = std::make_unique<province_sim::Platform>(
            clock_, *store_, misbehaviour_,
            std::vector{province_sim::readSender(
                "XZ43020001:HX430201:" + sharedPki().gateway().certificate
            )},
            province_sim::Sealer(files.certificate, files.private_key)
        );
        listener_ = std::make_unique<stage::Listener>(
            stage::ListenerOptions{
                .tls = stage::TlsPaths{files.certificate, files.private_key, files.ca}},
            [this](const auto& request) { return platform_->handle(request); }
        );
        control_ = std::make_unique<province_sim::Control>(*store_, misbehaviour_, *listener_);
        control_listener_ = std::make_unique<stage::Listener>(
            stage::ListenerOptions{.tls = {}},
            [this](const auto& request) { return control_->handle(request); }
        );
        client_.connectTo(listener_->port());
    }
    void close() {
        control_listener_.reset();
        listener_.reset();
        platform_.reset();
        store_.reset();
    }
    void reopen() {
        close();
        open();
    }
    void misbehave(const std::string& json) {
        control(control_listener_->port(), "/misbehave", json);
    }
    std::int64_t stat(const char* name) {
        const auto json = stage::parseJson(control(control_listener_->port(), "/stats"));
        return stage::integerOf(*json, name, 0);
    }

    base::ManualClock clock_{1'571'112'000'000};  // 2019-10-15T12:00+08:00
    stage::Misbehaviour misbehaviour_{clock_};
    ProvinceClient client_;
    province_sim::SealChecker seal_;
    std::unique_ptr<province_sim::Store> store_;
    std::unique_ptr<province_sim::Platform> platform_;
    std::unique_ptr<stage::Listener> listener_;
    std::unique_ptr<province_sim::Control> control_;
    std::unique_ptr<stage::Listener> control_listener_;
};

TEST_F(ProvincePlatformTest, TakesAGoodBatchInOrderAndSignsForIt) {
    const auto answer = client_.push(
        {appealRecord("1", "T1"), assignmentRecord("2", "T1"), resultRecord("3", "T1"),
         visitRecord("4", "T1"), callRecord("5")}
    );
    EXPECT_EQ("200", answer.code());
    EXPECT_EQ("0 0 0 0 0", answer.recordCodes());
    EXPECT_TRUE(answer.receiptVerifies(seal_));
    EXPECT_EQ(5, stat("rows"));
}

TEST_F(ProvincePlatformTest, GivesOneNumberToATicketAndNoneToACall) {
    const auto answer =
        client_.push({appealRecord("1", "T1"), assignmentRecord("2", "T1"), callRecord("3")});
    const std::string number = answer.recordMember(0, "SJBH");
    EXPECT_EQ("XS2019101500000001", number);
    EXPECT_EQ(number, answer.recordMember(1, "SJBH"));
    EXPECT_EQ("", answer.recordMember(2, "SJBH"));
    EXPECT_EQ(
        "00000002", client_.push({appealRecord("4", "T2")}).recordMember(0, "SJBH").substr(10)
    );
}

TEST_F(ProvincePlatformTest, SaysDuplicateForANumberTakenBefore) {
    ASSERT_EQ("0", client_.push({appealRecord("1", "T1")}).recordCodes());
    EXPECT_EQ("3001", client_.push({appealRecord("1", "T1")}).recordCodes());
    EXPECT_EQ(1, stat("rows"));
    EXPECT_EQ(1, stat("duplicates"));
    EXPECT_EQ(0, stat("crossed"));
}

TEST_F(ProvincePlatformTest, NoticesANumberThatComesBackAsAnotherRecord) {
    client_.push({appealRecord("1", "T1")});
    EXPECT_EQ("3001", client_.push({assignmentRecord("1", "T1")}).recordCodes());
    EXPECT_EQ(1, stat("crossed"));
}

TEST_F(ProvincePlatformTest, WantsTheAppealBeforeAnythingOfItsTicket) {
    EXPECT_EQ("3002", client_.push({assignmentRecord("2", "T1")}).recordCodes());
    EXPECT_EQ(
        "0 0", client_.push({appealRecord("1", "T1"), assignmentRecord("2", "T1")}).recordCodes()
    );
}

TEST_F(ProvincePlatformTest, WantsAResultBeforeAVisitUnlessNobodyHandlesTheTicket) {
    EXPECT_EQ(
        "0 3002", client_.push({appealRecord("1", "T1"), visitRecord("2", "T1")}).recordCodes()
    );
    Members direct = appealRecord("3", "T2");
    direct["BLFS"] = "01";
    direct["ZJDF"] = "室温低于18度可申请测温。";
    EXPECT_EQ("0 0", client_.push({direct, visitRecord("4", "T2")}).recordCodes());
}

TEST_F(ProvincePlatformTest, RefusesAnOlderVersionAndTakesANewerOne) {
    Members record = appealRecord("5", "T1");
    record["BBH"] = "7";
    ASSERT_EQ("0", client_.push({record}).recordCodes());
    record["XH"] = "6";
    record["BBH"] = "6";
    EXPECT_EQ("3004", client_.push({record}).recordCodes());
    record["XH"] = "4";
    record["BBH"] = "7";
    EXPECT_EQ("3004", client_.push({record}).recordCodes()) << "equal version, lower XH";
    record["XH"] = "8";
    EXPECT_EQ("0", client_.push({record}).recordCodes()) << "equal version, higher XH";
}

TEST_F(ProvincePlatformTest, TakesAVoidThatTellsNoMoreThanWhichRecordGoes) {
    ASSERT_EQ("0", client_.push({appealRecord("1", "T1")}).recordCodes());
    Members full = appealRecord("2", "T1");
    full["JLBH"] = "SQ1";
    full["BBH"] = "2";
    full["CZBS"] = "2";
    EXPECT_EQ("2004", client_.push({full}).recordCodes());
    const Members gone = voidOf(full);
    EXPECT_EQ("0", client_.push({gone}).recordCodes());
    EXPECT_EQ("0", client_.push({assignmentRecord("3", "T1")}).recordCodes()) << "a void appeal counts as received";
}

TEST_F(ProvincePlatformTest, RefusesOneRecordOfABatchWithAllItsFaultsAndTakesTheOthers) {
    Members wrong = assignmentRecord("2", "T1");
    wrong["CBDWMC"] = std::string(101, 'x');
    wrong["CBJS"] = "9";
    const auto answer = client_.push({appealRecord("1", "T1"), wrong, resultRecord("3", "T1")});
    EXPECT_EQ("0 2003 0", answer.recordCodes());
    EXPECT_TRUE(answer.receiptVerifies(seal_));
    EXPECT_THAT(answer.body, ::testing::HasSubstr(R"("field":"CBJS","code":"2002")"));
}

TEST_F(ProvincePlatformTest, RefusesASignatureOverAnotherList) {
    EnvelopePlan good = client_.plan({appealRecord("1", "T1")});
    EnvelopePlan other = client_.plan({appealRecord("1", "T2")});
    const auto body = client_.envelope(other);
    const std::size_t from = body.find("\"SIGN\":\"") + 8;
    good.signature = body.substr(from, body.find('"', from) - from);
    const auto answer = client_.send(good);
    EXPECT_EQ(200, answer.status);
    EXPECT_EQ("1001", answer.code());
    EXPECT_EQ("(no data)", answer.recordCodes());
    EXPECT_EQ(0, stat("rows"));
}

TEST_F(ProvincePlatformTest, RefusesTheSameNonceTwiceButNotTheSameMessage) {
    EnvelopePlan plan = client_.plan({appealRecord("1", "T1")});
    ASSERT_EQ("0", client_.send(plan).recordCodes());
    EXPECT_EQ("1002", client_.send(plan).code());
    EXPECT_EQ(1, stat("code_1002"));
    plan.nonce = "00112233445566778899aabbccddeeff";
    EXPECT_EQ("3001", client_.send(plan).recordCodes()) << "a resend with the same MSGID";
}

TEST_F(ProvincePlatformTest, RefusesATimestampOutsideTheWindow) {
    EnvelopePlan plan = client_.plan({appealRecord("1", "T1")});
    plan.timestamp = "20190418093015";
    EXPECT_EQ("1002", client_.send(plan).code());
    plan.timestamp = "20190230093015";
    EXPECT_EQ("1002", client_.send(plan).code());
}

TEST_F(ProvincePlatformTest, RefusesAnAppidThatIsNotTheCertificates) {
    EnvelopePlan plan = client_.plan({appealRecord("1", "T1")});
    plan.appid = "XZ43010001";
    EXPECT_EQ("1003", client_.send(plan).code());
    ProvinceClient stranger(sharedPki().centre(), clock_);
    stranger.connectTo(listener_->port());
    EXPECT_EQ("1003", stranger.push({appealRecord("1", "T1")}).code());
}

TEST_F(ProvincePlatformTest, RefusesAnEnvelopeThatCantBeRead) {
    EXPECT_EQ("1005", client_.post("/sjjh/v2/push", "{}").code());
    EnvelopePlan plan = client_.plan({appealRecord("1", "T1")});
    plan.count = "2";
    EXPECT_EQ("1005", client_.send(plan).code());
}

TEST_F(ProvincePlatformTest, GivesNoHandshakeToAClientOfAnotherRoot) {
    Pki other("another root");
    CertificateFiles files = other.gateway();
    files.ca = sharedPki().rootFile();  // it trusts us; we don't trust it
    ProvinceClient stranger(files, clock_);
    stranger.connectTo(listener_->port());
    EXPECT_TRUE(stranger.push({appealRecord("1", "T1")}).broken);
    EXPECT_EQ(0, stat("batches"));
}

TEST_F(ProvincePlatformTest, AnswersAQueryWithoutChangingAnything) {
    client_.push({appealRecord("1", "T1")});
    const auto answer = client_.query({appealRecord("1", "T1"), appealRecord("2", "T2")});
    EXPECT_EQ("0 3005", answer.recordCodes());
    EXPECT_EQ("T1", answer.recordMember(0, "GDBH"));
    EXPECT_EQ("XS", answer.recordMember(0, "SJBH").substr(0, 2));
    EXPECT_TRUE(answer.receiptVerifies(seal_));
    EXPECT_EQ(1, stat("rows"));
}

TEST_F(ProvincePlatformTest, KeepsWhatItTookAcrossARestart) {
    const std::string number = client_.push({appealRecord("1", "T1")}).recordMember(0, "SJBH");
    reopen();
    EXPECT_EQ("3001", client_.push({appealRecord("1", "T1")}).recordCodes());
    EXPECT_EQ(number, client_.push({assignmentRecord("2", "T1")}).recordMember(0, "SJBH"));
}

// ---- misbehaviour

TEST_F(ProvincePlatformTest, CutAfterCommitLosesTheAnswerButKeepsTheRecord) {
    misbehave(R"({"cut_after_commit":1})");
    EXPECT_TRUE(client_.push({appealRecord("1", "T1")}).broken);
    EXPECT_EQ(1, stat("rows"));
    EXPECT_EQ("3001", client_.push({appealRecord("1", "T1")}).recordCodes());
}

TEST_F(ProvincePlatformTest, CutBeforeCommitTakesNothing) {
    misbehave(R"({"cut_before_commit":1})");
    EXPECT_TRUE(client_.push({appealRecord("1", "T1")}).broken);
    EXPECT_EQ(0, stat("rows"));
    EXPECT_EQ("0", client_.push({appealRecord("1", "T1")}).recordCodes());
}

TEST_F(ProvincePlatformTest, FailsAsOftenAsTold) {
    misbehave(R"({"fail500":2})");
    EXPECT_EQ(500, client_.push({appealRecord("1", "T1")}).status);
    EXPECT_EQ(500, client_.push({appealRecord("1", "T1")}).status);
    EXPECT_EQ("0", client_.push({appealRecord("1", "T1")}).recordCodes());
}

TEST_F(ProvincePlatformTest, AsksToWait) {
    misbehave(R"({"busy429":1,"busy503":1,"retry_after_s":7})");
    auto answer = client_.push({appealRecord("1", "T1")});
    EXPECT_EQ(429, answer.status);
    EXPECT_EQ("7", answer.retry_after);
    answer = client_.push({appealRecord("1", "T1")});
    EXPECT_EQ(503, answer.status);
    EXPECT_EQ("7", answer.retry_after);
    EXPECT_EQ("0", client_.push({appealRecord("1", "T1")}).recordCodes());
}

TEST_F(ProvincePlatformTest, AnnouncesMaintenanceInItsOwnWords) {
    misbehave("{\"maintenance_until_ms\":" + std::to_string(clock_.nowMillis() + 3'600'000) + "}");
    const auto answer = client_.push({appealRecord("1", "T1")});
    EXPECT_EQ(200, answer.status);
    EXPECT_EQ("1006", answer.code());
    EXPECT_EQ("3600", stage::textOf(answer.json, "retryAfter"));
    control(control_listener_->port(), "/reset", "{}");
    EXPECT_EQ("0", client_.push({appealRecord("1", "T1")}).recordCodes());
}

TEST_F(ProvincePlatformTest, RefusesABatchWithACodeOfItsOwn) {
    misbehave(R"({"refuse_batch":1,"refuse_batch_code":"5001"})");
    EXPECT_EQ("5001", client_.push({appealRecord("1", "T1")}).code());
    EXPECT_EQ("0", client_.push({appealRecord("1", "T1")}).recordCodes());
}

TEST_F(ProvincePlatformTest, SignsWronglyOrNotAtAll) {
    misbehave(R"({"wrong_signature":1})");
    auto answer = client_.push({appealRecord("1", "T1")});
    EXPECT_EQ("0", answer.recordCodes());
    EXPECT_FALSE(answer.receiptVerifies(seal_));
    misbehave(R"({"unsigned":1})");
    answer = client_.push({appealRecord("2", "T2")});
    EXPECT_EQ("0", answer.recordCodes());
    EXPECT_FALSE(answer.receiptVerifies(seal_));
    EXPECT_TRUE(client_.push({appealRecord("3", "T3")}).receiptVerifies(seal_));
}

TEST_F(ProvincePlatformTest, RefusesSingleRecordsOnCommand) {
    misbehave(R"({"refuse_next":1,"refuse_field":"SQBT","refuse_code":"2004"})");
    const auto answer = client_.push({appealRecord("1", "T1"), appealRecord("2", "T2")});
    EXPECT_EQ("2004 0", answer.recordCodes());
    misbehave(R"({"refuse_where":{"field":"JLBH","value":"SQ4"},"refuse_code":"2002"})");
    EXPECT_EQ(
        "0 2002", client_.push({appealRecord("3", "T3"), appealRecord("4", "T4")}).recordCodes()
    );
    misbehave(R"({"refuse_where":{}})");
    EXPECT_EQ("0", client_.push({appealRecord("4", "T4")}).recordCodes());
}

TEST_F(ProvincePlatformTest, IsDownUntilReset) {
    misbehave(R"({"down":true})");
    EXPECT_TRUE(client_.push({appealRecord("1", "T1")}).broken);
    EXPECT_EQ(0, stat("rows"));
    control(control_listener_->port(), "/reset", "{}");
    EXPECT_EQ("0", client_.push({appealRecord("1", "T1")}).recordCodes());
}

TEST_F(ProvincePlatformTest, SlowAnswersComeWhenReset) {
    misbehave(R"({"slow_ms":600000})");
    std::jthread waiting([this] {
        EXPECT_EQ("0", client_.push({appealRecord("1", "T1")}).recordCodes());
    });
    while (misbehaviour_.pausing() == 0) std::this_thread::yield();
    EXPECT_EQ(0, stat("rows"));
    control(control_listener_->port(), "/reset", "{}");
}

// ---- files

TEST_F(ProvincePlatformTest, TakesAFileOnceAndSignsForIt) {
    const FilePlan photo{.content = "\x89PNG and more"};
    client_.push({appealRecord("1", "T1")});
    const auto answer = client_.file(photo);
    EXPECT_EQ("200", answer.code()) << answer.body;
    EXPECT_TRUE(answer.receiptVerifies(seal_));
    const auto again = client_.file(photo);
    EXPECT_EQ("3001", again.code());
    EXPECT_TRUE(again.receiptVerifies(seal_));
    EXPECT_EQ(1, stat("files"));
    EXPECT_EQ(1, stat("files_again"));
    reopen();
    const auto files = control(control_listener_->port(), "/files");
    EXPECT_THAT(files, ::testing::HasSubstr(province_sim::sha256Hex(photo.content)));
    EXPECT_THAT(files, ::testing::HasSubstr(R"("rows_before":1)"));
}

TEST_F(ProvincePlatformTest, RefusesAFileThatIsNotWhatItIsSaidToBe) {
    const std::string content = "content";
    const std::pair<FilePlan, const char*> rows[] = {
        {{.content = content, .digest = std::string(64, 'a')}, "2004"},
        {{.content = content, .size = "8"}, "2004"},
        {{.content = content, .media_type = "video/mp4"}, "2002"},
        {{.content = content, .name = "😀.png"}, "2004"},
        {{.content = content, .name = std::string(201, 'n')}, "2003"},
        {{.content = std::string(province_sim::kFileBytesMax + 1, 'x')}, "2003"},
        {{.content = content, .signature = std::string(88, 'A')}, "1001"},
        {{.content = content, .size = "x"}, "1005"},
        {{.content = ""}, "1005"}};
    for (const auto& [plan, code] : rows) {
        const auto answer = client_.file(plan);
        EXPECT_EQ(code, answer.code()) << answer.body.substr(0, 200);
        EXPECT_EQ(code[0] == '2', answer.receiptVerifies(seal_));
    }
    EXPECT_EQ(0, stat("files"));
}

TEST_F(ProvincePlatformTest, AFilesNonceIsGoodOnceAndMisbehaviourIsForFilesToo) {
    const FilePlan photo{.content = "content", .nonce = std::string(32, 'a')};
    EXPECT_EQ("200", client_.file(photo).code());
    EXPECT_EQ("1002", client_.file(photo).code());
    misbehave(R"({"busy503":1})");
    EXPECT_EQ(503, client_.file({.content = "other"}).status);
    misbehave(R"({"refuse_next":1,"refuse_code":"2002"})");
    EXPECT_EQ("2002", client_.file({.content = "other"}).code());
    misbehave(R"({"wrong_signature":1})");
    EXPECT_FALSE(client_.file({.content = "other"}).receiptVerifies(seal_));
    misbehave(R"({"cut_after_commit":1})");
    EXPECT_TRUE(client_.file({.content = "third"}).broken);
    EXPECT_EQ("3001", client_.file({.content = "third"}).code());
}

TEST_F(ProvincePlatformTest, AnUnknownCommandChangesNothing) {
    EXPECT_THAT(
        control(control_listener_->port(), "/misbehave", R"({"down":true,"explode":1})"),
        ::testing::HasSubstr("explode")
    );
    EXPECT_EQ("0", client_.push({appealRecord("1", "T1")}).recordCodes());
}

TEST_F(ProvincePlatformTest, ShowsItsStoreAsAnOracle) {
    client_.push({appealRecord("1", "T1"), assignmentRecord("2", "T1"), callRecord("3")});
    const std::string records = control(control_listener_->port(), "/records");
    EXPECT_THAT(records, ::testing::HasSubstr(R"("kinds":{"PD":1,"SQ":1})"));
    EXPECT_THAT(records, ::testing::HasSubstr(R"("rows":3)"));
    EXPECT_THAT(
        control(control_listener_->port(), "/receipts"), ::testing::HasSubstr("\"HZBH\":\"HZ")
    );
}

}  // namespace
}  // namespace yht
