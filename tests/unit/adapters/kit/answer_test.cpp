// What an answer means, by the demonstration province's rules.
#include "adapters/kit/answer.h"

#include <gtest/gtest.h>

#include "gateway/crypto/digest.h"
#include "tests/unit/adapters/kit/kit_fixture.h"

namespace yht::kit {
namespace {

using base::ErrorCode;

constexpr const char* kTicket = "430200-20190418-0000123-7";

/// Writes answers as the province would.
class AnswerTest : public ::testing::Test {
protected:
    test::CertificateFiles files = test::sharedPki().province();
    std::vector<crypto::Certificate> certificates = {certificateOf(files)};
    std::vector<OutboundRecord> records = {appeal(17), appeal(18)};
    std::string batch_id = "b1";
    bool is_query = false;

    static std::string item(int seq, const std::string& code, const std::string& more = "") {
        return R"({"XH":")" + std::to_string(seq) + R"(","GDBH":")" + kTicket +
               R"(","SJBH":"XS2019041800000042","code":")" + code + R"(","message":"…")" + more +
               "}";
    }
    std::string sign(const trust::SigningKey& key, const std::string& text) {
        return base::toBase64(*key.key.sign(key.algorithm, text));
    }
    std::string receiptOver(
        const std::string& data, const std::string& code, const trust::SigningKey& key
    ) {
        const std::string text =
            "HZ1&b1&2019-04-18 09:30:16&" + code + "&" + base::toHex(crypto::sha256(data));
        return R"({"HZBH":"HZ1","MSGID":"b1","JSSJ":"2019-04-18 09:30:16","SIGNALG":"ECDSA-P256-SHA256","ZSZW":")" +
               certificates.front().fingerprint() + R"(","SIGN":")" + sign(key, text) + "\"}";
    }
    std::string answered(const std::string& data) {
        return R"({"code":"200","message":"成功","data":)" + data + R"(,"receipt":)" +
               receiptOver(data, "200", signingKeyOf(files)) + "}";
    }
    BatchAnswer judgeHttp(const HttpAnswer& http) {
        return judgeAnswer({*xiang(), batch_id, records, certificates, is_query, kApril}, http);
    }
    BatchAnswer judge(const std::string& body, int status = 200) {
        return judgeHttp({.outcome = HttpOutcome::Answered, .status = status, .body = body});
    }
    static std::string both(const std::string& code) {
        return "[" + item(17, code) + "," + item(18, code) + "]";
    }
    static void expectNone(const BatchAnswer& answer) {
        EXPECT_EQ(answer.verdict, BatchVerdict::Unknown) << answer.error_detail;
        EXPECT_EQ(answer.error, ErrorCode::PeerAnswerInvalid);
        EXPECT_TRUE(answer.records.empty());
    }
};

TEST_F(AnswerTest, EachCodeOfARecordHasItsVerdict) {
    const std::pair<const char*, RecordVerdict> rows[] = {
        {"0", RecordVerdict::Accepted},   {"3001", RecordVerdict::Duplicate},
        {"2001", RecordVerdict::Refused}, {"2999", RecordVerdict::Refused},
        {"3003", RecordVerdict::Refused}, {"3004", RecordVerdict::Refused},
        {"3002", RecordVerdict::Later},   {"5000", RecordVerdict::Later},
        {"5999", RecordVerdict::Later},
    };
    for (const auto& [code, verdict] : rows) {
        const auto answer = judge(answered("[" + item(17, code) + "," + item(18, "0") + "]"));
        ASSERT_EQ(answer.verdict, BatchVerdict::Answered) << code << answer.error_detail;
        EXPECT_EQ(answer.records[0].verdict, verdict) << code;
        EXPECT_EQ(answer.records[0].code, code);
        EXPECT_EQ(answer.records[1].verdict, RecordVerdict::Accepted);
    }
}

TEST_F(AnswerTest, TheirNumberAndReceiptAreKeptAsTheyCame) {
    const std::string data = both("0");
    const auto answer = judge(answered(data));
    ASSERT_EQ(answer.verdict, BatchVerdict::Answered);
    EXPECT_EQ(answer.records[0].peer_number, "XS2019041800000042");
    EXPECT_EQ(member(answer.records[0].peer_receipt, "HZBH"), "HZ1");
}

TEST_F(AnswerTest, RefusedFieldsComeBackUnderOurPointers) {
    const auto answer = judge(answered(
        "[" +
        item(
            17, "2003",
            R"(,"fieldErrors":[{"field":"SQBT","code":"2003"},{"field":"SQNRX","code":"2003"},)"
            R"({"field":"QQQQ","code":"2004"}])"
        ) +
        "," + item(18, "0") + "]"
    ));
    ASSERT_EQ(answer.verdict, BatchVerdict::Answered);
    ASSERT_EQ(answer.records[0].fields.size(), 3U);
    EXPECT_EQ(answer.records[0].fields[0].pointer, "/title");
    EXPECT_EQ(answer.records[0].fields[0].code, "2003");
    EXPECT_EQ(answer.records[0].fields[1].pointer, "/content");
    EXPECT_EQ(answer.records[0].fields[2].pointer, "/QQQQ");
}

TEST_F(AnswerTest, NothingPersonalOrMovingComesInAsACodeOrAName) {
    const auto answer = judge(answered(
        "[" +
        item(
            17, "2003",
            R"(,"fieldErrors":[{"field":"LDHM:19900000001","code":"19900000001"},)"
            R"({"field":"张先生","code":"\u001b[2J2004"}])"
        ) +
        "," + item(18, "0") + "]"
    ));
    ASSERT_EQ(answer.verdict, BatchVerdict::Answered) << answer.error_detail;
    const auto& fields = answer.records[0].fields;
    ASSERT_EQ(fields.size(), 2U);
    EXPECT_EQ(fields[0].pointer, "/LDHM:***********");
    EXPECT_EQ(fields[0].code, "***********");
    EXPECT_EQ(fields[1].pointer, "/???");
    EXPECT_EQ(fields[1].code, "?[2J2004");
    for (const auto& field : fields) {
        EXPECT_EQ((field.en + field.zh).find("1990000"), std::string::npos);
        EXPECT_EQ((field.en + field.zh).find("张"), std::string::npos);
    }
}

TEST_F(AnswerTest, AnUnknownCodeIsToldWithoutWhatItHides) {
    const auto answer = judge(R"({"code":"张先生19900000001","message":"…"})");
    expectNone(answer);
    EXPECT_EQ(answer.error_detail, "unknown code ???***********");
    const auto item_answer = judge(answered(both("13800000000\\u001b[2J")));
    EXPECT_EQ(item_answer.error_detail, "the answer has an unknown code ***********?[2J");
}

TEST_F(AnswerTest, ANumberThatCannotBeOneIsNone) {
    auto strange = [&](const std::string& number) {
        std::string data = both("0");
        for (std::size_t at = 0; (at = data.find("XS2019041800000042")) != std::string::npos;)
            data.replace(at, 18, number);
        return judge(answered(data)).records.at(0).peer_number;
    };
    EXPECT_EQ(strange("XS1\\u001b[2J"), "");
    EXPECT_EQ(strange(std::string(65, '9')), "");
    EXPECT_EQ(strange("XS-9"), "XS-9");
}

TEST_F(AnswerTest, P06_ABatchCodeOtherThan200MeansNothingWasTaken) {
    const std::pair<const char*, ErrorCode> rows[] = {
        {"1004", ErrorCode::PeerBusy},    {"1006", ErrorCode::PeerBusy},
        {"5001", ErrorCode::PeerBusy},    {"1001", ErrorCode::PeerRefused},
        {"1003", ErrorCode::PeerRefused}, {"1005", ErrorCode::PeerRefused},
    };
    for (const auto& [code, error] : rows) {
        const auto answer =
            judge(R"({"code":")" + std::string(code) + R"(","message":"…","retryAfter":"60"})");
        EXPECT_EQ(answer.verdict, BatchVerdict::Busy) << code;
        EXPECT_EQ(answer.error, error) << code;
        EXPECT_EQ(answer.retry_after_ms, 60'000) << code;
    }
}

TEST_F(AnswerTest, AFarSideThatAsksForAYearGetsAnHour) {
    const auto answer = judge(R"({"code":"5001","message":"…","retryAfter":"31536000"})");
    EXPECT_EQ(answer.retry_after_ms, 3'600'000);
    EXPECT_EQ(judge(R"({"code":"5001","message":"…","retryAfter":"-1"})").retry_after_ms, 0);
}

TEST_F(AnswerTest, HttpStatusesOfBoxesInBetween) {
    for (const int status : {429, 503}) {
        const auto answer = judgeHttp(
            {.outcome = HttpOutcome::Answered,
             .status = status,
             .fields = {{"retry-after", "7"}},
             .body = "<html>"}
        );
        EXPECT_EQ(answer.verdict, BatchVerdict::Busy) << status;
        EXPECT_EQ(answer.retry_after_ms, 7'000) << status;
    }
    const auto answer = judgeHttp(
        {.outcome = HttpOutcome::Answered,
         .status = 503,
         .fields = {{"retry-after", "Thu, 18 Apr 2019 01:31:15 GMT"}}}
    );
    EXPECT_EQ(answer.retry_after_ms, 59'880);
    for (const int status : {500, 502, 504, 404, 302}) expectNone(judge("", status));
}

TEST_F(AnswerTest, LostAndUnsentAnswersAreToldApart) {
    EXPECT_EQ(judgeHttp({.outcome = HttpOutcome::NotSent}).verdict, BatchVerdict::NotSent);
    const auto lost = judgeHttp({.outcome = HttpOutcome::Unknown});
    EXPECT_EQ(lost.verdict, BatchVerdict::Unknown);
    EXPECT_EQ(lost.error, ErrorCode::PeerAnswerLost);
    expectNone(judgeHttp({.outcome = HttpOutcome::Unknown, .unreadable = true}));
}

TEST_F(AnswerTest, GarbageIsNoAnswer) {
    expectNone(judge(""));
    expectNone(judge("<html>OK</html>"));
    expectNone(judge("[]"));
    expectNone(judge(R"({"code":"200"})"));
    expectNone(judge(R"({"code":"ok","data":[]})"));
    expectNone(judge(answered(both("0")).substr(0, 100)));
}

TEST_F(AnswerTest, AnUnsignedReceiptIsNoAnswer) {
    expectNone(judge(R"({"code":"200","data":)" + both("0") + "}"));
    expectNone(
        judge(R"({"code":"200","data":)" + both("0") + R"(,"receipt":{"HZBH":"HZ1","MSGID":"b1"}})")
    );
}

TEST_F(AnswerTest, AReceiptSignedByAnotherKeyIsNoAnswer) {
    const std::string data = both("0");
    expectNone(judge(
        R"({"code":"200","data":)" + data + R"(,"receipt":)" +
        receiptOver(data, "200", signingKeyOf(test::sharedPki().centre())) + "}"
    ));
}

TEST_F(AnswerTest, AReceiptOfOtherDataIsNoAnswer) {
    std::string body = answered("[" + item(17, "2003") + "," + item(18, "0") + "]");
    body.replace(body.find("2003"), 4, "3001");
    expectNone(judge(body));
}

TEST_F(AnswerTest, AReceiptOfAnotherBatchIsNoAnswer) {
    batch_id = "b2";
    expectNone(judge(answered(both("0"))));
}

TEST_F(AnswerTest, AReceiptUnderAnUnknownCertificateIsNoAnswer) {
    const std::string body = answered(both("0"));
    certificates = {certificateOf(test::sharedPki().centre())};
    expectNone(judge(body));
}

TEST_F(AnswerTest, P08_EveryRecordMustBeSpokenOfExactlyOnce) {
    expectNone(judge(answered("[" + item(17, "0") + "]")));
    expectNone(judge(answered("[" + item(17, "0") + "," + item(17, "0") + "]")));
    expectNone(judge(answered("[" + item(17, "0") + "," + item(99, "0") + "]")));
    expectNone(judge(answered("[" + item(17, "0") + "," + item(18, "7777") + "]")));
}

TEST_F(AnswerTest, AnItemThatNamesAnotherTicketIsNoAnswer) {
    records[0].ticket_no = "430200-20190418-0000124-5";
    expectNone(judge(answered(both("0"))));
}

TEST_F(AnswerTest, NotHavingItAnswersAQueryOnly) {
    expectNone(judge(answered(both("3005"))));
    is_query = true;
    const auto answer = judge(answered(both("3005")));
    ASSERT_EQ(answer.verdict, BatchVerdict::Answered);
    EXPECT_EQ(answer.records[0].verdict, RecordVerdict::Later);
}

}  // namespace
}  // namespace yht::kit
